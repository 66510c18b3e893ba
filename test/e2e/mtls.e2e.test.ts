import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { connect, type ConnectionOptions } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { kubectl } from '../../scripts/edge/kustomize.ts'
import { root } from '../plugin.ts'
import { copyInstall, objectsIn } from './installed.ts'
import type { Argocd } from './rig/argocd.ts'
import type { Json } from './rig/api.ts'
import { type Rig, startRig } from './rig/rig.ts'

/** plugin/install/mtls with the certificates that docs/argocd.md tells to make, in a real repo-server and controller. */
let rig: Rig
let argocd: Argocd
let objects: Json[]
let places: Record<'argocd-repo-server' | 'argocd-application-controller', string>

beforeAll(async () => {
  objects = await withMtls()
  rig = await startRig({ nodes: { stateless: 1, stateful: 0 } })
  const secrets = await followDocumentation(rig.folder, rig.address)
  places = {
    'argocd-repo-server': mount('Deployment', 'argocd-repo-server', secrets),
    'argocd-application-controller': mount('StatefulSet', 'argocd-application-controller', secrets),
  }
  const client = path.join(places['argocd-application-controller'], 'reposerver/mtls')
  argocd = await rig.argocd({
    repoServerEnvironment: { ARGOCD_APP_CONF_PATH: places['argocd-repo-server'] },
    repoServer: [
      '--disable-tls=false',
      `--client-ca-path=${path.join(places['argocd-repo-server'], 'reposerver/mtls/client-ca.crt')}`,
    ],
    controller: [
      '--repo-server-plaintext=false',
      `--repo-server-ca-cert-path=${client}/server-ca.crt`,
      `--repo-server-client-cert-path=${client}/client.crt`,
      `--repo-server-client-cert-key-path=${client}/client.key`,
    ],
  })
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(rig?.tails())
})
afterAll(() => rig?.stop())

async function withMtls(): Promise<Json[]> {
  const copy = await copyInstall()
  try {
    const cluster = path.join(copy.folder, '../cluster')
    mkdirSync(cluster)
    const kustomization = { resources: ['../install'], components: ['../install/mtls'] }
    writeFileSync(path.join(cluster, 'kustomization.yaml'), JSON.stringify(kustomization))
    return objectsIn(await copy.build('../cluster'))
  } finally {
    copy.remove()
  }
}

/** Runs the commands of docs/argocd.md, with the address of this repo-server beside its name, and gives the Secrets they would create. */
async function followDocumentation(folder: string, address: string): Promise<Map<string, Json>> {
  const [, section = ''] = readFileSync(path.join(root, 'docs/argocd.md'), 'utf8').split(
    '## Certificates between its parts',
  )
  const [, script = ''] = /^```sh\n(.*?)^```/ms.exec(section) ?? []
  const here = script
    .replace('DNS:argocd-repo-server', `$&,IP:${address}`)
    .replaceAll('kubectl create', `${await kubectl(root)} create --dry-run=client --output json`)
  const out = execFileSync('bash', ['-euo', 'pipefail', '-c', here], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
  const secrets = objectsIn(out.replaceAll(/^}\n{/gm, '}\n---\n{'))
  return new Map(secrets.map((secret) => [secret.metadata.name, secret]))
}

/** Writes what the certificates' volumes of a pod would hold, below what stands for /app/config, and gives that folder. */
function mount(kind: string, name: string, secrets: Map<string, Json>): string {
  const { spec } = objects.find((object) => object.kind === kind && object.metadata.name === name)?.spec.template
  const folder = path.join(rig.folder, 'config', name)
  for (const { name: volume, secret } of spec.volumes as Json[]) {
    if (!secret) continue
    const { mountPath } = spec.containers[0].volumeMounts.find((entry: Json) => entry.name === volume)
    const at = path.join(folder, path.relative('/app/config', mountPath))
    mkdirSync(at, { recursive: true })
    for (const { key, path: file } of secret.items) {
      writeFileSync(path.join(at, file), Buffer.from(secrets.get(secret.secretName)?.data[key], 'base64'))
    }
  }
  return folder
}

/** How a TLS client fares at repo-server: refused only after the handshake, as TLS 1.3 has it. */
function reach(options: ConnectionOptions): Promise<string> {
  const [host, port] = argocd.repoServer.split(':')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), ALPNProtocols: ['h2'], rejectUnauthorized: false, ...options })
    socket.on('error', (error) => resolve(error.message))
    socket.on('data', () => (resolve('answered'), socket.destroy()))
    socket.on('close', () => resolve('closed'))
  })
}

const certificate = (name: string): Buffer =>
  readFileSync(path.join(places['argocd-application-controller'], 'reposerver/mtls', name))

const workloads = (): Json[] => objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')

test('a pod without the Secrets does not start', () => {
  const mandatory = (secret: string) =>
    workloads()
      .filter(({ spec }) =>
        spec.template.spec.volumes?.some(
          (volume: Json) => volume.secret?.secretName === secret && volume.secret.optional === false,
        ),
      )
      .map(({ metadata }) => metadata.name)
  const all = ['argocd-repo-server', 'argocd-server', 'argocd-application-controller']
  expect(mandatory('argocd-repo-server-mtls')).toEqual(all)
  expect(mandatory('argocd-repo-server-tls')).toEqual(['argocd-repo-server'])
})

test('the private key of repo-server is in no other pod', () => {
  const others = workloads().filter(({ metadata }) => metadata.name !== 'argocd-repo-server')
  const keys = others.flatMap(({ spec }) =>
    (spec.template.spec.volumes ?? [])
      .filter(({ name }: Json) => name === 'argocd-repo-server-tls')
      .flatMap(({ secret }: Json) => secret.items.map(({ key }: Json) => key)),
  )
  expect(keys).toEqual(['ca.crt', 'ca.crt'])
})

test('the controller renders through it', async () => {
  const repository = await rig.repository('platform')
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'there', namespace: 'default' } }
  const revision = await repository.commit({ 'app/map.json': JSON.stringify(map) })
  await argocd.application('app', {
    project: 'default',
    source: { repoURL: repository.url, path: 'app', targetRevision: 'main' },
    destination: { server: 'https://kubernetes.default.svc', namespace: 'default' },
    syncPolicy: { automated: {} },
  })
  await argocd.healthy('app', { revision })
})

test('who has no certificate is refused, and who has one of another authority', async () => {
  expect(await reach({})).toMatch(/certificate required/)
  const other = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-subj', '/CN=other']
  execFileSync('openssl', ['req', ...other, '-keyout', 'other.key', '-out', 'other.crt'], {
    cwd: rig.folder,
    stdio: 'pipe',
  })
  const [key, cert] = ['other.key', 'other.crt'].map((name) => readFileSync(path.join(rig.folder, name)))
  expect(await reach({ key, cert })).toMatch(/unknown ca|bad certificate/)
  expect(await reach({ key: certificate('client.key'), cert: certificate('client.crt') })).toBe('answered')
})

test('its own certificate is of the authority', async () => {
  const trusting = { key: certificate('client.key'), cert: certificate('client.crt'), rejectUnauthorized: true }
  expect(await reach({ ...trusting, ca: certificate('server-ca.crt') })).toBe('answered')
  expect(await reach(trusting)).toMatch(/unable to verify|self-signed/)
})
