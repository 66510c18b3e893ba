type Schema = { readonly [keyword: string]: unknown }

/** Takes a kind's schema, returns that of a patch on it: nothing is required, and null removes what is merged by name. */
export function patchSchema(schema: Schema): Schema {
  const { required: _, minProperties: __, ...rest } = schema
  const entries = Object.entries(rest).map(([keyword, value]): [string, unknown] => {
    if (keyword === 'properties')
      return [keyword, mapValues(value as Record<string, Schema>, (field) => orNull(patchSchema(field)))]
    if (keyword === 'additionalProperties' && typeof value === 'object')
      return [keyword, orNull(patchSchema(value as Schema))]
    if (keyword === 'anyOf') return [keyword, (value as Schema[]).map(patchSchema)]
    return [keyword, value]
  })
  return Object.fromEntries(entries)
}

const orNull = (schema: Schema): Schema => {
  const { description, ...rest } = schema
  return { ...(description !== undefined && { description }), anyOf: [rest, { type: 'null' }] }
}

const mapValues = <V, W>(object: Record<string, V>, change: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]))
