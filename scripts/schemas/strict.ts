import { readFileSync } from 'node:fs'
import { isIPv4, isIPv6 } from 'node:net'
import { join } from 'node:path'
import { Ajv, type ErrorObject, type SchemaValidateFunction, type ValidateFunction } from 'ajv'
import type { DataValidationCxt } from 'ajv/dist/types/index.js'
import { nearest } from '../../plugin/nearest.ts'
import { type Fields, isFields, type Problem } from './problem.ts'
import { parseQuantity } from './quantity.ts'
import { checkRules } from './rules.ts'
import { vaultSecretsOperator, vaultSecretsOperatorVersion } from './vault-secrets-operator.ts'

export type { Problem } from './problem.ts'

type Schema = Record<string, unknown>

interface Bundle {
  header: { origin: string; sources: Record<string, string> }
  kinds: Record<string, string>
  definitions: Record<string, Schema>
}

let loaded: Bundle | undefined

function bundle(): Bundle {
  loaded ??= JSON.parse(readFileSync(join(import.meta.dirname, 'bundle.json'), 'utf8')) as Bundle
  return loaded
}

/** Takes nothing, returns what the schemas were made from: module → version, and the operator written by hand. */
export function sources(): Record<string, string> {
  return { ...bundle().header.sources, 'vault-secrets-operator (by hand)': vaultSecretsOperatorVersion }
}

/** Takes nothing, returns every kind that can be validated, in order. */
export function kinds(): { apiVersion: string; kind: string }[] {
  return knownKeys().map((key) => {
    const [apiVersion = '', kind = ''] = key.split(' ')
    return { apiVersion, kind }
  })
}

const knownKeys = (): string[] => [...Object.keys(bundle().kinds), ...Object.keys(vaultSecretsOperator)].sort()

/**
 * Takes one object, returns what the API server would refuse in it under `fieldValidation: Strict` and server-side apply: by the
 * published schemas (Kubernetes 1.36.3, the CRDs of bundle.json, Vault Secrets Operator by hand), closed against unknown fields
 * and doubled list entries, and by the rules of its code for the kinds we write (rules.ts). CEL rules and admission are **not**
 * evaluated, nor is `status`. An unknown kind is a problem, never an exception.
 */
export function validateObject(object: unknown): Problem[] {
  if (!isFields(object)) return [{ path: [], fact: 'is no object', remedy: 'write a map with apiVersion and kind' }]
  const { apiVersion, kind } = object
  for (const [name, value] of Object.entries({ apiVersion, kind }))
    if (typeof value !== 'string' || value === '')
      return [{ path: [name], fact: `${name} is missing`, remedy: `write the ${name}, a string` }]

  const key = `${String(apiVersion)} ${String(kind)}`
  const validate = validator(key)
  if (!validate) return [unknownKind(String(apiVersion), String(kind))]
  const problems = passes(validate, object, isCustom(key)) ? [] : explain(validate.errors ?? [], object)
  if (!isCustom(key)) problems.push(...emptyItems(object, []))
  const reported = new Set(problems.map(({ path }) => path.join('\0')))
  return [...problems, ...checkRules(object).filter(({ path }) => !reported.has(path.join('\0')))]
}

/** Fills in a CRD's defaults before it validates, as the API server does, in a copy. */
function passes(validate: ValidateFunction, object: Fields, isCustom: boolean): boolean {
  if (!isCustom) return validate(object)
  const copy = structuredClone(object)
  // Ajv looks at a choice before it fills in the defaults of the fields beside it: the second time they are there.
  return validate(copy) || validate(copy)
}

function unknownKind(apiVersion: string, kind: string): Problem {
  const all = kinds()
  const versions = all.filter((known) => known.kind === kind).map((known) => known.apiVersion)
  if (versions.length > 0)
    return {
      path: ['apiVersion'],
      fact: `${kind} is not known in ${apiVersion}`,
      remedy: `use ${versions.join(' or ')}`,
    }
  const names = [...new Set(all.map((known) => known.kind))]
  const near = nearest(kind, names)
  const here = all.filter((known) => known.apiVersion === apiVersion).map((known) => known.kind)
  const remedy = near
    ? `did you mean ${near}?`
    : `known ${here.length > 0 ? `in ${apiVersion}: ${here.join(', ')}` : `kinds: ${names.join(', ')}`}`
  return { path: ['kind'], fact: `${kind} is no known kind of ${apiVersion}`, remedy }
}

const validators = new Map<string, ValidateFunction>()
let ajv: Ajv | undefined

function validator(key: string): ValidateFunction | undefined {
  const ready = validators.get(key)
  if (ready) return ready
  if (!bundle().kinds[key] && !vaultSecretsOperator[key]) return undefined
  ajv ??= newAjv()
  const name = bundle().kinds[key] ?? key
  const made = ajv.compile({ $ref: `schemas#/definitions/${encodeURIComponent(name.replaceAll('/', '~1'))}` })
  validators.set(key, made)
  return made
}

