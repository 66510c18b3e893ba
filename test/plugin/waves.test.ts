import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import type { KubernetesObject } from '../../plugin/kind.ts'
import { environments } from '../../scripts/environments.ts'
import { type Ended, root, runPlugin } from '../plugin.ts'

const first = '1'.repeat(40)
const pathsAnnotation = 'argocd.argoproj.io/manifest-generate-paths'

interface Application extends KubernetesObject {
  spec: {
    project: string
    source: { path: string; targetRevision: string; plugin: { env: { name: string; value: string }[] } }
    ignoreDifferences?: object[]
    syncPolicy: { automated?: object }
  }
}

const render = (tree: string, cluster = 'prod', revision = first): Promise<Ended> =>
  runPlugin(path.join(tree, 'clusters', cluster), { ARGOCD_APP_REVISION: revision })

async function applications(tree: string, cluster?: string, revision?: string): Promise<Map<string, Application>> {
  const { code, stdout, stderr } = await render(tree, cluster, revision)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  const objects = parseAllDocuments(stdout, { version: '1.1' }).map((document) => document.toJS() as Application)
  return new Map(objects.filter(({ kind }) => kind === 'Application').map((one) => [one.metadata.name, one]))
}

/** Runs with a copy of these folders of the repository, in which the files are others. */
async function onTree<T>(
  files: Record<string, string | object>,
  run: (tree: string) => Promise<T>,
  folders = ['apps', 'base', 'clusters', 'overlays'],
): Promise<T> {
  const tree = mkdtempSync(path.join(tmpdir(), 'waves-'))
  try {
    for (const folder of folders) cpSync(path.join(root, folder), path.join(tree, folder), { recursive: true })
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(tree, file)), { recursive: true })
      writeFileSync(path.join(tree, file), typeof text === 'string' ? text : stringify(text))
    }
    return await run(tree)
  } finally {
    rmSync(tree, { recursive: true })
  }
}

const contentOf = ({ spec }: Application): string =>
  spec.source.plugin.env.find(({ name }) => name === 'CONTENT')!.value

const wave = (name: string, after: string | undefined, components: object) => ({
  apiVersion: 'platform.septemcore.com/v1alpha1',
  kind: 'Wave',
  metadata: { name },
  spec: { ...(after && { after }), namespace: name === 'infra' ? 'platform-infra' : 'platform-services', components },
})

/** A component that is one ConfigMap. */
const folder = (at: string): Record<string, object> => ({
  [`${at}/kustomization.yaml`]: { resources: ['config-map.yaml'] },
  [`${at}/config-map.yaml`]: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: path.basename(at) } },
})

