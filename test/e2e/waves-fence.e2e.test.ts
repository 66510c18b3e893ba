import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { endAfterTests } from './end.ts'
import type { Json } from './rig/api.ts'
import { change, textsOf } from './waves/changes.ts'
import { type Observed, observe } from './waves/observe.ts'
import { startWaves, type Waves } from './waves/platform.ts'
import { component, infra, service, services, smallPlatform, statefulSet, version, wave } from './waves/tree.ts'

let waves: Waves
let observed: Observed
let count = 3000

beforeAll(async () => {
  waves = await startWaves()
  observed = await observe(waves.rig)
  await waves.arrived(await waves.commit({}), 180_000)
}, 300_000)
endAfterTests(() => waves?.rig)
// Before that: what is set up last is ended first.
afterAll(() => observed?.stop())

const specs = async (): Promise<Record<string, Json>> =>
  Object.fromEntries([...(await waves.applications())].map(([name, { spec }]) => [name, spec]))

const comparedAt = (revision: string) =>
  waves.rig.until('the root has seen the commit', async () => {
    const { status } = await waves.argocd.get('root')
    return status.sync.revision === revision && status.sync.status === 'Synced'
  })

describe('a commit to another environment', () => {
  test('touches no Application of this one, and the next of this one arrives', async () => {
    const before = await specs()
    await comparedAt(await waves.commit(service('staging', 'one', version(count++))))
    expect(await specs()).toEqual(before)
    const texts = textsOf(['one'], count++)
    await waves.arrived(await waves.commit(change(texts)), 120_000)
    expect(observed.finished('one', texts.one!)).toBeDefined()
  }, 180_000)

  test('a bump after a bump after a bump: the last arrives', async () => {
    const bumps = [count++, count++, count++].map((number) => textsOf(['two'], number))
    let revision = ''
    for (const texts of bumps) revision = await waves.commit(change(texts))
    await waves.arrived(revision, 120_000)
    expect(observed.finished('two', bumps.at(-1)!.two!)).toBeDefined()
  }, 180_000)
})

/** Waits until Argo CD says this of the Application: in a condition, or of a resource that it would not apply. */
const said = (name: string, text: RegExp): Promise<unknown> =>
  waves.rig.until(
    `${name} is refused`,
    async () => {
      const { status = {} } = (await waves.argocd.get(name)) ?? {}
      const messages = [...(status.conditions ?? []), ...(status.operationState?.syncResult?.resources ?? [])]
      const all = messages.map(({ message }: Json) => message)
      if (!all.some((message) => text.test(message))) throw new Error(JSON.stringify(all))
      return true
    },
    60_000,
  )

describe('the fence refuses', () => {
  const outside: [string, object, RegExp][] = [
    [
      'an object in another namespace',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'stray', namespace: infra } },
      /namespace platform-infra is not permitted in project 'services'/,
    ],
    [
      'a kind of the whole cluster',
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'stray' }, rules: [] },
      /resource rbac.authorization.k8s.io:ClusterRole is not permitted in project services/,
    ],
    [
      'a kind that no service becomes',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'stray', namespace: services },
        rules: [],
      },
      /resource rbac.authorization.k8s.io:Role is not permitted in project services/,
    ],
  ]
  test.each(outside)(
    '%s from a service, and its fellows go on',
    async (_, object, text) => {
      const kustomization = 'overlays/dev/services/three/kustomization.yaml'
      const tree = service('dev', 'three', version(count))
      const listed = parse(tree[kustomization]!) as { resources: string[] }
      const texts = textsOf(['two'], count++)
      await waves.commit({
        ...change(texts),
        [kustomization]: stringify({ ...listed, resources: [...listed.resources, 'stray.yaml'] }),
        'overlays/dev/services/three/stray.yaml': stringify(object),
      })
      await said('three', text)
      await waves.rig.until('its fellow is rolled out', async () => observed.finished('two', texts.two!), 60_000)
      const stray = object as Json
      await expect(
        waves.rig.kubectl(['get', stray.kind.toLowerCase(), 'stray', '-n', stray.metadata.namespace ?? 'default']),
      ).rejects.toThrow('not found')
      await waves.arrived(await waves.commit({ ...tree, 'overlays/dev/services/three/stray.yaml': undefined }), 120_000)
    },
    240_000,
  )

  test('an Application of another repository', async () => {
    const other = await waves.rig.repository('other')
    await other.commit({
      'app/config-map.yaml': stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'stray' } }),
    })
    await waves.argocd.application('stray', {
      project: 'services',
      source: { repoURL: other.url, path: 'app', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: services },
    })
    await said('stray', /application repo .* is not permitted in project 'services'/)
    await waves.rig.api.remove('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/stray')
  })
})

describe('what leaves git', () => {
  test('a protected object stays, and blocks nothing', async () => {
    const kept: Json = statefulSet('kept', 'first')
    kept.metadata.annotations = {
      'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
      'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
    }
    const store = statefulSet('store', version(count))
    await waves.arrived(await waves.commit(component('dev', 'infra', 'store', [store, kept])), 120_000)
    await waves.arrived(await waves.commit(component('dev', 'infra', 'store', [store])), 120_000)
    expect((await waves.rig.api.get(`/apis/apps/v1/namespaces/${infra}/statefulsets/kept`)).metadata.name).toBe('kept')
  }, 240_000)

  test('components go with their objects, the last wave first, and the others stay as they are', async () => {
    const tree = smallPlatform(waves.repository.url)
    const before = await specs()
    const gone = Object.keys(tree).filter((file) => /\/(three|proxy|queue)\//.test(file))
    await waves.commit({
      ...wave('infra', undefined, infra, { ground: {}, store: { after: ['ground'] }, setup: { after: ['store'] } }),
      ...wave('mesh', 'infra', services, {}),
      ...wave('services', 'mesh', services, { one: {}, two: {} }),
      'clusters/dev/kustomization.yaml': stringify({ resources: ['../../apps', 'cluster.yaml'] }),
      'overlays/dev/services/kustomization.yaml': stringify({ resources: ['one', 'two'] }),
      ...Object.fromEntries(gone.map((file) => [file, undefined])),
    })
    const order = await waves.rig.until(
      'all three are deleted',
      async () => {
        const times = ['three', 'proxy', 'queue'].map((name) => observed.deleted(name))
        return times.every((time) => time !== undefined) && (times as number[])
      },
      120_000,
    )
    expect(order).toEqual(order.toSorted((one, other) => one - other))
    await waves.rig.until('the root has settled', async () => {
      const names = [...(await waves.applications()).keys()].sort()
      return names.join() === 'ground,one,root,setup,store,two'
    })
    expect(Object.keys(before)).toContain('three')
  }, 240_000)

  test('the root goes without anything else', async () => {
    const names = [...(await waves.applications()).keys()]
    await waves.rig.api.remove('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/root')
    await waves.rig.until('the root is gone', async () => !(await waves.applications()).has('root'))
    expect([...(await waves.applications()).keys()]).toEqual(names.filter((name) => name !== 'root'))
    const { items } = await waves.rig.api.get(`/apis/apps/v1/namespaces/${services}/deployments`)
    expect(items.map(({ metadata }: Json) => metadata.name)).toEqual(['one', 'two'])
  })
})
