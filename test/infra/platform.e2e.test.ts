import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { helm } from '../../scripts/edge/kustomize.ts'
import { root } from '../plugin.ts'
import { endAfterTests } from '../e2e/end.ts'
import { startWaves, type Waves } from '../e2e/waves/platform.ts'
import { realPlatform } from './real-platform.ts'

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

const steps = async (): Promise<Map<string, number>> =>
  new Map(
    [...(await waves.applications())]
      .filter(([name]) => name !== 'root')
      .map(([name, { metadata }]) => [name, Number(metadata.annotations['argocd.argoproj.io/sync-wave'])]),
  )

test('the platform of dev arrives, every step after the one before', async () => {
  await waves.arrived(first, 240_000)
  const all = await waves.applications()
  const ended = (name: string): number => Date.parse(all.get(name)!.status.history[0].deployedAt)
  const started = (name: string): number => Date.parse(all.get(name)!.status.history[0].deployStartedAt)
  const placed = [...(await steps())]
  for (const [name, step] of placed)
    for (const [before] of placed.filter(([, other]) => other < step))
      expect(started(name), `${name} after ${before}`).toBeGreaterThanOrEqual(ended(before))
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
