import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { watchEndpoints } from './endpoints.ts'
import { endAfterTests } from './end.ts'
import { askedFor, changed } from './objects.ts'
import { asDeployed, overlay, quick } from './overlay.ts'
import { servicesOf, startPlatform, type Platform } from './platform.ts'
import type { Json } from './rig/api.ts'
import { isReady } from './rig/ready.ts'
import { compared, paths, podsOf, rolledOut, versionOf } from './rollout.ts'

const version = (digit: string): string => digit.repeat(40)
const first = version('0')
const [second, third, good] = [version('2'), version('3'), version('4')]
const [neverReady, crashing, backingOff] = [version('a'), version('b'), version('c')]

/** Instead of the 300 s of a service that says nothing else. */
const progressDeadlineSeconds = 15

let platform: Platform

beforeAll(async () => {
  const controllerManager = ['--horizontal-pod-autoscaler-sync-period=2s']
  const files = {
    ...quick('prod'),
    ...overlay('prod', 'notify', second, {}),
    ...overlay('prod', 'gateway', second, {}),
    ...overlay('prod', 'billing', first, { progressDeadlineSeconds }),
    ...overlay('prod', 'audit', first, { ...asDeployed, progressDeadlineSeconds }),
    ...overlay('prod', 'files', first, { ...asDeployed, progressDeadlineSeconds }),
  }
  platform = await startPlatform({ metrics: true, controllerManager }, {}, files)
  await platform.rig.stages([
    { pods: { image: `:${neverReady}` }, readyAfter: 'never' },
    { pods: { image: `:${crashing}` }, crashAfter: 3000, restartAfter: 2000 },
    { pods: { image: `:${backingOff}` }, crashAfter: 3000, restartAfter: 120_000 },
  ])
  await platform.deploy('prod', servicesOf('prod'))
}, 240_000)
endAfterTests(() => platform?.rig)

test('a bump of iam changes its Deployment and its pods, and nothing else of twelve services', async () => {
  const { rig } = platform
  const before = await askedFor(rig)
  expect([...before.keys()].filter((name) => name.startsWith('deployments '))).toHaveLength(12)
  const endpoints = await watchEndpoints(rig, 'iam')
  await platform.bump('iam', second, 'prod')
  await rolledOut(rig, 'iam', second)
  await platform.argocd.healthy('iam')
  expect(await endpoints.fewest()).toBe(3)

  const differences = changed(before, await askedFor(rig))
  const ofPods = /^(pods|replicasets) iam-/
  expect(differences.filter((name) => !ofPods.test(name))).toEqual(['deployments iam'])
  // Three pods went and three came; the old ReplicaSet was emptied and a new one came.
  expect(differences.filter((name) => ofPods.test(name))).toHaveLength(8)
})

// Each test has services of its own.
describe.concurrent('a rollout', { timeout: 240_000 }, () => {
  test('of three services in one commit never takes a ready replica away, nor does its undoing by git', async () => {
    const { rig, argocd } = platform
    const services = ['iam', 'notify', 'gateway']
    const watches = await Promise.all(services.map((service) => watchEndpoints(rig, service)))
    await platform.bump(services, third, 'prod')
    await Promise.all(services.map((service) => rolledOut(rig, service, third)))

    const slower = services.map((service) => overlay('prod', service, third, asDeployed))
    await platform.commit(Object.assign({}, ...slower), services)
    for (const service of services) {
      await rig.until(`${service} has its real minReadySeconds`, async () => {
        const { spec, status, metadata } = await rig.api.get(paths.deployment(service))
        return spec.minReadySeconds === 10 && status.observedGeneration === metadata.generation
      })
      await compared(platform, service)
    }
    const started = performance.now()
    await platform.bump(services, second, 'prod')
    await Promise.all(services.map((service) => rolledOut(rig, service, second)))
    await Promise.all(services.map((service) => argocd.healthy(service)))
    figure(`undo by git of ${services.join(', ')} at once`, started)
    for (const [index, service] of services.entries()) {
      expect(await watches[index]!.fewest(), service).toBe(3)
      // Each of six replacements shows itself, so the watch has seen the rollouts.
      expect(watches[index]!.counts.length, service).toBeGreaterThanOrEqual(12)
    }
  })

  test('to a version that never becomes ready stops, shows as Degraded, and is ended by the next good version', async () => {
    const { rig } = platform
    const endpoints = await watchEndpoints(rig, 'billing')
    const started = performance.now()
    await platform.bump('billing', neverReady, 'prod')
    await degraded('billing')
    figure(`Degraded with a deadline of ${progressDeadlineSeconds} s`, started)
    expect(performance.now() - started).toBeGreaterThan(progressDeadlineSeconds * 1000)
    expect(await readyVersions('billing')).toEqual([first, first, first])
    await recovers('billing')
    expect(await endpoints.fewest()).toBe(3)
  })

  test('to a version that crashes soon after it became ready stops, though Kubernetes takes each start for progress', async () => {
    const { rig, argocd } = platform
    const endpoints = await watchEndpoints(rig, 'audit')
    await platform.bump('audit', crashing, 'prod')
    await rig.until('the new version has crashed twice', async () => restartsOf('audit', crashing, 2))
    await setTimeout(1.4 * progressDeadlineSeconds * 1000)
    expect((await readyVersions('audit')).filter((ready) => ready === first)).toHaveLength(3)
    expect((await podsOf(rig, 'audit')).filter((pod) => versionOf(pod) === crashing)).toHaveLength(1)
    expect((await argocd.get('audit')).status.health.status).toBe('Progressing')
    await recovers('audit')
    expect(await endpoints.fewest()).toBe(3)
  })

  test('to a version whose restarts are further apart than the deadline shows as Degraded', async () => {
    const { rig } = platform
    const endpoints = await watchEndpoints(rig, 'files')
    await platform.bump('files', backingOff, 'prod')
    await rig.until('the new version has crashed', async () => restartsOf('files', backingOff, 1))
    await degraded('files')
    expect(await readyVersions('files')).toEqual([first, first, first])
    await recovers('files')
    expect(await endpoints.fewest()).toBe(3)
  })
})

const figure = (what: string, started: number): void =>
  console.info(`FIGURE  ${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`)

async function degraded(service: string): Promise<void> {
  const { rig, argocd } = platform
  await rig.until(
    `${service} is Degraded`,
    async () => (await argocd.get(service)).status.health.status === 'Degraded',
    90_000,
  )
}

/** The next commit is all that is done. */
async function recovers(service: string): Promise<void> {
  await platform.commit(overlay('prod', service, good, { progressDeadlineSeconds }), [service])
  await rolledOut(platform.rig, service, good)
  await platform.argocd.healthy(service)
}

async function readyVersions(service: string): Promise<string[]> {
  return (await podsOf(platform.rig, service)).filter(isReady).map(versionOf)
}

async function restartsOf(service: string, sha: string, restarts: number): Promise<boolean> {
  const pods = (await podsOf(platform.rig, service)).filter((pod) => versionOf(pod) === sha)
  return pods.some((pod: Json) => pod.status.containerStatuses?.[0].restartCount >= restarts)
}
