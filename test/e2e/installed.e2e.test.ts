import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { restricted } from '../../scripts/schemas/pod-security.ts'
import { copyInstall, type InstallCopy, objectsIn } from './installed.ts'
import type { Json } from './rig/api.ts'
import { build } from './rig/build.ts'
import { go } from './rig/go.ts'
import { type Rig, startRig } from './rig/rig.ts'

/** plugin/install as a cluster gets it, built on the manifests of Argo CD's Go module. */
let copy: InstallCopy
let text: string
let objects: Json[]
const folder = mkdtempSync(path.join(tmpdir(), 'installed-'))

beforeAll(async () => {
  copy = await copyInstall()
  text = await copy.build()
  objects = objectsIn(text)
})
afterAll(() => {
  copy?.remove()
  rmSync(folder, { recursive: true })
})

const one = (kind: string, name: string): Json =>
  objects.find((object) => object.kind === kind && object.metadata.name === name)
const workloads = () => objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
const containersOf = ({ spec }: Json): Json[] => [
  ...(spec.template.spec.initContainers ?? []),
  ...spec.template.spec.containers,
]
const nameOf = ({ kind, metadata }: Json) => `${kind} ${metadata.name}`

/** Where Argo CD's sources are. */
const moduleFolder = async (): Promise<string> => {
  const module = await go('argo-cd', 'mod', 'download', '-json', 'github.com/argoproj/argo-cd/v3')
  return (JSON.parse(module) as { Dir: string }).Dir
}

/** Runs `argocd admin settings`, and gives what it says. */
const argocd = async (words: string[], more: NodeJS.ProcessEnv = {}): Promise<string> => {
  const { binaries } = await build()
  const env = { PATH: process.env.PATH, HOME: folder, ARGOCD_BINARY_NAME: 'argocd', ...more }
  return spawnSync(binaries.argocd, ['admin', 'settings', ...words], { env, encoding: 'utf8' }).stdout.trim()
}

describe('what is installed', () => {
  test('the components that are used, and nothing of the others', () => {
    expect(workloads().map(nameOf)).toEqual([
      'Deployment argocd-redis',
      'Deployment argocd-repo-server',
      'Deployment argocd-server',
      'StatefulSet argocd-application-controller',
    ])
    const others = objects.filter((object) => /dex|notification|applicationset|commit-server/.test(nameOf(object)))
    // argocd-server watches the kind.
    expect(others.map(nameOf)).toEqual(['CustomResourceDefinition applicationsets.argoproj.io'])
  })

  test('everything is in the namespace argocd, which enforces what its pods keep', () => {
    const namespaced = objects.filter(({ metadata }) => metadata.namespace)
    expect([...new Set(namespaced.map(({ metadata }) => metadata.namespace))]).toEqual(['argocd'])
    expect(objects[0]).toMatchObject({ kind: 'Namespace', metadata: { name: 'argocd' } })
    expect(workloads().flatMap(restricted)).toEqual([])
  })

  test('every image has a digest, but the plugin, which has a git SHA', () => {
    const images = new Set(workloads().flatMap((object) => containersOf(object).map(({ image }) => image as string)))
    const unpinned = [...images].filter((image) => !/:v?[\d.]+(-alpine)?@sha256:[0-9a-f]{64}$/.test(image))
    expect(unpinned).toHaveLength(1)
    expect(unpinned[0]).toMatch(/^ghcr\.io\/septemcore\/platform-kernel\/argocd-plugin:[0-9a-f]{40}$/)
    const [, inDockerfile] = /^FROM (quay\.io\S+)/m.exec(readFileSync('plugin/Dockerfile', 'utf8')) ?? []
    expect(images).toContain(inDockerfile)
  })

  test('the file of the Go module is what the folder that is named would build', async () => {
    const other = await copyInstall()
    try {
      symlinkSync(path.join(await moduleFolder(), 'manifests'), path.join(other.folder, '../manifests'))
      const kustomization = path.join(other.folder, 'kustomization.yaml')
      const named = readFileSync(kustomization, 'utf8').replace('- argo-cd.yaml', '- ../manifests/cluster-install')
      writeFileSync(kustomization, named)
      expect(await other.build()).toBe(text)
    } finally {
      other.remove()
    }
  })

  test('no secret is in it', () => {
    const secrets = objects.filter(({ kind }) => kind === 'Secret')
    expect(secrets.map(({ metadata, data, stringData }) => [metadata.name, data, stringData])).toEqual([
      ['argocd-secret', undefined, undefined],
    ])
  })
})

