import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parseAllDocuments, parse } from 'yaml'
import { kustomizeArguments } from '../../plugin/world.ts'
import { findKustomize } from '../../scripts/edge/kustomize.ts'
import { restricted } from '../../scripts/schemas/pod-security.ts'
import { root } from '../plugin.ts'
import { endAfterTests } from './end.ts'
import { createNamespace } from './platform.ts'
import type { Json } from './rig/api.ts'
import { build } from './rig/build.ts'
import { type Rig, startRig } from './rig/rig.ts'

/** plugin/install on top of Argo CD's own repo-server, in a cluster that enforces Pod Security `restricted`. */
let rig: Rig
let objects: Json[]

beforeAll(async () => {
  rig = await startRig({ nodes: { stateless: 1, stateful: 0 } })
  await createNamespace(rig, 'argocd')
  objects = await installed(join(rig.folder, 'install'))
})
endAfterTests(() => rig)

/** What a kustomization builds that takes Argo CD's manifests, and plugin/install as a component. */
async function installed(folder: string): Promise<Json[]> {
  const { manifests } = await build()
  mkdirSync(folder)
  const given = (['argo-cd-repo-server', 'argo-cd-config'] as const).flatMap(
    (name) => JSON.parse(readFileSync(manifests[name], 'utf8')) as Json[],
  )
  writeFileSync(join(folder, 'argo-cd.yaml'), given.map((object) => JSON.stringify(object)).join('\n---\n'))
  symlinkSync(join(root, 'plugin/install'), join(folder, 'plugin'))
  const kustomization = { namespace: 'argocd', resources: ['argo-cd.yaml'], components: ['plugin'] }
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
  const { command } = await findKustomize(root)
  const text = execFileSync(command, kustomizeArguments(command), { cwd: folder, encoding: 'utf8' })
  return parseAllDocuments(text).map((document) => document.toJS() as Json)
}

const one = (kind: string, name: string): Json =>
  objects.find((object) => object.kind === kind && object.metadata.name === name)

test('Pod Security restricted has nothing against it', () => {
  expect(restricted(one('Deployment', 'argocd-repo-server'))).toEqual([])
})

test('the API server accepts it, and its pod starts', async () => {
  const text = objects.map((object) => JSON.stringify(object)).join('\n---\n')
  const apply = ['apply', '--server-side', '--validate=strict', '-f', '-']
  expect(await rig.kubectl(apply, text)).not.toContain('Warning')
  const pod = await rig.until('the pod is there', async () => {
    const { items } = await rig.api.get('/api/v1/namespaces/argocd/pods')
    return items[0] as Json | undefined
  })
  const { spec } = pod
  expect(spec.initContainers.map(({ name }: Json) => name)).toEqual(['copyutil', 'platform-kernel'])
  expect(spec.automountServiceAccountToken).toBe(false)
  expect(JSON.stringify(spec.volumes)).not.toContain('serviceAccountToken')

  const [, sidecar] = spec.initContainers
  expect(sidecar).toMatchObject({
    restartPolicy: 'Always',
    securityContext: { runAsUser: 999, runAsNonRoot: true, readOnlyRootFilesystem: true },
    resources: { limits: { memory: '2Gi' } },
  })
  expect(sidecar.image).toMatch(/:[0-9a-f]{40}$/)
  const { name: tmp } = sidecar.volumeMounts.find(({ mountPath }: Json) => mountPath === '/tmp')
  expect(spec.volumes).toContainEqual({ name: tmp, emptyDir: { sizeLimit: '1Gi' } })
  const users = spec.containers.filter(({ volumeMounts }: Json) => volumeMounts.some(({ name }: Json) => name === tmp))
  expect(users).toEqual([])
})

test('the probe waits for the socket that plugin.yaml names, where repo-server looks for it', () => {
  const { metadata } = parse(readFileSync(join(root, 'plugin/plugin.yaml'), 'utf8')) as Json
  const { initContainers, containers } = one('Deployment', 'argocd-repo-server').spec.template.spec
  const socket = `/home/argocd/cmp-server/plugins/${metadata.name}.sock`
  expect(initContainers[1].startupProbe.exec.command).toEqual(['test', '-S', socket])
  const shared = { name: 'plugins', mountPath: '/home/argocd/cmp-server/plugins' }
  for (const container of [initContainers[1], containers[0]]) expect(container.volumeMounts).toContainEqual(shared)
})

test('the plugin gives up before those who wait for it', () => {
  const { data } = one('ConfigMap', 'argocd-cmd-params-cm')
  const { env } = one('Deployment', 'argocd-repo-server').spec.template.spec.initContainers[1]
  const deadline = Number(env.find(({ name }: Json) => name === 'PLATFORM_KERNEL_DEADLINE_SECONDS').value)
  for (const who of ['controller', 'server']) {
    expect(deadline + 10).toBeLessThan(Number(data[`${who}.repo.server.timeout.seconds`]))
  }
})

test('each setting of repo-server is one that Argo CD reads', () => {
  const [{ env }] = one('Deployment', 'argocd-repo-server').spec.template.spec.containers
  const keys = env.map(({ valueFrom }: Json) => valueFrom?.configMapKeyRef?.key)
  expect(keys).toEqual(
    expect.arrayContaining(['reposerver.plugin.tar.exclusions', 'reposerver.plugin.use.manifest.generate.paths']),
  )
  const own = env.filter(({ value }: Json) => value !== undefined).map(({ name, value }: Json) => [name, value])
  expect(own).toEqual(
    expect.arrayContaining([
      ['ARGOCD_CMP_CHUNK_SIZE', '262144'],
      ['ARGOCD_PAUSE_GEN_AFTER_FAILED_ATTEMPTS', '0'],
    ]),
  )
  expect(new Set(env.map(({ name }: Json) => name)).size).toBe(env.length)
})
