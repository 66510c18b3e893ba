import { nearest } from '../nearest.ts'

/** What something comes after, by name. */
export type After = Readonly<Record<string, readonly string[]>>

/** A name that comes after one that is not there. */
interface Unknown {
  readonly name: string
  readonly after: string
  readonly near: string | undefined
}

/**
 * Takes names and what each comes after, returns the step of each, counted from 0 and as early as it can be; or the names
 * that are not there; or one cycle, from a name back to itself.
 */
export function steps(after: After): { steps: Map<string, number> } | { unknown: Unknown[] } | { cycle: string[] } {
  const names = Object.keys(after)
  const unknown = names.flatMap((name) =>
    after[name]!.filter((other) => !Object.hasOwn(after, other)).map((other) => ({
      name,
      after: other,
      near: nearest(other, names),
    })),
  )
  if (unknown.length > 0) return { unknown }
  const found = new Map<string, number>()
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
    if (found.has(name)) return undefined
    for (const other of after[name]!) {
      const cycle = visit(other, [...path, name])
      if (cycle) return cycle
    }
    found.set(name, Math.max(-1, ...after[name]!.map((other) => found.get(other)!)) + 1)
    return undefined
  }
  for (const name of names) {
    const cycle = visit(name, [])
    if (cycle) return { cycle }
  }
  return { steps: found }
}
