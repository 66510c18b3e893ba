import { beforeAll, describe, expect, test } from 'vitest'
import { watchEndpoints } from './endpoints.ts'
import { endAfterTests } from './end.ts'
import { asDeployed, overlay, quick } from './overlay.ts'
import { namespace, startPlatform, type Platform } from './platform.ts'
import type { Json } from './rig/api.ts'
import { isReady } from './rig/ready.ts'
import { compared, paths, podsOf, rolledOut } from './rollout.ts'

const version = '0'.repeat(40)
const services = ['audit', 'billing', 'files', 'event-bus', 'notify', 'integration-hub']

let platform: Platform

beforeAll(async () => {
  // Where healing is slow, a wrong image gets far into its rollout: with the real 10 s it takes no endpoint.
  const files = { ...quick('prod'), ...overlay('prod', 'audit', version, asDeployed) }
  platform = await startPlatform({}, {}, files)
  await platform.deploy('prod', services)
}, 240_000)
endAfterTests(() => platform?.rig)

// Each test has a service of its own: Argo CD waits longer before it heals the same Application a second time.
describe.concurrent('what a person changes in the cluster comes back as git has it', { timeout: 240_000 }, () => {
  test('another image', async () => {
    const { rig } = platform
    const image = imageOf(await rig.api.get(paths.deployment('audit')))
    const endpoints = await watchEndpoints(rig, 'audit')
    await kubectl('set', 'image', 'deployment/audit', `audit=${image}-hotfix`)
    await healed('audit', async () => imageOf(await rig.api.get(paths.deployment('audit'))) === image)
    await rolledOut(rig, 'audit', version)
    const pods = await podsOf(rig, 'audit')
    expect(pods.map(({ spec }) => spec.containers[0].image)).toEqual([image, image, image])
    expect(await endpoints.fewest()).toBe(3)
  })

  test('another number of replicas', async () => {
    const { rig } = platform
    await kubectl('scale', 'deployment/billing', '--replicas=1')
    await healed('billing', async () => (await rig.api.get(paths.deployment('billing'))).spec.replicas === 3)
    await rolledOut(rig, 'billing', version)
  })

  test('another value of a variable, but not a variable that was added', async () => {
    const { rig } = platform
    const before = envOf(await rig.api.get(paths.deployment('notify')))
    await kubectl('set', 'env', 'deployment/notify', 'LOG_LEVEL=trace', 'ADDED=by hand')
    await healed('notify', async () => levelOf(await rig.api.get(paths.deployment('notify'))) === 'info')
    await compared(platform, 'notify')
    // What git does not name is not its manager's: an entry more in a map is no difference to Argo CD.
    const after = envOf(await rig.api.get(paths.deployment('notify')))
    expect(after.filter(({ name }) => name !== 'ADDED')).toEqual(before)
    expect(after).toContainEqual({ name: 'ADDED', value: 'by hand' })
  })

  test('a deleted Deployment', async () => {
    const { rig } = platform
    const { metadata } = await rig.api.get(paths.deployment('files'))
    await kubectl('delete', 'deployment', 'files', '--wait=false')
    await healed('files', async () => {
      const deployment = await rig.api.get(paths.deployment('files'))
      return deployment.metadata.uid !== metadata.uid
    })
    await rolledOut(rig, 'files', version)
    expect((await podsOf(rig, 'files')).filter(isReady)).toHaveLength(3)
  })

  test('a deleted Service', async () => {
    const { rig } = platform
    const { metadata } = await rig.api.get(paths.service('event-bus'))
    await kubectl('delete', 'service', 'event-bus')
    await healed('event-bus', async () => (await rig.api.get(paths.service('event-bus'))).metadata.uid !== metadata.uid)
    const endpoints = await watchEndpoints(rig, 'event-bus')
    await rig.until('its endpoints are back', async () => endpoints.counts.at(-1) === 3)
    await endpoints.fewest()
  })

  test('but a restart is not taken back, neither ours nor the one of Vault Secrets Operator', async () => {
    const { rig, argocd } = platform
    const service = 'integration-hub'
    const before = await podsOf(rig, service)
    const endpoints = await watchEndpoints(rig, service)
    await kubectl('rollout', 'restart', `deployment/${service}`)
    await rolledOut(rig, service, version)
    const annotations = { 'vso.secrets.hashicorp.com/restartedAt': '2026-11-23T12:00:00Z' }
    await rig.api.merge(paths.deployment(service), { spec: { template: { metadata: { annotations } } } })
    await rolledOut(rig, service, version)
    const restarted = await podsOf(rig, service)
    expect(restarted.filter(({ metadata }) => before.some((pod) => pod.metadata.uid === metadata.uid))).toEqual([])
    expect(await endpoints.fewest()).toBe(3)

    // Neither by a comparison nor by the next sync, which would restart everything once more.
    const second = 'b'.repeat(40)
    await compared(platform, service)
    await platform.bump(service, second, 'prod')
    await rolledOut(rig, service, second)
    await argocd.healthy(service)
    const { spec } = await rig.api.get(paths.deployment(service))
    expect(spec.template.metadata.annotations).toMatchObject(annotations)
    expect(spec.template.metadata.annotations).toHaveProperty(['kubectl.kubernetes.io/restartedAt'])
  })
})

const kubectl = (...args: string[]): Promise<string> => platform.rig.kubectl(['-n', namespace, ...args])
const imageOf = ({ spec }: Json): string => spec.template.spec.containers[0].image
const envOf = ({ spec }: Json): Json[] => spec.template.spec.containers[0].env
const levelOf = (deployment: Json): string => envOf(deployment).find(({ name }) => name === 'LOG_LEVEL')?.value

async function healed(service: string, isBack: () => Promise<boolean>): Promise<void> {
  const started = performance.now()
  await platform.rig.until(`${service} is as git has it`, isBack)
  console.info(`FIGURE  ${service} healed after ${((performance.now() - started) / 1000).toFixed(1)} s`)
  await platform.argocd.healthy(service)
}
