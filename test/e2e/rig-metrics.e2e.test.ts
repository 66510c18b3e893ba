import { beforeAll, expect, test } from 'vitest'
import { endAfterTests } from './end.ts'
import { startRig, type Rig } from './rig/rig.ts'

let rig: Rig

beforeAll(async () => {
  const autoscaler = ['sync-period=2s', 'cpu-initialization-period=1s', 'initial-readiness-delay=1s']
  const controllerManager = autoscaler.map((flag) => `--horizontal-pod-autoscaler-${flag}`)
  rig = await startRig({ metrics: true, controllerManager })
})
endAfterTests(() => rig)

test('an autoscaler scales by what metrics-server says of the pods', async () => {
  await rig.kubectl(['create', 'deployment', 'busy', '--image=pause:1', '--replicas=2'])
  await rig.kubectl(['set', 'resources', 'deployment/busy', '--requests=cpu=100m,memory=64Mi'])
  await rig.kubectl(['autoscale', 'deployment/busy', '--cpu=60%', '--min=2', '--max=6'])
  await rig.kubectl(['rollout', 'status', 'deployment/busy'])

  await rig.usage({ labels: { app: 'busy' } }, { cpu: '120m' })
  const scaled = await rig.until('the Deployment is scaled', () => replicasAbove(2), 90_000)
  expect(scaled).toBeGreaterThanOrEqual(3)
})

async function replicasAbove(count: number): Promise<number | undefined> {
  const { spec } = await rig.api.get('/apis/apps/v1/namespaces/default/deployments/busy')
  return spec.replicas > count ? spec.replicas : undefined
}
