import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { environments } from '../../scripts/environments.ts'
import { runPlugin } from '../plugin.ts'
import { endAfterTests } from './end.ts'
import { kustomizeSwitch } from './kustomize-switch.ts'
import { namespace, type Platform, servicesOf, startPlatform } from './platform.ts'
import type { Json } from './rig/api.ts'
import { commandOf, parentOf, runningWith } from './rig/process.ts'
import { startRendering } from './rig/rendering.ts'

/** The plugin where Argo CD runs it: what leaves cmp-server and repo-server, and what a failure does to a live Application. */
let platform: Platform
let kustomize: ReturnType<typeof kustomizeSwitch>

beforeAll(async () => {
  platform = await startPlatform({ nodes: { stateless: 1, stateful: 0 } }, (folder) => {
    kustomize = kustomizeSwitch(folder)
    return { environment: { KUSTOMIZE: kustomize.command } }
  })
})
endAfterTests(() => platform?.rig)

const folderOf = (environment: string, service: string) => `overlays/${environment}/services/${service}`
const plugin = { name: 'platform-kernel' }

/** What `npm run -s render` prints, as each service's objects in its order; that one alone prints the same is tested without a rig. */
async function rendered(environment: string): Promise<Map<string, Json[]>> {
  const { code, stdout } = await runPlugin(`overlays/${environment}/services`)
  expect(code).toBe(0)
  const all = parseAllDocuments(stdout, { version: '1.1' }).map((document) => document.toJS() as Json)
  return Map.groupBy(all, ({ metadata }) => metadata.labels['app.kubernetes.io/name'] as string)
}

const objects = (manifests: string[] | null): Json[] => (manifests ?? []).map((text) => JSON.parse(text) as Json)

// cmp-server takes the stream apart and hands each object on as JSON, keys sorted: bytes cannot be compared, objects and their order can.
describe.for(environments)('for every service of %s', (environment) => {
  const services = servicesOf(environment)

  test('cmp-server returns the objects of the render, in its order', async () => {
    const root = platform.repository.folder
    const requests = services.map((service) => ({ root, folder: join(root, folderOf(environment, service)) }))
    const answers = await platform.argocd.generate.plugin(plugin.name, requests, { concurrent: 2 })
    const expected = await rendered(environment)
    for (const [index, service] of services.entries()) {
      expect(answers[index]?.error).toBeUndefined()
      expect(objects(answers[index]!.manifests)).toEqual(expected.get(service))
    }
  })

  test('repo-server returns the same objects, with its tracking annotation and nothing else', async () => {
    const requests = services.map((service) => ({
      repository: platform.repository.url,
      name: `${environment}-${service}`,
      source: { path: folderOf(environment, service), plugin },
    }))
    const answers = await platform.argocd.generate.applications(requests, { concurrent: 2 })
    const expected = await rendered(environment)
    for (const [index, service] of services.entries()) {
      expect(answers[index]?.error).toBeUndefined()
      const tracked = (expected.get(service) ?? []).map((object) => {
        const { apiVersion, kind, metadata } = object
        const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
        const id = `${environment}-${service}:${group}/${kind}:${metadata.namespace}/${metadata.name}`
        metadata.annotations = { ...metadata.annotations, 'argocd.argoproj.io/tracking-id': id }
        return object
      })
      expect(objects(answers[index]!.manifests)).toEqual(tracked)
    }
  })
})