describe('a cluster becomes Applications', () => {
  it('in as many steps as its components need, and no more', async () => {
    const files = {
      'apps/infra.yaml': wave('infra', undefined, {
        a: {},
        b: { after: ['a'] },
        c: { after: ['a'] },
        d: { after: ['b', 'a'] },
      }),
      'apps/mesh.yaml': wave('mesh', 'infra', { e: {} }),
      ...['a', 'b', 'c', 'd'].reduce((all, name) => ({ ...all, ...folder(`overlays/prod/infra/${name}`) }), {}),
      ...folder('clusters/prod/mesh/e'),
    }
    const found = await onTree(files, (tree) => applications(tree))
    const steps = [...found].map(([name, { metadata }]) => [
      name,
      metadata.annotations?.['argocd.argoproj.io/sync-wave'],
    ])
    expect(Object.fromEntries(steps)).toMatchObject({ a: '0', b: '1', c: '1', d: '2', e: '3', iam: '4', notify: '4' })
    expect(found.get('e')?.spec.source.path).toBe('clusters/prod/mesh/e')
    expect(found.get('a')?.spec.project).toBe('infra')
  })

  it('and into what says which commit has gone through them, in the last step', async () => {
    const { stdout } = await render(root)
    const objects = parseAllDocuments(stdout, { version: '1.1' }).map((document) => document.toJS() as KubernetesObject)
    const steps = objects
      .filter(({ kind }) => kind === 'Application')
      .map(({ metadata }) => Number(metadata.annotations?.['argocd.argoproj.io/sync-wave']))
    expect(objects.find(({ kind }) => kind === 'ConfigMap')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'deployed',
        namespace: 'argocd',
        annotations: { 'argocd.argoproj.io/sync-wave': String(Math.max(...steps)) },
      },
      data: { commit: first },
    })
  })

  it('in which a commit is the stamp and nothing else', async () => {
    const second = '2'.repeat(40)
    const [one, other] = await Promise.all([render(root), render(root, 'prod', second)])
    expect(one.stdout).toContain(first)
    expect(one.stdout.replaceAll(first, second)).toBe(other.stdout)
  })

  it('whose content is what a render of it reads, and no other file', async () => {
    const contents = async (files: Record<string, string>) => {
      const found = await onTree(files, (tree) => applications(tree))
      const folders = [...found].filter(([, { spec }]) => spec.source.plugin)
      return new Map(folders.map(([name, application]) => [name, contentOf(application)]))
    }
    const before = await contents({})
    const changed = async (files: Record<string, string>) =>
      [...(await contents(files))].filter(([name, content]) => content !== before.get(name)).map(([name]) => name)
    expect(await changed({ 'overlays/dev/services/iam/note.yaml': 'a: b', 'base/services/iam/README': 'x' })).toEqual(
      [],
    )
    const iam = 'overlays/prod/services/iam/kustomization.yaml'
    const text = `resources: [../../../../base/services/iam]\ncomponents: [../../shared]\nimages: [{ name: ghcr.io/septemcore/platform-kernel/iam, newTag: '${first}' }]\n`
    expect(await changed({ [iam]: text })).toEqual(['iam'])
    const everywhere = 'images:\n  - { kind: ServiceDefinition, path: spec/image }\n'
    // What services share is no part of what they stand on.
    const services = readdirSync(path.join(root, 'base/services'))
    expect(await changed({ 'base/shared/image-fields.yaml': everywhere })).toEqual(services)
    const quota = 'overlays/prod/infra/foundation/resource-quota.yaml'
    expect(await changed({ [quota]: `${readFileSync(path.join(root, quota), 'utf8')}# more\n` })).toEqual([
      'foundation',
    ])
  })

  it('whose content, where it is computed from the services, is what those need and not which version runs', async () => {
    const folder = 'overlays/prod/infra/computed'
    const computed = async (files: Record<string, string>) => {
      const tree = {
        'apps/infra.yaml': wave('infra', undefined, { computed: {} }),
        [`${folder}/kustomization.yaml`]: { resources: ['../../services', 'databases.yaml'] },
        [`${folder}/databases.yaml`]: {
          apiVersion: 'platform.septemcore.com/v1alpha1',
          kind: 'Databases',
          metadata: { name: 'databases', namespace: 'platform-infra' },
        },
        ...files,
      }
      return (await onTree(tree, (copy) => applications(copy))).get('computed')!
    }
    const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
    const before = await computed({})
    expect(before.metadata.annotations?.[pathsAnnotation]?.split(';')).toEqual(
      expect.arrayContaining(['/base/services/iam', '/overlays/prod/services', '/overlays/prod/shared']),
    )
    const pin = 'overlays/prod/services/iam/kustomization.yaml'
    const bumped = await computed({ [pin]: read(pin).replace('0'.repeat(40), first) })
    expect(contentOf(bumped)).toBe(contentOf(before))
    const definition = 'base/services/iam/definition.yaml'
    const moved = await computed({ [definition]: read(definition).replace('platform_kernel', 'platform_iam') })
    expect(contentOf(moved)).not.toBe(contentOf(before))
  })

  it('that leave the replicas to the autoscaler where there is one, also beside a service that does not build', async () => {
    const scaled = async (files: Record<string, string>) => {
      const found = await onTree(files, (tree) => applications(tree))
      return [...found].filter(([, { spec }]) => spec.ignoreDifferences).map(([name]) => name)
    }
    const expected = ['data-layer', 'gateway', 'iam', 'money']
    expect(await scaled({})).toEqual(expected)
    expect(await scaled({ 'base/services/audit/definition.yaml': 'broken: [' })).toEqual(expected)
  })

  it('without what it leaves out, and with what is paused as it stands in the cluster', async () => {
    const patch = wave('services', undefined, { billing: null, iam: { paused: true } })
    const files = {
      'clusters/prod/kustomization.yaml': {
        resources: ['../../apps', 'cluster.yaml'],
        patches: [{ path: 'services.yaml' }],
      },
      'clusters/prod/services.yaml': { ...patch, spec: { components: patch.spec.components } },
    }
    const found = await onTree(files, (tree) => applications(tree))
    expect(found.has('billing')).toBe(false)
    expect(found.get('iam')?.spec.syncPolicy.automated).toBeUndefined()
    expect(found.get('iam')?.metadata.annotations).toMatchObject({ 'platform.septemcore.com/paused': 'true' })
    expect(found.get('money')?.spec.syncPolicy.automated).toBeDefined()
  })
})

