import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { watchEndpoints } from './endpoints.ts'
import { endAfterTests } from './end.ts'
import { overlay, quick } from './overlay.ts'
import { applicationSpec, namespace, startPlatform, type Platform } from './platform.ts'
import { watchReplicas, type ReplicasSeen } from './replicas.ts'
import type { Json } from './rig/api.ts'
import { compared, paths, rolledOut } from './rollout.ts'

const versions = { first: '0'.repeat(40), second: 'a'.repeat(40) }
const scaled = { replicas: null, autoscaling: { minReplicas: 3, maxReplicas: 20, averageUtilization: { cpu: 60 } } }

let platform: Platform
let firstReplicas: ReplicasSeen

beforeAll(async () => {
  const autoscaler = ['sync-period=2s', 'cpu-initialization-period=1s', 'initial-readiness-delay=1s']
  const controllerManager = autoscaler.map((flag) => `--horizontal-pod-autoscaler-${flag}`)
  platform = await startPlatform({ metrics: true, controllerManager }, {}, quick('prod'))
  firstReplicas = await watchReplicas(platform.rig, 'iam')
  await platform.deploy('prod', ['iam', 'money', 'audit', 'billing', 'files'])
}, 240_000)
endAfterTests(() => platform?.rig)

// Each test has a service of its own.
describe.concurrent('an autoscaler and Argo CD', { timeout: 240_000 }, () => {
  test('share a Deployment from the first sync on, under load and through a rollout', async () => {
    const { rig, argocd } = platform
    expect(await firstReplicas.end(), 'of the first sync').toEqual([1, 3])
    const synced = syncsOf(await argocd.get('iam'))
    expect(synced).toHaveLength(1)

    await rig.usage({ labels: { 'app.kubernetes.io/name': 'iam' } }, { cpu: '120m' })
    const count = await rig.until(
      'iam is scaled up and ready',
      async () => {
        const { spec, status } = await rig.api.get(paths.deployment('iam'))
        return spec.replicas > 3 && status.availableReplicas === spec.replicas && (spec.replicas as number)
      },
      90_000,
    )
    await compared(platform, 'iam')
    await argocd.healthy('iam')
    expect(syncsOf(await argocd.get('iam')), 'nothing was synced back').toEqual(synced)

    const replicas = await watchReplicas(rig, 'iam')
    const endpoints = await watchEndpoints(rig, 'iam')
    await platform.bump('iam', versions.second, 'prod')
    await rolledOut(rig, 'iam', versions.second)
    expect(Math.min(...(await replicas.end()))).toBeGreaterThanOrEqual(count)
    expect(await endpoints.fewest()).toBeGreaterThanOrEqual(count)
  })

  test('do not undo one another when both act at once', async () => {
    const { rig } = platform
    // Pods that use nothing are too many for it: it would take back what is written here in its place.
    await rig.api.merge(autoscaler('money'), { spec: { behavior: { scaleDown: { selectPolicy: 'Disabled' } } } })
    const replicas = await watchReplicas(rig, 'money')
    await platform.bump('money', versions.second, 'prod')
    // Faster than an autoscaler could: what is written at a comparison and applied later is old by then.
    for (let count = 4; count <= 20; count++) {
      await rig.api.merge(`${paths.deployment('money')}/scale`, { spec: { replicas: count } })
      await setTimeout(150)
    }
    await rolledOut(rig, 'money', versions.second)
    const wanted = await replicas.end()
    expect(wanted).toEqual(wanted.toSorted((one, other) => one - other))
    expect(wanted.at(-1)).toBe(20)
  })
})

describe.concurrent('autoscaling added to a live service', { timeout: 240_000 }, () => {
  test('drops it to one replica where the Application does not say who sets the replicas', async () => {
    const { rig } = platform
    const endpoints = await watchEndpoints(rig, 'audit')
    const replicas = await watchReplicas(rig, 'audit')
    await platform.commit(overlay('prod', 'audit', versions.first, scaled), ['audit'])
    await rig.until('the autoscaler has repaired it', async () => replicas.wanted.join() === '3,1,3')
    expect(await endpoints.fewest()).toBe(1)
    await replicas.end()
  })

  test('leaves it alone where the Application was told before', async () => {
    const { argocd, repository } = platform
    const watches = await watch('billing')
    await argocd.application('billing', applicationSpec(repository, 'prod', 'billing', true))
    await platform.commit(overlay('prod', 'billing', versions.first, scaled), ['billing'])
    await autoscalerWorks('billing')
    expect(await watches.end()).toEqual({ fewest: 3, wanted: [3] })
  })

  test('leaves it alone where the Application is told in the same moment, and likewise when it goes again', async () => {
    const { rig, argocd, repository } = platform
    const watches = await watch('files')
    await release('files', true, await repository.commit(overlay('prod', 'files', versions.first, scaled)))
    await autoscalerWorks('files')
    // A version later, with the autoscaler still at its minimum.
    await release('files', true, await repository.commit(overlay('prod', 'files', versions.second, scaled)))
    await rolledOut(rig, 'files', versions.second)
    expect(await watches.end()).toEqual({ fewest: 3, wanted: [3] })

    await rig.api.merge(`${paths.deployment('files')}/scale`, { spec: { replicas: 5 } })
    await rolledOut(rig, 'files', versions.second)
    const after = await watch('files')
    await release('files', false, await repository.commit(overlay('prod', 'files', versions.second, { replicas: 4 })))
    await rolledOut(rig, 'files', versions.second)
    await expect(rig.api.get(autoscaler('files'))).rejects.toThrow('404')
    expect(await after.end()).toEqual({ fewest: 4, wanted: [5, 4] })

    const healed = await watchReplicas(rig, 'files')
    await rig.api.merge(`${paths.deployment('files')}/scale`, { spec: { replicas: 6 } })
    await rig.until('Argo CD sets the replicas again', async () => healed.wanted.join() === '4,6,4')
    await healed.end()
    await argocd.healthy('files')
  })
})

const autoscaler = (service: string): string =>
  `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${service}`

/** Gives the Application a revision and says who sets the replicas, in one update, as a parent Application does. */
async function release(service: string, autoscaled: boolean, revision: string): Promise<void> {
  const spec = applicationSpec(platform.repository, 'prod', service, autoscaled) as Json
  spec.source.targetRevision = revision
  await platform.argocd.application(service, spec)
  await platform.argocd.healthy(service, { revision })
}

async function watch(service: string) {
  const endpoints = await watchEndpoints(platform.rig, service)
  const replicas = await watchReplicas(platform.rig, service)
  return { end: async () => ({ fewest: await endpoints.fewest(), wanted: await replicas.end() }) }
}

/** Waits until the autoscaler has read the pods' use and decided by it, and has had time to decide again. */
async function autoscalerWorks(service: string): Promise<void> {
  const { rig, argocd } = platform
  await rig.until(
    `the autoscaler of ${service} works`,
    async () => {
      const { status } = await rig.api.get(autoscaler(service))
      return status.conditions?.some(({ type, status }: Json) => type === 'ScalingActive' && status === 'True')
    },
    60_000,
  )
  await setTimeout(3000)
  await compared(platform, service)
  await argocd.healthy(service)
}

const syncsOf = ({ status }: Json): string[] => status.history.map(({ deployedAt }: Json) => deployedAt)
