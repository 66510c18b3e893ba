import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Rule } from './rig/lifecycle.ts'
import { type Observed, observe } from './waves/observe.ts'
import { startWaves, type Waves } from './waves/platform.ts'
import {
  component,
  configMap,
  deployment,
  infra,
  job,
  service,
  services,
  statefulSet,
  type Tree,
  version,
} from './waves/tree.ts'

/** What each component is at a text, in the order of the steps that Argo CD takes. */
const steps: Record<string, (text: string) => Tree>[] = [
  { ground: (text) => component('dev', 'infra', 'ground', [configMap('ground', text)]) },
  {
    store: (text) => component('dev', 'infra', 'store', [statefulSet('store', text)]),
    queue: (text) => component('dev', 'infra', 'queue', [deployment('queue', infra, text)]),
  },
  { setup: (text) => component('dev', 'infra', 'setup', [job('setup', text)]) },
  {
    proxy: (text) => ({ 'clusters/dev/mesh/proxy/objects.yaml': JSON.stringify(deployment('proxy', services, text)) }),
  },
  {
    one: (text) => service('dev', 'one', text),
    two: (text) => service('dev', 'two', text),
    three: (text) => service('dev', 'three', text),
  },
]
const components = Object.assign({}, ...steps) as (typeof steps)[number]

let waves: Waves
let observed: Observed

beforeAll(async () => {
  waves = await startWaves()
  observed = await observe(waves.rig)
}, 240_000)
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(waves?.rig.tails())
})
afterAll(async () => {
  await observed?.stop()
  await waves?.rig.stop()
})

/** Takes what each component was changed to, fails where one changed before all of an earlier step were done. */
function expectOrder(texts: Record<string, string>): void {
  const of = (names: string[]) => names.filter((name) => texts[name] !== undefined)
  let before: string[] = []
  for (const names of steps.map((step) => of(Object.keys(step)))) {
    for (const name of names)
      for (const other of before) {
        const [done, begun] = [observed.finished(other, texts[other]!), observed.changed(name, texts[name]!)]
        expect(done, `${other} is done`).toBeDefined()
        expect(begun, `${name} changed, and not before ${other} was done`).toBeGreaterThan(done!)
      }
    before = [...before, ...names]
  }
}

const change = (texts: Record<string, string>): Tree =>
  Object.entries(texts).reduce((files, [name, text]) => ({ ...files, ...components[name]!(text) }), {})

/** A text for each component that is new with this number. */
const textsOf = (names: string[], number: number): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, version(number)]))

const slow = (name: string, text: string, readyAfter: number): Rule => ({
  pods: { image: `${name}:${text}` },
  readyAfter,
})

describe('changes arrive in order', () => {
  test('at the bootstrap', async () => {
    await waves.arrived(await waves.commit({}), 120_000)
    expect([...(await waves.applications()).keys()].sort()).toEqual([...Object.keys(components), 'root'].sort())
    expectOrder(
      Object.fromEntries(Object.keys(components).map((name) => [name, name in steps[4]! ? version(1) : 'first'])),
    )
  })

  test('in a commit that changes everything, with slow rollouts in every wave', async () => {
    const texts = textsOf(Object.keys(components), 100)
    await waves.rig.stages(['store', 'queue', 'proxy'].map((name) => slow(name, texts[name]!, 3000)))
    await waves.arrived(await waves.commit(change(texts)), 120_000)
    expectOrder(texts)
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
      expectOrder(texts)
    }
  }, 600_000)
})