describe.each(environments)('on %s', (cluster) => {
  it('every file that a render reads lies in the folders that Argo CD is told of', async () => {
    const found = await applications(root, cluster)
    const folders = [...found.values()].filter(({ spec }) => spec.source.path !== undefined)
    expect(folders.length).toBeGreaterThan(12)
    for (const { metadata, spec } of folders) {
      const told = metadata.annotations?.[pathsAnnotation]?.split(';').map((path) => path.slice(1)) ?? []
      const [all, only] = await onTree(
        { 'overlays/keep': '' },
        async (tree) => Promise.all([runPlugin(spec.source.path), runPlugin(path.join(tree, spec.source.path))]),
        told,
      )
      expect(only, metadata.name).toEqual(all)
    }
  })
})

describe('a cluster is refused', () => {
  const refused: [string, Record<string, string | object>, string][] = [
    [
      'for a component after one that is not there',
      {
        'apps/infra.yaml': wave('infra', undefined, { store: {}, setup: { after: ['stroe'] } }),
        ...folder('overlays/prod/infra/store'),
        ...folder('overlays/prod/infra/setup'),
      },
      'apps/infra.yaml:10:7  there is no component stroe to come after\n  did you mean store?\n',
    ],
    [
      'for a circle',
      { 'apps/infra.yaml': wave('infra', undefined, { a: { after: ['b'] }, b: { after: ['a'] } }) },
      'apps/infra.yaml:9:7  a after b after a\n  take one of them out of after\n',
    ],
    [
      'for a circle of waves',
      { 'apps/infra.yaml': wave('infra', 'services', {}) },
      'apps/infra.yaml:6:10  infra after services after mesh after infra\n  take one of them out of after\n',
    ],
    [
      'for a component without a folder',
      { 'apps/mesh.yaml': wave('mesh', 'infra', { gateway: {} }) },
      'apps/mesh.yaml:9:5  there is no overlays/prod/mesh/gateway\n  add it, or leave gateway out with gateway: null\n',
    ],
    [
      'for a component that says nothing',
      { 'apps/mesh.yaml': stringify(wave('mesh', 'infra', {})).replace('{}', '\n    gateway:') },
      'apps/mesh.yaml:9:5  gateway is empty, and Kustomize drops it without a word\n  write its value, {} for an entry without settings, or remove gateway\n',
    ],
    [
      'for a namespace outside the fence',
      {
        'apps/mesh.yaml': wave('mesh', 'infra', { proxy: { namespace: 'kube-system' } }),
        ...folder('overlays/prod/mesh/proxy'),
      },
      'apps/mesh.yaml:9:5  kube-system at https://kubernetes.default.svc is no destination of its project\n  add it to the AppProject mesh in apps/project.yaml, or correct it\n',
    ],
    [
      'for a chart from a repository outside the fence',
      {
        'apps/mesh.yaml': wave('mesh', 'infra', {
          istiod: { chart: { repository: 'https://example.org', name: 'istiod', version: '1.29.2' } },
        }),
      },
      'apps/mesh.yaml:9:5  https://example.org is no repository of its project\n  add it to the AppProject mesh in apps/project.yaml, or correct it\n',
    ],
    [
      'for a chart whose version moves',
      {
        'apps/mesh.yaml': wave('mesh', 'infra', {
          istiod: { chart: { repository: 'https://example.org', name: 'istiod', version: '^1.29' } },
        }),
      },
      'apps/mesh.yaml:13:18  version is ^1.29\n  write one version, as 1.21.0: a range moves (One version of it.)\n',
    ],
    [
      'under another name than its folder',
      {
        'clusters/prod/cluster.yaml':
          "apiVersion: platform.septemcore.com/v1alpha1\nkind: Cluster\nmetadata:\n  name: production\nspec:\n  environment: prod\n  repository: https://example.org/x.git\n  plugin: '" +
          `${first}'\n`,
      },
      'clusters/prod/cluster.yaml:4:9  its folder is clusters/prod\n  give the cluster the name of its folder\n',
    ],
    [
      'without its facts',
      { 'clusters/prod/kustomization.yaml': 'resources: [../../apps]\n' },
      'apps/infra.yaml:5:9  no Cluster stands beside it\n  render clusters/<cluster>, which lists apps and one cluster.yaml\n',
    ],
  ]
  it.each(refused)('%s', async (_, files, said) => {
    const { code, stdout, stderr } = await onTree(files, (tree) => render(tree))
    expect(stderr).toContain(said)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  it.each([['', 'main', '31a72a5']])('without the commit it stands at', async (revision) => {
    const { code, stdout, stderr } = await render(root, 'prod', revision)
    expect(stderr).toMatch(new RegExp(`^ARGOCD_APP_REVISION  is "${revision}", and no commit\n  .*\n$`))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })
})

it('a plugin refuses a cluster that asks for another one, and says it once', async () => {
  const other = '3'.repeat(40)
  const env = { ARGOCD_APP_REVISION: first, PLATFORM_KERNEL_PLUGIN: other }
  const { code, stdout, stderr } = await runPlugin('clusters/prod', env)
  const remedy = 'npm run bootstrap prod <context> brings the plugin that git asks for'
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(`clusters/prod/cluster.yaml:9:11  the plugin that runs is ${other}\n  ${remedy}\n`)
  // Only the root asks: a component is what its sources are.
  expect((await runPlugin('overlays/prod/services/iam', env)).code).toBe(0)
})

describe('a Job', () => {
  const configMap = (name: string, value: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { value },
  })
  /** The name of a Job of this image, with the value of the ConfigMap that it mounts and of one that lies beside it. */
  const named = (image: string, mounted = 'a', beside = 'a') =>
    onTree(
      {
        'overlays/prod/infra/setup/kustomization.yaml': { resources: ['job.yaml', 'mounted.yaml', 'beside.yaml'] },
        'overlays/prod/infra/setup/mounted.yaml': configMap('mounted', mounted),
        'overlays/prod/infra/setup/beside.yaml': configMap('beside', beside),
        'overlays/prod/infra/setup/job.yaml': {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'setup' },
          spec: {
            template: {
              spec: {
                containers: [{ name: 'setup', image: `${image}@sha256:${'0'.repeat(64)}` }],
                volumes: [{ name: 'mounted', configMap: { name: 'mounted' } }],
              },
            },
          },
        },
      },
      async (tree) =>
        /name: (setup-.*)/.exec((await runPlugin(path.join(tree, 'overlays/prod/infra/setup'))).stdout)?.[1],
    )

  it('is named by what it does and reads: one that changed is another Job', async () => {
    const [first, ...others] = await Promise.all([named('a:1'), named('a:1'), named('a:1', 'a', 'b')])
    expect(first).toMatch(/^setup-[0-9a-f]{8}$/)
    expect(others).toEqual([first, first])
    expect(new Set([first, await named('a:2'), await named('a:1', 'b')]).size).toBe(3)
  })
})
