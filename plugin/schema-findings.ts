import type { ErrorObject } from 'ajv'
import type { Finding } from './finding.ts'
import type { KubernetesObject } from './kind.ts'
import { habitRemedy } from './habits.ts'
import { allowedInstead, nearest } from './nearest.ts'

interface Schema {
  /** What fits it, said in words. */
  readonly title?: string
  readonly description?: string
  readonly minimum?: number
  readonly writeOnly?: boolean
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, unknown>>
}

/** Takes an object, its schema and what the validator holds against it, returns that as findings with field paths. */
export function schemaFindings(object: KubernetesObject, schema: Schema, errors: readonly ErrorObject[]): Finding[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf')
  const mistyped = errors
    .filter(
      ({ keyword, schemaPath }) =>
        keyword === 'type' && !choices.some((choice) => schemaPath.startsWith(choice.schemaPath)),
    )
    .map(({ instancePath }) => instancePath)
  const unknown = errors.filter(({ keyword }) => keyword === 'additionalProperties')
  const findings = errors.flatMap((error) => {
    // What no alternative fits is said once: by what is wrong inside of a map, else by the choice itself.
    const choice = choices.find(({ schemaPath }) => error.schemaPath.startsWith(schemaPath))
    if (choice && isInside(error, choice) !== errors.some((other) => isInside(other, choice))) return []
    if (choice && choice !== error && !isInside(error, choice)) return []
    // A bad name is said by its own keyword.
    if (error.keyword === 'propertyNames') return []
    // A value of the wrong type breaks every other rule for it as well.
    if (error.keyword !== 'type' && mistyped.includes(error.instancePath)) return []
    const path = pointer(error.instancePath)
    const name = error.propertyName ?? (error.params as { additionalProperty?: string }).additionalProperty
    const missing = (error.params as { missingProperty?: string }).missingProperty
    // A name with a slip in it is also missing, which is no second thing to correct.
    const slip = unknown.some(
      ({ instancePath, params }) =>
        instancePath === error.instancePath && nearest(String(params.additionalProperty), [missing ?? '']) === missing,
    )
    if (missing !== undefined && slip) return []
    path.push(...[name ?? missing ?? []].flat())
    const at = { kind: object.kind, name: object.metadata.name, path, ...(name !== undefined && { onKey: true }) }
    return [{ at, ...sentence(error, schema, object, path) }]
  })
  if (findings.length > 0 || errors.length === 0) return findings
  const at = { kind: object.kind, name: object.metadata.name, path: pointer(errors[0]!.instancePath) }
  return [{ at, fact: errors[0]!.message ?? 'is refused', remedy: 'correct it' }]
}

const isInside = (error: ErrorObject, choice: ErrorObject): boolean =>
  error.schemaPath.startsWith(`${choice.schemaPath}/`) &&
  (error.propertyName !== undefined || error.instancePath.length > choice.instancePath.length)

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
      return {
        fact: `unknown field ${name}`,
        remedy: habitRemedy(name) ?? allowedInstead(name, Object.keys(owner.properties ?? {})),
      }
    case 'required': {
      const { description } = resolve(owner, ['properties', name])
      return {
        fact: `${path.slice(1).join('.') || name} is missing`,
        remedy: `add ${name}${description ? `: ${description}` : ''}`,
      }
    }
    case 'type':
      return wrongType(name, path.reduce<unknown>(field, object), String(error.params.type), owner)
    case 'enum':
      return {
        fact: `${name} is ${value}`,
        remedy: allowedInstead(value, (error.params.allowedValues as unknown[]).map(String)),
      }
    case 'const':
      return { fact: `${name} is ${value}`, remedy: `write ${String(error.params.allowedValue)}` }
    case 'pattern':
      if (error.params.pattern === '\\S') return { fact: `${name} is empty`, remedy: `fill it in${described}` }
      return {
        fact: error.propertyName === undefined ? `${name} is ${value}` : `${value} cannot be a name here`,
        remedy: `write ${owner.title ?? `what fits ${String(error.params.pattern)}`}${described}`,
      }
    case 'anyOf':
      return { fact: `${name} is ${value}`, remedy: `write ${owner.title ?? 'one of the allowed forms'}${described}` }
    case 'minimum':
    case 'maximum': {
      const { minimum = '', maximum = '' } = owner
      const range = maximum === '' ? `${minimum} or more` : `${minimum} to ${maximum}`
      return { fact: `${name} is ${value}`, remedy: `write ${range}${described}` }
    }
    case 'minProperties':
      return { fact: `${name} has no entries`, remedy: `add one, or remove ${name}${described}` }
    default:
      return { fact: `${name} is ${value}, but it ${error.message ?? 'is refused'}`, remedy: `change it${described}` }
  }
}

const types: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  integer: 'a whole number',
  object: 'a map',
  string: 'text',
}

const forms: Readonly<Record<string, string>> = {
  boolean: 'true or false, without quotes',
  integer: 'a whole number, without quotes or unit',
  object: 'a map: {} or indented names with a colon',
  string: 'text',
}

function wrongType(name: string, value: unknown, wanted: string, owner: Schema): Pick<Finding, 'fact' | 'remedy'> {
  const described = owner.description ? ` (${owner.description})` : ''
  if (value === null) {
    const remedy =
      wanted === 'object' ? 'write {} for an entry without settings, or remove it' : 'write its value, or remove it'
    return { fact: `${name} is empty`, remedy }
  }
  // What stands where a secret is named may be the secret itself.
  const shown = owner.writeOnly ? 'a value' : typeof value === 'string' ? JSON.stringify(value) : quote(value)
  const fact = `${name} is ${shown}, not ${types[wanted] ?? wanted}`
  if (wanted === 'string' && (typeof value !== 'object' || value instanceof Date))
    return { fact, remedy: `put quotes around it${described}` }
  const habit = Object.keys(typeof value === 'object' ? (value as object) : {}).flatMap(
    (key) => habitRemedy(key) ?? [],
  )[0]
  return { fact, remedy: habit ?? `write ${owner.title ?? forms[wanted] ?? wanted}${described}` }
}

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined

const quote = (value: unknown): string => {
  if (value === '') return "''"
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
