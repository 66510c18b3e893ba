import { beforeAll, expect, test } from 'vitest'
import { endAfterTests } from '../e2e/end.ts'
import { namespace, type Platform, startPlatform } from '../e2e/platform.ts'
import { startRig } from '../e2e/rig/rig.ts'
import { distribution } from './figures.ts'

const bumps = 30
const starts = 10

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
})
endAfterTests(() => platform?.rig)

test(`${bumps} bumps in a row all arrive`, async () => {
  const { argocd, bump, deploy, rig } = platform
  await deploy('prod', ['notify'])
  const took: number[] = []
  for (let count = 1; count <= bumps; count++) {
    const sha = count.toString(16).padStart(40, 'a')
    const start = performance.now()
    const revision = await bump('notify', sha, 'prod')
    await rig.until(
      `bump ${count} is in the pod template`,
      async () => {
        const { spec } = await rig.api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/notify`)
        return spec.template.spec.containers[0].image.endsWith(sha)
      },
      120_000,
    )
    took.push(performance.now() - start)
    await argocd.healthy('notify', { revision, milliseconds: 300_000 })
  }
  process.stdout.write(distribution('from the commit, of which Argo CD is told, to the new pod template', took))
  expect(took).toHaveLength(bumps)
})

test(`a rig starts ${starts} times`, async () => {
  const took: number[] = []
  for (let count = 0; count < starts; count++) {
    const start = performance.now()
    const rig = await startRig()
    took.push(performance.now() - start)
    await rig.stop()
  }
  process.stdout.write(distribution('from nothing to a control plane that takes pods', took))
  // The fastest: what else runs on the machine makes each slower, and none faster.
  expect(Math.min(...took)).toBeLessThan(15_000)
})