describe('how it is closed', () => {
  test('what no policy opens is closed, and each pod has one of its own', () => {
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy')
    expect(policies.find(({ spec }) => !Object.keys(spec.podSelector).length)?.spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress'],
    })
    const selected = policies.map(({ spec }) => spec.podSelector.matchLabels?.['app.kubernetes.io/name'])
    const pods = workloads().map(({ spec }) => spec.template.metadata.labels['app.kubernetes.io/name'])
    expect(selected.filter(Boolean).sort()).toEqual(pods.sort())
  })

  test.each([
    ['argocd-redis', 6379, ['argocd-server', 'argocd-repo-server', 'argocd-application-controller']],
    ['argocd-repo-server', 8081, ['argocd-server', 'argocd-application-controller']],
  ])('only its clients reach %s', (name, port, clients) => {
    const { ingress } = one('NetworkPolicy', `${name}-network-policy`).spec
    const open = ingress.filter(({ ports }: Json) => ports.some((entry: Json) => entry.port === port))
    const from = open.flatMap(({ from }: Json) =>
      from.map(({ podSelector }: Json) => podSelector.matchLabels['app.kubernetes.io/name']),
    )
    expect(from).toEqual(clients)
    const servers = workloads().map(({ metadata }) => metadata.name)
    expect(servers).toEqual(expect.arrayContaining(clients))
  })

  test('Redis asks for a password that its pod makes up, and its clients have it', () => {
    const password = { name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'argocd-redis', key: 'auth' } } }
    for (const object of workloads()) expect(object.spec.template.spec.containers[0].env).toContainEqual(password)
    const { initContainers, containers } = one('Deployment', 'argocd-redis').spec.template.spec
    expect(initContainers[0].command).toEqual(['argocd', 'admin', 'redis-initial-password'])
    expect(containers[0].args).toContain('--requirepass $(REDIS_PASSWORD)')
  })

  test('nobody logs in', () => {
    expect(one('ConfigMap', 'argocd-cm').data).toMatchObject({
      'admin.enabled': 'false',
      'users.anonymous.enabled': 'false',
      'statusbadge.enabled': 'false',
      'exec.enabled': 'false',
    })
  })
})

describe('the settings', () => {
  test('Argo CD takes argocd-cm', async () => {
    const file = path.join(folder, 'argocd-cm.yaml')
    writeFileSync(file, JSON.stringify(one('ConfigMap', 'argocd-cm')))
    const said = await argocd(['validate', '--argocd-cm-path', file])
    expect(said).not.toContain('❌')
    expect(said).toContain('✅ resource-overrides')
  })

  test('each is one that Argo CD documents, and the official ones are kept', async () => {
    const official = JSON.parse(readFileSync((await build()).manifests['argo-cd-install'], 'utf8')) as Json[]
    const docs = path.join(await moduleFolder(), 'docs/operator-manual')
    for (const map of ['argocd-cm', 'argocd-rbac-cm', 'argocd-cmd-params-cm']) {
      const { data } = one('ConfigMap', map)
      const before = official.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === map)?.data ?? {}
      expect(data).toMatchObject(before)
      const ours = Object.keys(data).filter((key) => !(key in before) && !key.startsWith('resource.customizations.'))
      const known = readFileSync(path.join(docs, `${map}.yaml`), 'utf8')
      expect(ours.filter((key) => !known.includes(`\n  ${key}:`))).toEqual([])
    }
  })

  test('each of argocd-cmd-params-cm reaches a server', () => {
    const read = workloads().flatMap((object) =>
      containersOf(object).flatMap(({ env = [] }) => env.map(({ valueFrom }: Json) => valueFrom?.configMapKeyRef)),
    )
    const keys = read.filter((source) => source?.name === 'argocd-cmd-params-cm').map(({ key }) => key)
    expect(keys).toEqual(expect.arrayContaining(Object.keys(one('ConfigMap', 'argocd-cmd-params-cm').data)))
  })
})

