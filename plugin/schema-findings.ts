import type { ErrorObject } from 'ajv'
import type { Finding } from './finding.ts'
import type { KubernetesObject } from './kind.ts'
import { allowedInstead } from './nearest.ts'

interface Schema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, unknown>>
}

/** Takes an object, its schema and what the validator holds against it, returns that as findings with field paths. */
export function schemaFindings(object: KubernetesObject, schema: Schema, errors: readonly ErrorObject[]): Finding[] {
  const alternatives = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ schemaPath }) => schemaPath)
  return errors.flatMap((error) => {
    // What no alternative fits is said once, by the anyOf itself; a bad name likewise by its own keyword.
    if (alternatives.some((path) => error.schemaPath !== path && error.schemaPath.startsWith(path))) return []
    if (error.keyword === 'propertyNames') return []
    const path = pointer(error.instancePath)
    const added = { additionalProperties: 'additionalProperty', required: 'missingProperty' }[error.keyword]
    if (error.propertyName !== undefined) path.push(error.propertyName)
    else if (added === 'additionalProperty') path.push(String(error.params[added]))
    return [{ at: { kind: object.kind, name: object.metadata.name, path }, ...sentence(error, schema, object, path) }]
  })
}

function sentence(
  error: ErrorObject,
  schema: Schema,
  object: unknown,
  path: string[],
): Pick<Finding, 'fact' | 'remedy'> {
  const owner = resolve(schema, error.schemaPath.split('/').slice(1, -1))
  const name = path.at(-1) ?? 'the object'
  const value = quote(error.propertyName ?? path.reduce<unknown>(field, object))
  const described = owner.description ? ` (${owner.description})` : ''
  switch (error.keyword) {
    case 'additionalProperties':
      return { fact: `unknown field ${name}`, remedy: allowedInstead(name, Object.keys(owner.properties ?? {})) }
    case 'required': {
      const missing = String(error.params.missingProperty)
      const { description } = resolve(owner, ['properties', missing])
      return { fact: `${missing} is missing`, remedy: `add ${missing}${description ? `: ${description}` : ''}` }
    }
    case 'type':
      return wrongType(name, path.reduce<unknown>(field, object), String(error.params.type), described)
    case 'enum':
      return {
        fact: `${name} is ${value}`,
        remedy: allowedInstead(value, (error.params.allowedValues as unknown[]).map(String)),
      }
    case 'const':
      return { fact: `${name} is ${value}`, remedy: `write ${String(error.params.allowedValue)}` }
    case 'pattern':
      if (error.params.pattern === '\\S') return { fact: `${name} is empty`, remedy: `fill it in${described}` }
      return error.propertyName === undefined
        ? { fact: `${name} is ${value}`, remedy: `write what fits ${String(error.params.pattern)}${described}` }
        : {
            fact: `${value} cannot be a name here`,
            remedy: `use a name that fits ${String(error.params.pattern)}${described}`,
          }
    case 'anyOf':
      return { fact: `${name} is ${value}`, remedy: `write one of the allowed forms${described}` }
    case 'minProperties':
      return { fact: `${name} has no entries`, remedy: `add one, or remove ${name}${described}` }
    default:
      return { fact: `${name} is ${value}, but it ${error.message ?? 'is refused'}`, remedy: `change it${described}` }
  }
}

function wrongType(name: string, value: unknown, wanted: string, described: string): Pick<Finding, 'fact' | 'remedy'> {
  if (value === null)
    return { fact: `${name} is empty`, remedy: 'write {} for an entry without settings, or remove it' }
  const fact = `${name} is ${quote(value)}, not ${wanted === 'integer' ? 'a whole number' : wanted === 'object' ? 'a map' : `a ${wanted}`}`
  if (wanted === 'string' && typeof value !== 'object')
    return { fact, remedy: `quote it: "${String(value)}" would be text` }
  if (wanted === 'object') return { fact, remedy: `write a map: {} or indented names with a colon${described}` }
  return { fact, remedy: `write a ${wanted === 'integer' ? 'whole number, without quotes' : wanted}${described}` }
}

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined

const quote = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

const pointer = (text: string): string[] =>
  text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

const resolve = (schema: Schema, path: readonly string[]): Schema =>
  (path.reduce<unknown>(
    (node, key) => field(node, decodeURIComponent(key.replaceAll('~1', '/').replaceAll('~0', '~'))),
    schema,
  ) as Schema) ?? {}
