import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { helm } from '../../scripts/edge/kustomize.ts'
import { root } from '../plugin.ts'
import { endAfterTests } from '../e2e/end.ts'
import type { Json } from '../e2e/rig/api.ts'
import { startWaves, type Waves } from '../e2e/waves/platform.ts'
import { expectSteps, realPlatform } from './real-platform.ts'

/**
 * The whole platform of dev, by its root, as it is in this repository. kwok plays the pods, and something stands in for
 * what cert-manager and Vault Secrets Operator would say of their objects.
 */
let waves: Waves
let first: string

beforeAll(async () => {
  waves = await startWaves((_, url, rig) => realPlatform('dev', url, rig), { operators: true, helm: await helm(root) })
  first = await waves.commit({})
}, 240_000)
endAfterTests(() => waves?.rig)

test('the platform of dev arrives, every step after the one before', async () => {
  await waves.arrived(first, 240_000)
  expectSteps([...(await waves.applications()).values()])
}, 300_000)

test('cert-manager is what its chart makes of our values, and its namespace is made with it', async () => {
  const { spec } = await waves.rig.api.get('/apis/apps/v1/namespaces/cert-manager/deployments/cert-manager-webhook')
  expect(spec.replicas).toBe(2)
  expect(spec.template.spec.containers[0].image).toMatch(/:v1\.21\.2$/)
  const chart = await waves.rig.api.get('/api/v1/namespaces/vault-secrets-operator/configmaps/vault-secrets-operator')
  const component = parse(readFileSync(path.join(root, 'apps/infra.yaml'), 'utf8')).spec.components[
    'vault-secrets-operator'
  ]
  expect(JSON.parse(chart.data.values)).toEqual(component.chart.values)
})

/** The Jobs and StatefulSets of infra, by name: which object it is, and how often it was changed. */
async function infraObjects(): Promise<Map<string, string>> {
  const lists = await Promise.all(
    ['apps/v1/namespaces/platform-infra/statefulsets', 'batch/v1/namespaces/platform-infra/jobs'].map((path) =>
      waves.rig.api.get(`/apis/${path}`),
    ),
  )
  return new Map(
    lists.flatMap(({ items }) =>
      (items as Json[]).map(({ metadata }) => [metadata.name, `${metadata.uid} ${metadata.generation}`]),
    ),
  )
}

const withoutHash = (name: string): string => name.replace(/-[0-9a-f]{8}$/, '')

test('one more database in a definition makes its Jobs run before the service gets it, and changes no store', async () => {
  const before = await infraObjects()
  const file = 'base/services/event-bus/definition.yaml'
  const text = readFileSync(path.join(root, file), 'utf8')
  await waves.arrived(await waves.commit({ [file]: `${text}  database: { name: platform_events }\n` }), 200_000)

  const after = await infraObjects()
  const replaced = [...after.keys()].filter((name) => !before.has(name))
  expect(replaced.map(withoutHash).toSorted()).toEqual(['postgres-databases', 'vault-configuration', 'vault-databases'])
  expect([...after.keys()].map(withoutHash).toSorted()).toEqual([...before.keys()].map(withoutHash).toSorted())
  for (const [name, version] of after) if (before.has(name)) expect(version, name).toBe(before.get(name))
  const { status } = (await waves.applications()).get('event-bus')!
  for (const name of replaced) {
    const job = await waves.rig.api.get(`/apis/batch/v1/namespaces/platform-infra/jobs/${name}`)
    expect(job.status.succeeded).toBe(1)
    expect(Date.parse(job.status.completionTime)).toBeLessThanOrEqual(Date.parse(status.history.at(-1).deployStartedAt))
  }
}, 240_000)

test('a bump is no change of what is computed from the services', async () => {
  const before = await infraObjects()
  const file = 'overlays/dev/services/iam/kustomization.yaml'
  const text = readFileSync(path.join(root, file), 'utf8')
  await waves.arrived(await waves.commit({ [file]: text.replace('0'.repeat(40), 'a'.repeat(40)) }), 200_000)
  const { spec } = await waves.rig.api.get('/apis/apps/v1/namespaces/platform-services/deployments/iam')
  expect(spec.template.spec.containers[0].image).toMatch(/:a{40}$/)
  expect(await infraObjects()).toEqual(before)
}, 240_000)

test('a chart that is not done holds back the next commit too, and lets it in when it is', async () => {
  const { rig, repository } = waves
  const infra = parse(readFileSync(path.join(repository.folder, 'apps/infra.yaml'), 'utf8'))
  const certManager = infra.spec.components['cert-manager']
  certManager.deadlineSeconds = 15
  certManager.chart.values.podLabels = { changed: 'yes' }
  await rig.stages([{ pods: { labels: { changed: 'yes' } }, readyAfter: 'never' }])
  await waves.commit({ 'apps/infra.yaml': stringify(infra) })
  const status = async (): Promise<Json> => (await waves.argocd.get('root'))!.status
  const verdict = async () => (await status()).resources.find(({ name }: Json) => name === 'cert-manager')?.health
  await rig.until('the root is told', async () => (await verdict())?.status === 'Degraded', 90_000)

  const file = 'overlays/dev/services/iam/kustomization.yaml'
  const sha = 'b'.repeat(40)
  const text = readFileSync(path.join(root, file), 'utf8')
  const revision = await waves.commit({ [file]: text.replace('0'.repeat(40), sha) })
  const isTried = async () => (await status()).operationState?.syncResult?.revision === revision
  await rig.until('the root tries the next commit', isTried, 90_000)
  await setTimeout(10_000)
  const image = async (): Promise<string> => {
    const { spec } = await rig.api.get('/apis/apps/v1/namespaces/platform-services/deployments/iam')
    return spec.template.spec.containers[0].image
  }
  expect(await image()).not.toContain(sha)
  await rig.stages([])
  await waves.arrived(revision, 200_000)
  expect(await image()).toContain(sha)
}, 420_000)