const isCustom = (key: string): boolean => bundle().kinds[key]?.startsWith('crd.') ?? true

function newAjv(): Ajv {
  const made = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    useDefaults: true,
    validateSchema: false,
    unicodeRegExp: false,
    code: { optimize: false },
    logger: false,
  })
  made.addKeyword({ keyword: 'listMap', type: 'array', errors: true, validate: listMap })
  made.addKeyword({ keyword: 'present', type: 'object', errors: true, validate: present })
  made.addFormat('byte', /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)
  made.addFormat('date-time', /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/)
  made.addFormat('int32', { type: 'number', validate: (value) => value >= -(2 ** 31) && value < 2 ** 31 })
  made.addFormat('ipv4', isIPv4)
  made.addFormat('ipv6', isIPv6)
  made.addFormat('quantity', (value) => parseQuantity(value) !== undefined)
  const definitions: Record<string, Schema> = {}
  for (const [name, schema] of Object.entries(bundle().definitions))
    definitions[name] = prepare(schema, { structural: true, nullable: !name.startsWith('crd.') })
  for (const [key, schema] of Object.entries(vaultSecretsOperator))
    definitions[key] = prepare(schema, { structural: true, nullable: false })
  made.addSchema({ $id: 'schemas', definitions })
  return made
}

interface Position {
  /** A part that says which fields exist; the branches of allOf, anyOf, oneOf and not only say more about their values. */
  structural: boolean
  /** Kubernetes' own kinds read null as "not given"; a custom kind refuses it. */
  nullable: boolean
  /** The definition or property may itself be null. */
  mayBeNull?: boolean
}

function prepare(schema: Schema, position: Position): Schema {
  const { preserve, required, ...kept } = schema
  if (typeof kept.$ref === 'string') return kept
  const { structural, nullable, mayBeNull = nullable } = position
  const value = { structural, nullable, mayBeNull: false }
  const branch = { structural: false, nullable: false }
  if (required) kept[nullable ? 'present' : 'required'] = required
  if (isFields(kept.properties)) {
    const must = new Set(Array.isArray(required) ? required : [])
    const entries = Object.entries(kept.properties as Record<string, Schema>).map(([name, part]) => {
      const ready = prepare(part, { structural, nullable })
      // An optional enumeration left empty counts as not given, too.
      const optional = nullable && !must.has(name) && Array.isArray(ready.enum)
      return [name, optional ? { ...ready, enum: [...(ready.enum as unknown[]), ''] } : ready] as const
    })
    kept.properties = Object.fromEntries(entries)
  }
  if (isFields(kept.items)) kept.items = prepare(kept.items, value)
  if (isFields(kept.additionalProperties)) kept.additionalProperties = prepare(kept.additionalProperties, value)
  for (const word of ['allOf', 'anyOf', 'oneOf'])
    if (Array.isArray(kept[word])) kept[word] = (kept[word] as Schema[]).map((part) => prepare(part, branch))
  if (isFields(kept.not)) kept.not = prepare(kept.not, branch)
  const isMap = isFields(kept.properties) || kept.type === 'object'
  if (structural && isMap && !preserve && kept.additionalProperties === undefined) kept.additionalProperties = false
  if (mayBeNull && kept.type) kept.type = [kept.type, 'null'].flat()
  if ((mayBeNull || kept.nullable) && Array.isArray(kept.enum)) kept.enum = [...(kept.enum as unknown[]), null]
  return kept
}

const listMap: SchemaValidateFunction = (
  keys: Record<string, unknown>,
  list: unknown[],
  _: unknown,
  at?: DataValidationCxt,
) => {
  const seen = new Set<string>()
  const errors: Partial<ErrorObject>[] = []
  for (const [index, item] of list.entries()) {
    if (!isFields(item)) continue
    const values = Object.entries(keys).map(([key, otherwise]) => [key, item[key] ?? otherwise] as const)
    const identity = JSON.stringify(values)
    const shown = values.map(([key, value]) => `${key} ${JSON.stringify(value)}`).join(', ')
    if (seen.has(identity))
      errors.push({ keyword: 'listMap', instancePath: `${at?.instancePath ?? ''}/${index}`, params: { shown } })
    seen.add(identity)
  }
  listMap.errors = errors
  return errors.length === 0
}

const present: SchemaValidateFunction = (names: string[], map: Fields, _: unknown, at?: DataValidationCxt) => {
  const missing = names.filter((name) => map[name] === undefined || map[name] === null)
  present.errors = missing.map((missingProperty) => ({
    keyword: 'required',
    instancePath: at?.instancePath ?? '',
    params: { missingProperty },
  }))
  return missing.length === 0
}

