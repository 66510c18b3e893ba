import fc from 'fast-check'
import { expect, it } from 'vitest'
import { steps } from '../../plugin/wave/steps.ts'

/** Names that come only after earlier ones, in any order of writing. */
const orders = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc
    .tuple(
      ...Array.from({ length: count }, (_, index) =>
        fc.tuple(fc.constant(`c${index}`), fc.subarray(Array.from({ length: index }, (_, other) => `c${other}`))),
      ),
    )
    .chain((entries) => fc.shuffledSubarray(entries, { minLength: count }))
    .map((entries) => Object.fromEntries(entries)),
)

it('puts each right after the last that it waits for', () => {
  fc.assert(
    fc.property(orders, (after) => {
      const order = steps(after)
      if (!('steps' in order)) throw new Error(JSON.stringify(order))
      for (const [name, others] of Object.entries(after)) {
        const before = others.map((other) => order.steps.get(other)!)
        expect(order.steps.get(name)).toBe(before.length === 0 ? 0 : Math.max(...before) + 1)
      }
    }),
  )
})

it('names a circle from a name back to itself', () => {
  expect(steps({ a: [], b: ['a', 'd'], c: ['b'], d: ['c'] })).toEqual({ cycle: ['b', 'd', 'c', 'b'] })
})
