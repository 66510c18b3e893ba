import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endAfterTests } from './end.ts'
import type { Rule } from './rig/lifecycle.ts'
import { type Observed, observe } from './waves/observe.ts'
import { startWaves, type Waves } from './waves/platform.ts'
import { change, components, expectOrder, steps, textsOf } from './waves/changes.ts'
import { services, version } from './waves/tree.ts'

let waves: Waves
let observed: Observed

beforeAll(async () => {
  waves = await startWaves()
  observed = await observe(waves.rig)
}, 240_000)
endAfterTests(() => waves?.rig)
// Before that: what is set up last is ended first.
afterAll(() => observed?.stop())

const slow = (name: string, text: string, readyAfter: number): Rule => ({
  pods: { image: `${name}:${text}` },
  readyAfter,
})

describe('changes arrive in order', () => {
  test('at the bootstrap', async () => {
    await waves.arrived(await waves.commit({}), 120_000)
    expect([...(await waves.applications()).keys()].sort()).toEqual([...Object.keys(components), 'root'].sort())
    expectOrder(
      observed,
      Object.fromEntries(Object.keys(components).map((name) => [name, name in steps[4]! ? version(1) : 'first'])),
    )
  })

  test('in a commit that changes everything, with slow rollouts in every wave', async () => {
    const texts = textsOf(Object.keys(components), 100)
    await waves.rig.stages(['store', 'queue', 'proxy'].map((name) => slow(name, texts[name]!, 3000)))
    await waves.arrived(await waves.commit(change(texts)), 120_000)
    expectOrder(observed, texts)
  })

  test('in 20 random commits', async () => {
    const commits = fc.sample(
      fc.record({
        names: fc.subarray(Object.keys(components), { minLength: 1 }),
        slow: fc.constantFrom(...Object.keys(components)),
        readyAfter: fc.integer({ min: 0, max: 3000 }),
      }),
      { numRuns: 20, seed: 7 },
    )
    for (const [index, { names, slow: name, readyAfter }] of commits.entries()) {
      const texts = textsOf(names, 200 + index)
      await waves.rig.stages([slow(name, texts[name] ?? 'none', readyAfter)])
      await waves.arrived(await waves.commit(change(texts)), 120_000)
      expectOrder(observed, texts)
    }
  }, 1_200_000)
})

describe('a commit that changes one service', () => {
  const stamps = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      [...(await waves.applications())].map(([name, { spec }]) => [name, spec.source.targetRevision as string]),
    )

  test('stamps that one, and tells that it has gone through the waves', async () => {
    const before = await stamps()
    const revision = await waves.commit(change(textsOf(['one'], 300)))
    await waves.arrived(revision)
    expect(await stamps()).toEqual({ ...before, one: revision })
  })

  test('takes back a stamp that a person gave to another', async () => {
    const older = await waves.commit(change(textsOf(['one'], 301)))
    await waves.arrived(older)
    const { one: newer } = textsOf(['one'], 302)
    await waves.arrived(await waves.commit(change({ one: newer! })))
    const one = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/one'
    await waves.rig.api.merge(one, { spec: { source: { targetRevision: older } } })
    const isOutOfSync = async () => (await waves.argocd.get('root')).status.sync.status === 'OutOfSync'
    await waves.rig.until('the root tells that it differs from git', isOutOfSync, 30_000)
    const revision = await waves.commit(change(textsOf(['two'], 303)))
    await waves.arrived(revision)
    expect(await stamps()).toMatchObject({ one: revision, two: revision })
    const { spec } = await waves.rig.api.get(`/apis/apps/v1/namespaces/${services}/deployments/one`)
    expect(spec.template.spec.containers[0].image).toContain(newer)
  }, 180_000)
})
