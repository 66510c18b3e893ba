import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startWaves, type Waves } from './waves/platform.ts'

let waves: Waves

beforeAll(async () => {
  waves = await startWaves()
}, 240_000)
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(waves?.rig.tails())
})
afterAll(() => waves?.rig.stop())

test('a bootstrap brings everything up', async () => {
  const started = performance.now()
  const { items } = await waves.rig.api.get('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications')
  await waves.arrived(await waves.commit({}))
  console.log('bootstrap', items.length, performance.now() - started)
  expect([...(await waves.applications()).keys()].sort()).toEqual([
    'ground',
    'one',
    'proxy',
    'queue',
    'root',
    'setup',
    'store',
    'three',
    'two',
  ])
})
