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
