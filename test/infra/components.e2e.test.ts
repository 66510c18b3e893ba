import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { environments } from '../../scripts/environments.ts'
import { treeBelow } from '../../scripts/edge/tree.ts'
import { endAfterTests } from '../e2e/end.ts'
import { createNamespace } from '../e2e/platform.ts'
import type { Json } from '../e2e/rig/api.ts'
import { type Rig, startRig } from '../e2e/rig/rig.ts'
import { isReady } from '../e2e/rig/ready.ts'
import { root } from '../plugin.ts'
import { render } from './rendered.ts'

const infra = 'platform-infra'
const strict = ['--server-side', '--validate=strict', '--warnings-as-errors', '-f', '-']
const tree = treeBelow(root)

describe.each(environments)('the components of infra in %s', (environment) => {
  const folder = `overlays/${environment}/infra`
  const components = tree.list(folder).filter((name) => tree.kind(`${folder}/${name}`) === 'folder')
  let rig: Rig
  let manifests: string
  let objects: Json[]
  let sets: Json[]

  beforeAll(async () => {
    const nodes = environment === 'dev' ? 1 : 3
    rig = await startRig({ nodes: { stateless: nodes, stateful: nodes }, operators: true })
    // Of the chart.
    await createNamespace(rig, 'cert-manager')
    const renders = await Promise.all(components.map((name) => render(`${folder}/${name}`)))
    objects = renders.flat()
    manifests = listOf(objects)
    // kubectl applies in the order of the text, and Argo CD by kind: what others stand on comes before them.
    for (const kind of ['Namespace', 'ConfigMap'])
      await rig.kubectl(['apply', ...strict], listOf(objects.filter((object) => object.kind === kind)))
    sets = objects.filter(({ kind }) => kind === 'StatefulSet')
  }, 120_000)
  endAfterTests(() => rig)

  /** The versions of the objects, once nothing has changed one for two seconds. */
  async function versions(): Promise<Map<string, string>> {
    let before = ''
    let since = Date.now()
    return rig.until(
      'nothing changes any more',
      async () => {
        await setTimeout(500)
        const { items } = JSON.parse(await rig.kubectl(['get', '-f', '-', '-o', 'json'], manifests)) as {
          items: Json[]
        }
        const now = items.map((one): [string, string] => [
          `${one.kind} ${one.metadata.name}`,
          // A status that a controller writes is no change of what was asked for.
          String(one.metadata.generation ?? one.metadata.resourceVersion),
        ])
        if (String(now) !== before) [before, since] = [String(now), Date.now()]
        return Date.now() - since > 2000 && new Map(now)
      },
      60_000,
    )
  }

  const podsOf = async (set: Json): Promise<Json[]> => {
    const labels = Object.entries(set.spec.selector.matchLabels).map((pair) => pair.join('='))
    const selector = encodeURIComponent(labels.join(','))
    const { items } = await rig.api.get(`/api/v1/namespaces/${infra}/pods?labelSelector=${selector}`)
    return (items as Json[]).toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1))
  }

  const whole = (set: Json): Promise<Json[]> =>
    rig.until(
      `all of ${set.metadata.name} are ready`,
      async () => {
        const ready = (await podsOf(set)).filter((pod) => isReady(pod) && !pod.metadata.deletionTimestamp)
        return ready.length === set.spec.replicas && ready
      },
      60_000,
    )

  test('are accepted by admission and Pod Security, every field known, without a warning', async () => {
    const said = (await rig.kubectl(['apply', ...strict], manifests)).trim().split('\n')
    expect(said).toHaveLength(objects.length)
  })

  test('run with an identity and volumes of their own, the members of each on nodes of their own', async () => {
    expect(sets.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(['postgres', 'vault']))
    for (const set of sets) {
      const pods = await whole(set)
      expect(pods.map(({ metadata }) => metadata.name)).toEqual(
        Array.from({ length: set.spec.replicas }, (_, index) => `${set.metadata.name}-${index}`),
      )
      const nodes = pods.map(({ spec }) => spec.nodeName as string)
      expect(new Set(nodes).size).toBe(nodes.length)
      for (const node of nodes) expect(node).toMatch(/^stateful-/)
      for (const { metadata } of pods)
        for (const template of set.spec.volumeClaimTemplates as Json[]) {
          const claim = await rig.api.get(
            `/api/v1/namespaces/${infra}/persistentvolumeclaims/${template.metadata.name}-${metadata.name}`,
          )
          expect(claim.status.phase).toBe('Bound')
          expect(claim.spec.storageClassName).toBe('fast-ssd')
        }
    }
  })

  test('are changed by no second apply, and then kubectl diff is empty', async () => {
    const before = await versions()
    await rig.kubectl(['apply', ...strict], manifests)
    expect(await versions()).toEqual(before)
    expect(await rig.kubectl(['diff', '--server-side', '-f', '-'], manifests)).toBe('')
  })

  test('lose one member at a time to a drain of their nodes, and get it back', async () => {
    await rig.stages([{ pods: {}, readyAfter: 3000, endAfter: 1000 }])
    for (const set of sets.filter(({ spec }) => spec.replicas > 1)) {
      const [first, second] = await whole(set)
      const evict = ({ metadata: { name } }: Json) =>
        rig.api.create(`/api/v1/namespaces/${infra}/pods/${name}/eviction`, {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name, namespace: infra },
        })
      await evict(first)
      await expect(evict(second), set.metadata.name).rejects.toThrow('429')
      await rig.until('it is gone', async () =>
        (await podsOf(set)).every(({ metadata }) => metadata.uid !== first.metadata.uid),
      )
      await whole(set)
    }
  })
})

const listOf = (items: Json[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