describe('a change', () => {
  const templates = (built: Json[]) =>
    Object.fromEntries(
      built
        .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
        .map((object) => [object.metadata.name, JSON.stringify(object.spec.template)]),
    )
  const restarted = async (file: string, line: string): Promise<string[]> => {
    const changed = await copyInstall()
    try {
      appendFileSync(path.join(changed.folder, file), `${line}\n`)
      const [before, after] = [templates(objects), templates(objectsIn(await changed.build()))]
      return Object.keys(before).filter((name) => before[name] !== after[name])
    } finally {
      changed.remove()
    }
  }
  const readers = ['argocd-repo-server', 'argocd-server', 'argocd-application-controller']

  test('none gives the same bytes', async () => {
    const again = await copyInstall()
    expect(await again.build().finally(() => again.remove())).toBe(text)
  })

  test('a health script restarts the application controller', async () => {
    expect(await restarted('health/vault-secrets-operator.lua', '-- changed')).toEqual(readers)
  })

  test('a setting restarts who reads it', async () => {
    expect(await restarted('settings/argocd-cm.env', 'timeout.hard.reconciliation=1h')).toEqual(readers)
    expect(await restarted('settings/argocd-cmd-params-cm.env', 'controller.log.level=debug')).toEqual(readers)
  })

  test('the checksum is of what argocd-cm and argocd-cmd-params-cm are given', () => {
    const [settings] = objects.filter(({ metadata }) => metadata.name.startsWith('argocd-settings-'))
    const { data } = settings as Json
    const both = { ...one('ConfigMap', 'argocd-cm').data, ...one('ConfigMap', 'argocd-cmd-params-cm').data }
    expect(both).toMatchObject(data)
    expect(Object.keys(data)).toEqual(
      expect.arrayContaining(Object.keys(one('ConfigMap', 'argocd-cmd-params-cm').data)),
    )
    expect(Object.keys(data).filter((key) => key.includes('.health.')).length).toBeGreaterThan(10)
  })
})

describe('in a cluster', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig({ nodes: { stateless: 1, stateful: 0 } })
  })
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(rig.tails())
  })
  afterAll(() => rig?.stop())

  const apply = () => rig.kubectl(['apply', '--server-side', '--force-conflicts', '--validate=strict', '-f', '-'], text)

  test('the API server takes all of it, and Pod Security lets every pod in', async () => {
    expect(await apply()).not.toContain('Warning')
    await rig.until('a pod of each', async () => {
      const { items } = await rig.api.get('/api/v1/namespaces/argocd/pods')
      const names = new Set((items as Json[]).map(({ metadata }) => metadata.labels['app.kubernetes.io/name']))
      return names.size === workloads().length
    })
  })

  test('who is logged in may nothing', async () => {
    const can = (who: string) =>
      argocd(['rbac', 'can', who, 'get', 'applications', '*/*', '--namespace=argocd'], { KUBECONFIG: rig.kubeconfig })
    expect(await can('alice')).toBe('No')
    expect(await can('role:admin')).toBe('Yes')
  })

  test('a second time nothing changes', async () => {
    const state = async () =>
      JSON.parse(await rig.kubectl(['get', '-f', '-', '-o', 'json'], text)).items.map(({ metadata }: Json) => [
        metadata.name,
        metadata.generation,
        metadata.uid,
      ])
    const before = await state()
    await apply()
    expect(await state()).toEqual(before)
    await expect(rig.kubectl(['diff', '--server-side', '--force-conflicts', '-f', '-'], text)).resolves.toBe('')
  })
})
