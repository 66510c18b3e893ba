import type { Finding } from '../finding.ts'
import type { Component, Wave } from '../kinds/wave.ts'
import { type After, steps } from './steps.ts'

/** Takes a wave and all of them, returns the number of its first step, which follows the last of the wave before, and the steps within it. */
export function firstStep(
  wave: Wave,
  waves: readonly Wave[],
): { first: number; own: Map<string, number> } | { findings: Finding[] } {
  const order = steps(Object.fromEntries(waves.map(({ metadata, spec }) => [metadata.name, [spec.after ?? []].flat()])))
  if (!('steps' in order)) return { findings: refused(order, (name) => waveNamed(name, waves), 'wave') }
  const own = steps(afterOf(wave.spec.components))
  if (!('steps' in own)) return { findings: refused(own, (name) => place(wave, name, 'after'), 'component') }
  // A chain: each wave names the one before.
  let first = 0
  for (let before = wave.spec.after; before !== undefined;) {
    const other = waves.find(({ metadata }) => metadata.name === before)!
    const inner = steps(afterOf(other.spec.components))
    // What is wrong within another wave is refused there.
    if ('steps' in inner) first += Math.max(-1, ...inner.steps.values()) + 1
    before = other.spec.after
  }
  return { first, own: own.steps }
}

/** Takes waves, returns the number of the last step of all; undefined where there is none, or no order. */
export function lastStep(waves: readonly Wave[]): number | undefined {
  let last: number | undefined
  for (const wave of waves) {
    const order = firstStep(wave, waves)
    if ('findings' in order) return undefined
    for (const own of order.own.values()) last = Math.max(last ?? 0, order.first + own)
  }
  return last
}

const afterOf = (components: Readonly<Record<string, Component>>): After =>
  Object.fromEntries(Object.entries(components).map(([name, { after = [] }]) => [name, after]))

/** Takes a wave and a path within its components, returns where that is. */
export const place = ({ kind, metadata }: Wave, ...path: string[]): Finding['at'] => ({
  kind,
  name: metadata.name,
  path: ['spec', 'components', ...path],
})

const waveNamed = (name: string, waves: readonly Wave[]): Finding['at'] => ({
  kind: waves[0]!.kind,
  name,
  path: ['spec', 'after'],
})

function refused(
  order: Exclude<ReturnType<typeof steps>, { steps: unknown }>,
  at: (name: string) => Finding['at'],
  sort: string,
): Finding[] {
  if ('cycle' in order) {
    const [name] = order.cycle
    return [{ at: at(name!), fact: `${order.cycle.join(' after ')}`, remedy: 'take one of them out of after' }]
  }
  return order.unknown.map(({ name, after, near }) => ({
    at: at(name),
    fact: `there is no ${sort} ${after} to come after`,
    remedy: near ? `did you mean ${near}?` : 'correct the name, or remove it from after',
  }))
}
