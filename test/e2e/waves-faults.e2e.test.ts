import { renameSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Json } from './rig/api.ts'
import { change, components, expectOrder, textsOf } from './waves/changes.ts'
import { observe } from './waves/observe.ts'
import { startWaves, type Waves } from './waves/platform.ts'
import { infra, services } from './waves/tree.ts'

let waves: Waves
let count = 2000

beforeAll(async () => {
  waves = await startWaves()
  await waves.arrived(await waves.commit({}), 180_000)
}, 300_000)
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(waves?.rig.tails())
})
afterAll(() => waves?.rig.stop())

/** The uid of every workload: a pruned one would come back with another. */
async function identities(): Promise<Record<string, string>> {
  const lists = await Promise.all(
    [infra, services].flatMap((namespace) =>
      ['deployments', 'statefulsets'].map((plural) =>
        waves.rig.api.get(`/apis/apps/v1/namespaces/${namespace}/${plural}`),
      ),
    ),
  )
  const items = lists.flatMap((list) => list.items as Json[])
  return Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.uid]))
}

/** Commits a change of everything with a slow store, does the harm while that rolls out, and waits for the commit to arrive. */
async function arrivesDespite(harm: () => Promise<void>, isWatched = true): Promise<void> {
  const before = await identities()
  const observed = isWatched ? await observe(waves.rig) : undefined
  const texts = textsOf(Object.keys(components), count++)
  await waves.rig.stages([{ pods: { image: `store:${texts.store}` }, readyAfter: 3000 }])
  const revision = await waves.commit(change(texts))
  await waves.rig.until(
    'the store begins to roll out',
    async () => {
      const { spec } = await waves.rig.api.get(`/apis/apps/v1/namespaces/${infra}/statefulsets/store`)
      return spec.template.spec.containers[0].image.includes(texts.store)
    },
    60_000,
  )
  await harm()
  await waves.arrived(revision, 180_000)
  expect(await identities()).toEqual(before)
  if (!observed) return
  expectOrder(observed, texts)
  await observed.stop()
}

describe('a commit arrives in order, and nothing is pruned, although in the middle of it', () => {
  test.each(['argocd-cmp-server', 'argocd-repo-server', 'argocd-application-controller', 'redis'])(
    '%s crashes and comes back 3 s later',
    (server) =>
      arrivesDespite(async () => {
        const start = await waves.rig.kill(server)
        await setTimeout(3000)
        start()
      }),
    240_000,
  )

  test('the API server crashes and comes back 3 s later', async () => {
    // What watches it ends with it, so that here only what is there afterwards tells.
    await arrivesDespite(async () => {
      const start = await waves.rig.kill('kube-apiserver')
      await setTimeout(3000)
      start()
      await waves.rig.until('the API server is back', async () => (await waves.rig.api.get('/readyz'), true), 60_000)
    }, false)
  }, 240_000)

  test(
    'git cannot be reached for longer than retries last',
    () =>
      arrivesDespite(async () => {
        const { folder } = waves.repository
        renameSync(folder, `${folder}.away`)
        await setTimeout(20_000)
        renameSync(`${folder}.away`, folder)
      }),
    240_000,
  )
})