/** The schemas let Kubernetes' own kinds be null where a field is; an item of a list is never null. */
function emptyItems(value: unknown, path: string[]): Problem[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) =>
      item === null
        ? [{ path: [...path, String(index)], fact: 'is an empty item', remedy: 'write it or remove it' }]
        : emptyItems(item, [...path, String(index)]),
    )
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null ? emptyItems(inner, [...path, key]) : [],
  )
}

const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

function explain(errors: ErrorObject[], object: Fields): Problem[] {
  // A choice that fails reports each of its branches too; what to choose from is said once, by the choice.
  const choices = errors.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf')
  const isBranch = (error: ErrorObject): boolean =>
    choices.some(
      (choice) =>
        error !== choice &&
        error.instancePath.startsWith(choice.instancePath) &&
        error.schemaPath.startsWith(`${choice.schemaPath}/`),
    )
  const problems = new Map<string, Problem>()
  for (const error of errors.filter((error) => !isBranch(error))) {
    const problem = explainOne(error, object)
    const key = `${problem.path.join('\0')} ${problem.fact}`
    if (!problems.has(key)) problems.set(key, problem)
  }
  return [...problems.values()]
}

function explainOne(error: ErrorObject, object: Fields): Problem {
  const { keyword, params, data } = error
  const path = pathOf(error.instancePath)
  const schema = (error.parentSchema ?? {}) as Schema
  const problem = (fact: string, remedy: string): Problem => ({ path, fact, remedy })
  const shown = isSecret(path, object) ? 'the value' : brief(data)

  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty)
    const known = Object.keys((schema.properties ?? {}) as Schema).sort()
    const near = nearest(name, known)
    const allowed = known.length > 0 ? `allowed here: ${known.join(', ')}` : 'no field is allowed here'
    return { path: [...path, name], fact: `unknown field ${name}`, remedy: near ? `did you mean ${near}?` : allowed }
  }
  if (keyword === 'required') {
    const name = String(params.missingProperty)
    return { path: [...path, name], fact: `${name} is missing`, remedy: `write ${name}, it is required` }
  }
  if (keyword === 'listMap')
    return problem(`second entry with ${String(params.shown)}`, 'remove one of them, or name it differently')
  if (keyword === 'type') {
    const wanted = [params.type as string | string[]].flat().filter((type) => type !== 'null')
    const quoted = wanted.includes('string') && typeof data !== 'object' ? ': quote it' : ''
    return problem(`is ${article(typeName(data))}`, `write ${wanted.map(article).join(' or ')}${quoted}`)
  }
  if (keyword === 'enum') {
    const allowed = (params.allowedValues as unknown[]).filter((value) => value !== null && value !== '').map(String)
    const near = typeof data === 'string' ? nearest(data, allowed) : undefined
    return problem(`${shown} is not allowed`, `${near ? `did you mean ${near}? ` : ''}use one of ${allowed.join(', ')}`)
  }
  if (keyword === 'format') return problem(...formatFault(String(params.format), shown))
  if (keyword === 'pattern') return problem(`${shown} has the wrong form`, `it must match ${String(params.pattern)}`)
  if (keyword === 'uniqueItems')
    return problem(`item ${String(params.i)} occurs twice`, 'remove one of the two: the list is a set')
  if (keyword === 'oneOf' || keyword === 'anyOf') {
    const names = choiceNames(schema[keyword])
    const given = names.filter((name) => isFields(data) && data[name] !== undefined)
    if (given.length > 1) return problem(`sets ${given.join(' and ')} together`, 'keep one of them')
    if (names.length > 0) return problem('sets none of its alternatives', `set one of ${names.join(', ')}`)
  }
  return problem(`${typeof data === 'object' ? typeName(data) : shown} is refused`, error.message ?? keyword)
}

/** The fields that the branches of a choice ask for. */
function choiceNames(branches: unknown): string[] {
  const found = (branches as Schema[]).flatMap((branch) => [
    ...((branch.required as string[] | undefined) ?? []),
    ...(Array.isArray(branch.anyOf) ? choiceNames(branch.anyOf) : []),
  ])
  return [...new Set(found)]
}

const formatFaults: Record<string, [fact: string, remedy: string]> = {
  quantity: ['is no quantity', 'write a number with a suffix like 250m, 512Mi, 2Gi'],
  byte: ['is not base64', 'encode it, or use stringData'],
  int32: ['does not fit into 32 bits', 'write a smaller number'],
}

function formatFault(format: string, shown: string): [fact: string, remedy: string] {
  const [fact, remedy] = formatFaults[format] ?? [`is no ${format}`, `write ${article(format)}`]
  return [`${shown} ${fact}`, remedy]
}

/** What may hold a secret is never repeated in a message. */
function isSecret(path: string[], object: Fields): boolean {
  return path.at(-1) === 'value' || (object.kind === 'Secret' && /^(data|stringData)$/.test(path[0] ?? ''))
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

const typeName = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

const spoken: Record<string, string> = { array: 'a list', object: 'a map', null: 'empty (null)' }
const article = (type: string): string => spoken[type] ?? `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`
