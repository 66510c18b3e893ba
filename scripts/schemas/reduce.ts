/** Reduces the schemas that Kubernetes and CRDs publish to what strict.ts checks; the server's own documents pass through the same code in the rig. */

export type Schema = Record<string, unknown>

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const plainKeywords = [
  'enum',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'multipleOf',
  'nullable',
  'pattern',
  'required',
  'type',
  'uniqueItems',
]
const checkedFormats = ['byte', 'date-time', 'int32', 'ipv4', 'ipv6']

export const properties = (schema: Schema): Record<string, Schema> =>
  (schema.properties ?? {}) as Record<string, Schema>

/** The item property's own default is what the API server compares when a list key is left out (`protocol` of a port). */
function listMap(schema: Schema, resolve: (schema: unknown) => Schema): Schema {
  const known = properties(resolve(schema.items))
  const keys = schema['x-kubernetes-list-map-keys'] as string[]
  return Object.fromEntries(keys.map((key) => [key, known[key]?.default ?? null]))
}

interface Reading {
  resolve: (schema: unknown) => Schema
  reference: (name: string) => string
  /** A CRD's defaults are filled in before it is validated, and choices read them; Kubernetes' own are Go's zero values. */
  keepsDefaults: boolean
}

/** Takes a published schema, returns what is kept of it: the same checks, in the words strict.ts understands. */
function reduce(schema: Schema, reading: Reading): Schema {
  const all = schema.allOf as Schema[] | undefined
  if (all?.length === 1 && typeof all[0]?.$ref === 'string') return reduce(all[0], reading)
  if (typeof schema.$ref === 'string') return { $ref: reading.reference(schema.$ref) }

  const kept: Schema = {}
  for (const keyword of plainKeywords) if (schema[keyword] !== undefined) kept[keyword] = schema[keyword]
  if (reading.keepsDefaults && schema.default !== undefined) kept.default = schema.default
  if (checkedFormats.includes(schema.format as string)) kept.format = schema.format
  if (schema['x-kubernetes-int-or-string'] === true) kept.type = ['integer', 'string']
  else for (const word of ['allOf', 'anyOf', 'oneOf']) if (schema[word]) kept[word] = each(schema[word], reading)
  if (schema.not) kept.not = reduce(schema.not as Schema, reading)
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) kept.preserve = true
  if (schema['x-kubernetes-list-type'] === 'set') kept.uniqueItems = true
  if (schema['x-kubernetes-list-type'] === 'map') kept.listMap = listMap(schema, reading.resolve)
  if (isSchema(schema.items)) kept.items = reduce(schema.items, reading)
  if (isSchema(schema.additionalProperties)) kept.additionalProperties = reduce(schema.additionalProperties, reading)
  if (isSchema(schema.properties)) {
    const entries = Object.entries(schema.properties as Record<string, Schema>)
    kept.properties = Object.fromEntries(entries.map(([name, value]) => [name, reduce(value, reading)]))
  }
  return kept
}

const each = (schemas: unknown, reading: Reading): Schema[] =>
  (schemas as Schema[]).map((schema) => reduce(schema, reading))

const shortName = (name: string): string =>
  name
    .replace(/^.*\//, '')
    .replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis|apimachinery\.pkg|kube-aggregator\.pkg\.apis)\./, '')

const special: Record<string, Schema> = {
  'api.resource.Quantity': { type: ['number', 'string'], format: 'quantity' },
  'util.intstr.IntOrString': { type: ['integer', 'string'] },
  'meta.v1.FieldsV1': { type: 'object', preserve: true },
  'runtime.RawExtension': { type: 'object', preserve: true },
}

/** An OpenAPI v3 document of one group and version. */
export interface OpenApi {
  components: { schemas: Record<string, Schema> }
}

/** Reduced definitions, and the name of each kind's own among them under `group/version Kind`. */
export interface Reduced {
  kinds: Map<string, string>
  definitions: Map<string, Schema>
}

/** Takes each group and version with wanted kinds, and what gives its OpenAPI document; returns all that these kinds are made of; fails when one is missing. */
export function reduceBuiltin(
  wanted: Readonly<Record<string, readonly string[]>>,
  document: (apiVersion: string) => OpenApi,
): Reduced {
  const all: Reduced = { kinds: new Map(), definitions: new Map() }
  for (const [apiVersion, names] of Object.entries(wanted)) {
    const { kinds, definitions } = reduceKinds(apiVersion, names, document(apiVersion))
    for (const [kind, name] of kinds) all.kinds.set(kind, name)
    // A kind may be a part of another group's: there it has kept its status.
    const own = new Set(kinds.values())
    for (const [name, schema] of definitions)
      if (own.has(name) || !all.definitions.has(name)) all.definitions.set(name, schema)
  }
  return all
}

function reduceKinds(apiVersion: string, wanted: readonly string[], { components: { schemas } }: OpenApi): Reduced {
  const kinds = new Map<string, string>()
  const definitions = new Map<string, Schema>()
  const pending: string[] = []
  const reading: Reading = {
    keepsDefaults: false,
    reference: (name) => {
      pending.push(name.replace(/^.*\//, ''))
      return `#/definitions/${shortName(name)}`
    },
    resolve: (schema) => {
      const inner = (schema as { allOf?: Schema[] }).allOf?.[0] ?? (schema as Schema)
      return typeof inner.$ref === 'string' ? (schemas[inner.$ref.replace(/^.*\//, '')] as Schema) : inner
    },
  }
  for (const kind of wanted) {
    const found = Object.entries(schemas).find(([, schema]) => isKind(schema, apiVersion, kind))
    if (!found) throw new Error(`the OpenAPI document of ${apiVersion} has no ${kind}`)
    kinds.set(`${apiVersion} ${kind}`, shortName(found[0]))
    // What a controller writes back is no part of a manifest: any status will do.
    const known = properties(found[1])
    const free = 'status' in known ? { status: {} } : {}
    definitions.set(shortName(found[0]), reduce({ ...found[1], properties: { ...known, ...free } }, reading))
  }
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const short = shortName(name)
    if (definitions.has(short)) continue
    definitions.set(short, special[short] ?? reduce(schemas[name] as Schema, reading))
  }
  return { kinds, definitions }
}

function isKind(schema: Schema, apiVersion: string, kind: string): boolean {
  const known = (schema['x-kubernetes-group-version-kind'] ?? []) as { group: string; version: string; kind: string }[]
  return known.some((gvk) => gvk.kind === kind && [gvk.group, gvk.version].filter(Boolean).join('/') === apiVersion)
}

export interface CustomResourceDefinition {
  kind: string
  spec: {
    group: string
    names: { kind: string }
    versions: { name: string; served: boolean; schema: { openAPIV3Schema: Schema } }[]
  }
}

/** Takes a CRD, returns the reduced schema of each version it serves, under `group/version Kind`. */
export function reduceCrd({ spec }: CustomResourceDefinition): Map<string, Schema> {
  const served = spec.versions.filter(({ served }) => served)
  return new Map(
    served.map((version) => {
      const schema = reduce(version.schema.openAPIV3Schema, {
        keepsDefaults: true,
        reference: (name) => name,
        resolve: (items) => items as Schema,
      })
      const known = properties(schema)
      known.apiVersion = known.kind = { type: 'string' }
      known.metadata = { $ref: '#/definitions/meta.v1.ObjectMeta' }
      if ('status' in known) known.status = {}
      return [`${spec.group}/${version.name} ${spec.names.kind}`, schema]
    }),
  )
}
