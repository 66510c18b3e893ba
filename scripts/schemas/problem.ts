/** What the API server would refuse in an object: the field, what is wrong with it, what to do. */
export interface Problem {
  path: string[]
  fact: string
  remedy: string
}

export type Fields = Record<string, unknown>

/** Takes any value, returns it when it is a map, else an empty one: the schema has already reported the wrong type. */
export function fields(value: unknown): Fields {
  return isFields(value) ? value : {}
}

/** Takes any value, tells whether it is a map. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Takes any value, returns its items with their index as path part; a value that is no list has none. */
export function items(value: unknown): [index: string, item: Fields][] {
  return Array.isArray(value) ? value.map((item, index) => [String(index), fields(item)]) : []
}

/** Takes any value, returns it when it is a string that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Takes any value, returns how a message names it; `String` would call what a manifest names `toString`. */
export function word(value: unknown): string {
  return typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'a map') : String(value)
}

/** Takes a word and the known ones, returns the nearest, or `undefined` when none is close enough to be meant. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(given.length / 3))
  let best: string | undefined
  let least = limit + 1
  for (const candidate of known) {
    const distance = edits(given.toLowerCase(), candidate.toLowerCase())
    if (distance < least) [best, least] = [candidate, distance]
  }
  const longer = best === undefined && given.length > 3 ? known.filter((candidate) => candidate.startsWith(given)) : []
  return best ?? (longer.length === 1 ? longer[0] : undefined)
}

/** Insertions, removals, replacements and swaps of neighbours, one each. */
function edits(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(last[column]! + 1, line[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, before[column - 2]! + 1)
      line.push(cost)
    }
    ;[before, last] = [last, line]
  }
  return last[b.length]!
}