describe('what Argo CD sets', () => {
  const path = folderOf('prod', 'iam')
  const variables = {
    ARGOCD_APP_NAME: 'iam',
    ARGOCD_APP_NAMESPACE: 'elsewhere',
    ARGOCD_APP_PROJECT_NAME: 'default',
    ARGOCD_APP_REVISION: 'f'.repeat(40),
    ARGOCD_APP_REVISION_SHORT: 'f'.repeat(7),
    ARGOCD_APP_REVISION_SHORT_8: 'f'.repeat(8),
    ARGOCD_APP_SOURCE_PATH: path,
    ARGOCD_APP_SOURCE_REPO_URL: 'https://git.example/platform',
    ARGOCD_APP_SOURCE_TARGET_REVISION: 'main',
    ARGOCD_APP_PARAMETERS: '[{"name":"image","string":"other"}]',
    PARAM_IMAGE: 'other',
    ARGOCD_LOG_FORMAT: 'json',
    ARGOCD_LOG_LEVEL: 'debug',
    KUBE_VERSION: '1.36.3',
    KUBE_API_VERSIONS: 'v1,apps/v1',
    ARGOCD_ENV_KUSTOMIZE: '/bin/false',
    ARGOCD_ENV_NODE_OPTIONS: '--title=other',
    ARGOCD_ENV_PATH: '/nowhere',
    ARGOCD_ENV_PLATFORM_KERNEL_DEADLINE_SECONDS: '0',
  }

  test('is what is tried here, and nothing else', async () => {
    const set = await variablesSetByArgoCd({
      env: Object.keys(variables).flatMap((name) => {
        const [, own] = /^ARGOCD_ENV_(.*)/.exec(name) ?? []
        return own ? [{ name: own, value: 'any' }] : []
      }),
      parameters: [{ name: 'image', string: 'other' }],
    })
    expect(set).toEqual(Object.keys(variables).toSorted())
  })

  test('changes nothing in what cmp-server returns', async () => {
    const root = platform.repository.folder
    const requests = [{}, variables].map((environment) => ({ root, folder: join(root, path), environment }))
    const [plain, other] = await platform.argocd.generate.plugin(plugin.name, requests)
    expect(plain?.manifests).toHaveLength((await rendered('prod')).get('iam')!.length)
    expect(other).toMatchObject({ manifests: plain?.manifests })
  })

  test('changes nothing in what repo-server returns, whatever an Application asks for', async () => {
    const { repository, argocd } = platform
    const wishes = [
      { source: { path, plugin } },
      { source: { path, plugin: { ...plugin, env: [{ name: 'KUSTOMIZE', value: '/bin/false' }] } } },
      { source: { path, plugin: { ...plugin, parameters: [{ name: 'image', string: 'other' }] } } },
      { source: { path, plugin }, more: { kubeVersion: '1.20.0', apiVersions: ['v1'], namespace: 'elsewhere' } },
    ].map((wish) => ({ repository: repository.url, ...wish }))
    const [plain, ...others] = await argocd.generate.applications(wishes)
    for (const other of others) expect(other).toMatchObject({ manifests: plain?.manifests })
  })
})

