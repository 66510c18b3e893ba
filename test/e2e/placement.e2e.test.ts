import { beforeAll, describe, expect, test } from 'vitest'
import { watchEndpoints } from './endpoints.ts'
import { endAfterTests } from './end.ts'
import { overlay, quick } from './overlay.ts'
import { startPlatform, type Platform } from './platform.ts'
import type { Json } from './rig/api.ts'
import { isReady } from './rig/ready.ts'
import { podsOf, rolledOut, versionOf } from './rollout.ts'

const [first, second, third] = ['0'.repeat(40), '2'.repeat(40), '3'.repeat(40)]

let platform: Platform

beforeAll(async () => {
  const files = { ...quick('dev'), ...quick('prod'), ...overlay('prod', 'files', first, { replicas: 5 }) }
  platform = await startPlatform({}, {}, files)
}, 240_000)
endAfterTests(() => platform?.rig)

describe('placement', { timeout: 240_000 }, () => {
  test('full nodes do not hold back a rollout that has one place left, on whichever node', async () => {
    const { rig } = platform
    await capacity({ 'stateless-1': 1, 'stateless-2': 1, 'stateless-3': 2 })
    await platform.deploy('prod', ['notify'])
    expect(await podsPerNode('notify')).toEqual({ 'stateless-1': 1, 'stateless-2': 1, 'stateless-3': 1 })

    const endpoints = await watchEndpoints(rig, 'notify')
    await platform.bump('notify', second, 'prod')
    await rolledOut(rig, 'notify', second)
    expect(await endpoints.fewest()).toBe(3)
    // Two of them share a node: a required spread would still wait for another place.
    expect(Object.values(await podsPerNode('notify')).sort()).toEqual([1, 2])
  })

  test('without a place for one more, a rollout waits with all old pods up, and a new node ends it', async () => {
    const { rig, argocd } = platform
    const endpoints = await watchEndpoints(rig, 'notify')
    const none = { 'stateless-1': 0, 'stateless-2': 0, 'stateless-3': 0 }
    await capacity({ ...none, ...(await podsPerNode('notify')) })
    await platform.bump('notify', third, 'prod')
    await rig.until('the new pod finds no place', async () => {
      const pod = (await podsOf(rig, 'notify')).find((pod) => versionOf(pod) === third)
      return pod?.status.conditions?.some(({ reason }: Json) => reason === 'Unschedulable')
    })
    await argocd.refresh('notify')
    await rig.until('the Application waits', async () => {
      const { sync, health } = (await argocd.get('notify')).status
      return sync.status === 'Synced' && health.status === 'Progressing'
    })
    expect((await podsOf(rig, 'notify')).filter(isReady).map(versionOf)).toEqual([second, second, second])

    await rig.nodes('stateless', 1)
    await rolledOut(rig, 'notify', third)
    await argocd.healthy('notify')
    expect(await endpoints.fewest()).toBe(3)
  })

  test('pods run on stateless amd64 nodes only, evenly over nodes and zones, also after a rollout', async () => {
    const { rig } = platform
    await capacity({ 'stateless-1': 110, 'stateless-2': 110, 'stateless-3': 110 })
    const [arm] = await rig.nodes('stateless', 1)
    await rig.api.merge(`/api/v1/nodes/${arm}`, { metadata: { labels: { 'kubernetes.io/arch': 'arm64' } } })
    await Promise.all([platform.deploy('prod', ['files', 'event-bus']), platform.deploy('dev', ['audit'])])
    await expectSpread('files', 5)
    await expectSpread('event-bus', 3)

    await platform.bump(['files', 'event-bus'], second, 'prod')
    await rolledOut(rig, 'files', second)
    await rolledOut(rig, 'event-bus', second)
    await expectSpread('files', 5)
    await expectSpread('event-bus', 3)
  })

  test('all nodes but one drained at once take one replica of a service at a time, and one that is alone at all', async () => {
    const { rig } = platform
    await rig.stages([{ pods: {}, readyAfter: 2000, endAfter: 2000 }])
    const [alone] = await podsOf(rig, 'audit')
    const suitable = (await suitableNodes()).map(({ name }) => name as string)
    const kept = suitable.find((node) => node !== alone.spec.nodeName)
    const drained = new Set(suitable.filter((node) => node !== kept))
    const services = { notify: 3, files: 5, 'event-bus': 3 }
    const watches = await Promise.all(Object.keys(services).map((service) => watchEndpoints(rig, service)))
    await Promise.all(
      [...drained].map((node) =>
        rig.kubectl(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=100s']),
      ),
    )
    for (const service of Object.keys(services)) await rolledOut(rig, service, service === 'notify' ? third : second)
    await rolledOut(rig, 'audit', first)
    for (const [index, wanted] of Object.values(services).entries()) {
      expect(await watches[index]!.fewest()).toBe(wanted - 1)
    }
    for (const service of [...Object.keys(services), 'audit']) {
      expect(Object.keys(await podsPerNode(service)).filter((node) => drained.has(node))).toEqual([])
    }
  })
})

/** Says how many pods each node takes. */
async function capacity(pods: Record<string, number>): Promise<void> {
  for (const [node, count] of Object.entries(pods)) {
    const allocatable = { pods: String(count) }
    await platform.rig.api.merge(`/api/v1/nodes/${node}/status`, { status: { allocatable, capacity: allocatable } })
  }
}

async function podsPerNode(service: string): Promise<Record<string, number>> {
  return count((await podsOf(platform.rig, service)).map(({ spec }) => spec.nodeName))
}

/** The metadata of the nodes that services may run on. */
async function suitableNodes(): Promise<Json[]> {
  const { items } = await platform.rig.api.get('/api/v1/nodes')
  const suitable: Json[] = items
    .map(({ metadata }: Json) => metadata)
    .filter(({ labels }: Json) => labels['node-type'] === 'stateless' && labels['kubernetes.io/arch'] === 'amd64')
  expect(suitable).toHaveLength(4)
  return suitable
}

async function expectSpread(service: string, replicas: number): Promise<void> {
  const suitable = await suitableNodes()
  const zones = new Map<string, string>(
    suitable.map(({ name, labels }) => [name, labels['topology.kubernetes.io/zone']]),
  )
  const pods = await podsOf(platform.rig, service)
  expect(pods).toHaveLength(replicas)
  for (const { spec } of pods) expect([...zones.keys()], `a pod of ${service}`).toContain(spec.nodeName)
  expect(
    skew(
      pods.map(({ spec }) => spec.nodeName),
      [...zones.keys()],
    ),
  ).toBeLessThanOrEqual(1)
  expect(
    skew(
      pods.map(({ spec }) => zones.get(spec.nodeName)!),
      [...zones.values()],
    ),
  ).toBeLessThanOrEqual(1)
}

/** The difference between the fullest and the emptiest domain. */
function skew(used: string[], domains: string[]): number {
  const counts = domains.map((domain) => count(used)[domain] ?? 0)
  return Math.max(...counts) - Math.min(...counts)
}

function count(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
