import { isScalar, visit } from 'yaml'
import type { Files } from './files.ts'
import { type FilePlace, type Finding, formatPlace } from './finding.ts'
import { kinds } from './generated/kinds.ts'
import type { KubernetesObject } from './kind.ts'
import { placeOf, readYaml, type Source } from './kustomization.ts'
import { schemaFindings } from './schema-findings.ts'

/** A file of objects as a kustomization names it: whole objects, or patches that say part of one. */
export interface NamedFile {
  readonly file: string
  readonly isPatch: boolean
}

/**
 * Takes a file that Kustomize merges, returns what is wrong in it as it stands, for when Kustomize fails on it or would
 * alter it: broken YAML, no object, a value its schema refuses. What a patch leaves out is no fault of it.
 */
export async function wrongSource({ file, isPatch }: NamedFile, files: Files): Promise<Finding[]> {
  const { sources, findings } = readYaml(file, files.read(file) ?? '')
  if (findings.length > 0) return findings
  const filled = sources.filter(({ document }) => document.toJS() !== null)
  if (filled.length === 0) return [blank(file)]
  return (await Promise.all(filled.map((source) => wrongObject(source, isPatch)))).flat()
}

const blank = (file: string): Finding => ({
  at: { file },
  fact: 'holds no object',
  remedy: 'write one, or delete the file and the line that lists it',
})

async function wrongObject(source: Source, isPatch: boolean): Promise<Finding[]> {
  const value: unknown = source.document.toJS()
  // A JSON 6902 patch is a list of operations.
  if (isPatch && Array.isArray(value)) return []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const remedy = 'write a map with apiVersion, kind and metadata'
    return [{ at: placeOf(source, []), fact: 'is no Kubernetes object', remedy }]
  }
  const object = value as KubernetesObject
  const missing = [['apiVersion'], ['kind'], ['metadata', 'name']].flatMap((path): Finding[] => {
    const said = path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], value)
    const name = path.join('.')
    if (said === undefined || said === null || said === '')
      return isPatch ? [] : [{ at: above(source, path), fact: `${name} is missing`, remedy: `add ${name}` }]
    if (typeof said === 'string') return []
    return [{ at: placeOf(source, path), fact: `${name} is no text`, remedy: `quote it: "${String(said)}"` }]
  })
  if (missing.length > 0) return missing
  const kind = Object.hasOwn(kinds, object.kind) ? kinds[object.kind] : undefined
  if (!kind || kind.validate(object)) return []
  // Taken before anything is awaited: the next call of the validator replaces them.
  const errors = (kind.validate.errors ?? []).filter(({ keyword }) => keyword !== 'required')
  const { schema } = await kind.load()
  return schemaFindings(object, schema, errors).flatMap((finding) => {
    if (!('path' in finding.at)) return []
    const { path, onKey } = finding.at
    // Null in a patch takes away what others said; in a definition it is told by emptyEntries.
    const isNull = source.document.getIn(path) === null && source.document.hasIn(path)
    return isNull ? [] : [{ ...finding, at: placeOf(source, path, onKey) }]
  })
}

/** Takes the files of a build, returns objects that stand in them twice: Kustomize says so without a place. */
export function twiceNamed(named: readonly NamedFile[], files: Files): Finding[] {
  const seen = new Map<string, string>()
  return named
    .filter(({ isPatch }) => !isPatch)
    .flatMap(({ file }) => readYaml(file, files.read(file) ?? '').sources)
    .flatMap((source) => {
      const { apiVersion, kind, metadata } = (source.document.toJS() ?? {}) as Partial<KubernetesObject>
      const identity = [String(apiVersion).replace(/[^/]*$/, ''), kind, metadata?.namespace, metadata?.name].join('|')
      const other = seen.get(identity)
      const at = placeOf(source, ['metadata', 'name'])
      if (other === undefined) seen.set(identity, formatPlace(at))
      if (other === undefined) return []
      return [
        { at, fact: `${kind}/${metadata?.name} stands also at ${other}`, remedy: 'rename or remove one of the two' },
      ]
    })
}

const above = (source: Source, path: readonly string[]): FilePlace => {
  const parent = path.slice(0, -1)
  return placeOf(source, source.document.hasIn(parent) ? parent : [])
}

/**
 * Takes a document, returns its entries without a value: Kustomize drops them from an object without a word. In a patch null
 * is how an entry is removed, and has to be written.
 */
export function emptyEntries(source: Source, isPatch: boolean): Finding[] {
  const findings: Finding[] = []
  visit(source.document, {
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || !(value === null || (isScalar(value) && value.value === null))) return
      const name = String(key.value)
      const written = isScalar(value) && value.source !== ''
      if (!key.range || (isPatch && written)) return
      const { line, col } = source.lines.linePos(key.range[0])
      findings.push({
        at: { file: source.file, line, column: col },
        fact: `${name} is ${written ? 'null' : 'empty'}, and Kustomize drops it without a word`,
        remedy: isPatch
          ? `write its value, {} for an entry without settings, or null to remove ${name} from what is merged`
          : `write its value, {} for an entry without settings, or remove ${name}`,
      })
    },
  })
  return findings
}

/** An entry that may have no value: nothing after the colon, and on the next line nothing that belongs to it. */
const suspects = [
  /^( *)(?:- )?[^\s#][^\n]*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?!\1[ ]|\1- )/m,
  /:[ \t]*(?:null|Null|NULL|~)[ \t]*(?:[,}#\r\n]|$)/,
  /[{,][^{},\n]*:[ \t]*[,}]/,
]

/**
 * Takes a file of definitions, returns the entries without a value in it. Reading a whole file costs more than all else the
 * plugin does with it, so one in which no line looks like it is not read.
 */
export function emptyEntriesOf({ file, isPatch }: NamedFile, files: Files): Finding[] {
  const text = `${files.read(file) ?? ''}\n`
  if (!/^[ \t]*[^\s#]/m.test(text)) return [blank(file)]
  if (!suspects.some((pattern) => pattern.test(text))) return []
  return readYaml(file, text).sources.flatMap((source) => {
    const { kind } = (source.document.toJS() ?? {}) as { kind?: unknown }
    return Object.hasOwn(kinds, String(kind)) ? emptyEntries(source, isPatch) : []
  })
}