describe('an Application that is Synced', () => {
  const service = 'iam'
  const overlay = `${folderOf('dev', service)}/kustomization.yaml`
  const definition = `base/services/${service}/definition.yaml`
  const read = (file: string) => readFileSync(join(platform.repository.folder, file), 'utf8')
  const original: Record<string, string> = {}

  beforeAll(async () => {
    for (const file of [overlay, definition]) original[file] = read(file)
    await platform.deploy('dev', [service])
  })
  // What a failed test left behind is not the next one's.
  afterEach(async () => {
    kustomize.set('works')
    await platform.repository.commit(original)
  })

  /** What lives in the namespace, told apart from what was replaced or changed by uid and generation. */
  async function live(): Promise<string[]> {
    const kinds =
      'deployments,services,serviceaccounts,configmaps,horizontalpodautoscalers,poddisruptionbudgets,replicasets'
    const { items } = JSON.parse(await platform.rig.kubectl(['get', kinds, '-n', namespace, '-o', 'json'])) as Json
    return items.map((it: Json) => `${it.kind} ${it.metadata.name} ${it.metadata.uid} ${it.metadata.generation ?? ''}`)
  }

  /** Has Argo CD look until what it sees is as said: a refresh that meets another one under way is forgotten. */
  async function seen<T>(what: string, probe: (application: Json) => T | undefined | false, how: 'normal' | 'hard') {
    let asked = 0
    return platform.rig.until(
      what,
      async () => {
        const application = await platform.argocd.get(service)
        const found = probe(application)
        if (!found && Date.now() - asked > 3000) {
          await platform.argocd.refresh(service, how)
          asked = Date.now()
        }
        if (!found) throw new Error(JSON.stringify([application.status.sync.status, application.status.conditions]))
        return found
      },
      90_000,
    )
  }

  const refusalOf = (application: Json): string | undefined =>
    (application.status?.conditions ?? []).find(({ type }: Json) => type === 'ComparisonError')?.message

  /** Waits until the Application shows the message, holds still for longer than a sync takes, and expects that nothing moved. */
  async function refused(before: string[], said: string, how: 'normal' | 'hard' = 'normal'): Promise<string> {
    const message = await seen(
      `a ComparisonError says: ${said}`,
      (it) => refusalOf(it)?.includes(said) && refusalOf(it),
      how,
    )
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(await live()).toEqual(before)
    const { sync, operationState } = (await platform.argocd.get(service)).status
    expect(sync.status).toBe('Unknown')
    expect(operationState.phase).toBe('Succeeded')
    expect(message).not.toMatch(/^\s*at .*:\d+:\d+/m)
    return message as string
  }

  /** Commits, and expects that the Application is as it was, at that commit. */
  async function healed(before: string[], files: Record<string, string>, how: 'normal' | 'hard' = 'normal') {
    const revision = await platform.repository.commit(files)
    await seen(
      'Synced again',
      ({ status }) => status.sync.status === 'Synced' && status.sync.revision === revision,
      how,
    )
    const { status } = await platform.argocd.healthy(service, { revision })
    expect(refusalOf({ status })).toBeUndefined()
    expect(await live()).toEqual(before)
  }

  test.for([
    ['its overlay becomes empty', overlay, () => '', 'kustomization'],
    ['its overlay lists nothing', overlay, () => 'resources: []\n', 'kustomization'],
    ['its pin is missing', overlay, (text: string) => text.replace(/^images:\n( .*\n|- .*\n)*/m, ''), 'pins no image'],
    [
      'its definition is broken',
      definition,
      (text: string) => text.replace(/^spec:\n/m, 'spec:\n  imagee: s.SECRET-VALUE\n'),
      'unknown field imagee',
    ],
  ] as const)('keeps its objects when %s, and the fix goes through', async ([, file, change, said]) => {
    const before = await live()
    expect(before.length).toBeGreaterThan(4)
    const text = change(original[file]!)
    expect(text).not.toBe(original[file])
    await platform.repository.commit({ [file]: text })
    const message = await refused(before, said)
    if (file === definition) {
      const line = text.split('\n').findIndex((it) => it.includes('imagee')) + 1
      expect(message).toMatch(new RegExp(`${definition}:${line}:\\d+ {2}unknown field imagee\\s+did you mean .*image`))
      expect(message).not.toContain('SECRET-VALUE')
    }
    if (said === 'pins no image') {
      const image = `ghcr.io/septemcore/platform-kernel/${service}`
      expect(message).toContain(`${overlay}  pins no image\n  add images: [{ name: ${image}, newTag: '<sha>' }]`)
    }
    await healed(before, { [file]: original[file]! })
  })

  test.for([
    ['Kustomize prints half and is killed', 'half', 'was ended by SIGKILL'],
    ['Kustomize prints nothing and calls that a success', 'nothing', 'order to delete everything'],
  ] as const)('keeps its objects when %s', async ([, way, said]) => {
    const before = await live()
    kustomize.set(way)
    await refused(before, said, 'hard')
    kustomize.set('works')
    await healed(before, {}, 'hard')
  })

  test('keeps its objects when the plugin is killed in the middle, and no Kustomize is left behind', async () => {
    const before = await live()
    kustomize.set('hangs')
    await platform.argocd.refresh(service, 'hard')
    const hanging = () => runningWith(kustomize.hanging)
    const plugin = await platform.rig.until(
      'the plugin runs',
      async () => hanging().length > 0 && parentOf(hanging()[0]!),
    )
    expect(commandOf(plugin).join(' ')).toContain('plugin.mjs')
    process.kill(plugin, 'SIGKILL')
    await refused(before, 'signal: killed')
    await expect.poll(hanging, { timeout: 10_000 }).toEqual([])
    kustomize.set('works')
    await healed(before, {}, 'hard')
  })
})

/** Has a real repo-server ask a plugin that prints its variables, and gives the names of those that cmp-server itself has not. */
async function variablesSetByArgoCd(source: { env: object[]; parameters: object[] }): Promise<string[]> {
  const print =
    "const data = process.env; console.log(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'variables' }, data }))"
  const rendering = await startRendering((folder) => {
    const metadata = { name: 'variables' }
    const spec = { generate: { command: ['node', '-e', print] } }
    const plugin = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ConfigManagementPlugin', metadata, spec }
    writeFileSync(join(folder, 'plugin.yaml'), JSON.stringify(plugin))
    return { plugin: folder }
  })
  try {
    const repository = await rendering.repository('any')
    await repository.commit({ 'app/any': '' })
    const request = { repository: repository.url, source: { path: 'app', plugin: { name: 'variables', ...source } } }
    const [answer] = await rendering.generate.applications([{ ...request, more: { apiVersions: ['v1'] } }])
    expect(answer?.error).toBeUndefined()
    const { data } = JSON.parse(answer!.manifests![0]!) as Json
    const own = readFileSync(`/proc/${rendering.cmpServer}/environ`, 'utf8').split('\0')
    const inherited = new Set(own.map((line) => line.split('=')[0]))
    return Object.keys(data)
      .filter((name) => !inherited.has(name) && name !== 'PWD')
      .toSorted()
  } finally {
    await rendering.stop()
  }
}
