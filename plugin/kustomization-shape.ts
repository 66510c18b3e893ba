import type { Finding } from './finding.ts'
import { isDigest } from './image.ts'
import { placeOf, type Source } from './kustomization.ts'
import { allowedInstead } from './nearest.ts'

const imageFields = ['name', 'newName', 'newTag', 'digest']
const patchFields = ['path', 'patch', 'target', 'options']

/**
 * Takes a kustomization, returns where it has not the form that Kustomize reads: Kustomize says so without a place, takes a
 * field for another of the same letters (newtag) and a row of digits for a number.
 */
export function misshapen(source: Source): Finding[] {
  const value: unknown = source.document.toJS()
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [{ at: placeOf(source, []), fact: 'is no kustomization', remedy: 'write a map, as resources: [<folder>]' }]
  const fields = value as Record<string, unknown>
  const { kind } = fields
  if (kind !== undefined && kind !== 'Kustomization' && kind !== 'Component')
    return [
      { at: placeOf(source, ['kind']), fact: `kind is ${String(kind)}`, remedy: 'leave it out, or write Component' },
    ]
  return [
    ...['resources', 'components'].flatMap((field) => wrongPaths(source, field, fields[field])),
    ...wrongEntries(source, 'images', fields.images, imageFields, 'name: <image> and newTag: <sha>'),
    ...wrongEntries(source, 'patches', fields.patches, patchFields, 'path: <file>'),
    ...wrongImages(source, fields.images),
  ]
}

function wrongPaths(source: Source, field: string, list: unknown): Finding[] {
  if (list === undefined) return []
  if (!Array.isArray(list))
    return [{ at: placeOf(source, [field], true), fact: `${field} is no list`, remedy: `write ${field}: [<path>]` }]
  return list.flatMap((entry: unknown, index) => {
    const at = placeOf(source, [field, index])
    if (typeof entry !== 'string' || entry === '')
      return [{ at, fact: 'is no path', remedy: 'write the path of a file or folder, or remove the line' }]
    return list.indexOf(entry) === index
      ? []
      : [{ at, fact: `${entry} is listed twice`, remedy: 'remove one of the two' }]
  })
}

function wrongEntries(
  source: Source,
  field: string,
  list: unknown,
  allowed: readonly string[],
  example: string,
): Finding[] {
  if (list === undefined) return []
  const remedy = `write a list of entries, each with ${example}`
  if (!Array.isArray(list)) return [{ at: placeOf(source, [field], true), fact: `${field} is no list`, remedy }]
  return list.flatMap((entry: unknown, index): Finding[] => {
    const path = [field, index]
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      return [{ at: placeOf(source, path), fact: 'is no entry of ' + field, remedy }]
    return Object.keys(entry)
      .filter((key) => !allowed.includes(key))
      .map((key) => ({
        at: placeOf(source, [...path, key], true),
        fact: `unknown field ${key}`,
        remedy: allowedInstead(key, allowed),
      }))
  })
}

function wrongImages(source: Source, list: unknown): Finding[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown, index) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return []
    const image = entry as Record<string, unknown>
    const findings: Finding[] = []
    for (const field of imageFields) {
      const at = placeOf(source, ['images', index, field])
      const text = image[field]
      if (text === undefined || text === null) continue
      if (typeof text !== 'string')
        findings.push({ at, fact: `${field} is no text: YAML reads it as a number`, remedy: 'put quotes around it' })
      else if (field === 'newTag' && isDigest(text))
        findings.push({ at, fact: 'newTag is a digest', remedy: `write newTag: <sha>, and digest: ${text} beside it` })
    }
    if (image.name === undefined || image.name === null)
      findings.push({ at: placeOf(source, ['images', index]), fact: 'name is missing', remedy: 'add name: <image>' })
    return findings
  })
}
