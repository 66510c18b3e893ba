import { isDeepStrictEqual } from 'node:util'
import { Document, isScalar } from 'yaml'
import { type Files, join } from './files.ts'
import type { FilePlace, Finding, ObjectPlace, Place } from './finding.ts'
import { isDigest, parseImage } from './image.ts'
import type { KubernetesObject } from './kind.ts'
import { placeOf, readKustomization, readYaml, type Source } from './kustomization.ts'

/**
 * Takes findings on merged objects and the overlay of the object each is on, returns them with the file and line whose
 * value stands in the merged object. Kustomize keeps neither, so the files are read again, in the order Kustomize
 * merges them, and the last that says the value wins. A value that no file says is placed at the overlay, without line.
 */
export function placeFindings(
  findings: readonly Finding[],
  overlayOf: (place: ObjectPlace) => string,
  merged: readonly KubernetesObject[],
  files: Files,
): Finding[] {
  return findings.map((finding) => ({ ...finding, at: locate(finding.at, overlayOf, merged, files) }))
}

function locate(
  at: Place,
  overlayOf: (place: ObjectPlace) => string,
  merged: readonly KubernetesObject[],
  files: Files,
): Place {
  if ('file' in at) return at
  const object = merged.find(({ kind, metadata }) => kind === at.kind && metadata.name === at.name)
  if (!object) return at
  const overlay = overlayOf(at)
  const writers = writersOf(overlay, files)
  const { image } = (object.spec ?? {}) as { image?: unknown }
  const pinned = at.kind === 'ServiceDefinition' && at.path.join('.') === 'spec.image' && image !== undefined
  return (
    (pinned ? pinPlace(overlay, files, String(image)) : undefined) ??
    lastWriter(at, object, writers) ?? { file: overlay }
  )
}

/** A document that may have written a value; a patch applied by target reaches objects of any name. */
interface Writer extends Source {
  readonly anyName: boolean
  /** Where the text stands that the document was made from, for a patch within a kustomization or a list of operations. */
  readonly at?: FilePlace
}

/** Documents that make up the object, in the order of merging: resources, then components, then patches. */
function writersOf(folder: string, files: Files, seen = new Set<string>()): Writer[] {
  if (seen.has(folder)) return []
  seen.add(folder)
  const { source } = readKustomization(folder, files)
  if (!source) return []
  const value = (source.document.toJS() ?? {}) as Record<string, unknown>
  const list = (field: string): unknown[] => (Array.isArray(value[field]) ? (value[field] as unknown[]) : [])
  const read = (path: string, anyName: boolean): Writer[] => {
    const target = join(folder, path)
    if (files.kind(target) === 'folder') return writersOf(target, files, seen)
    return readYaml(target, files.read(target) ?? '').sources.map((found) => ({ ...operations(found), anyName }))
  }
  const inline = (text: string, index: number, anyName: boolean): Writer[] =>
    readYaml(source.file, text).sources.map((found) => {
      return { ...operations(found), anyName, at: placeOf(source, ['patches', index, 'patch'], true) }
    })
  const named = [...list('resources'), ...list('components')].flatMap((entry) =>
    typeof entry === 'string' ? read(entry, false) : [],
  )
  const patches = list('patches').flatMap((patch, index) => {
    const { path, target, patch: text } = (patch ?? {}) as { path?: unknown; target?: unknown; patch?: unknown }
    if (typeof path === 'string') return read(path, target !== undefined)
    return typeof text === 'string' ? inline(text, index, target !== undefined) : []
  })
  return [...named, ...patches]
}

/** Takes a document, returns it, or for a JSON 6902 patch what its operations write, as a document of our kind. */
function operations(source: Source): Source & { at?: FilePlace } {
  const list: unknown = source.document.toJS()
  if (!Array.isArray(list)) return source
  const document = new Document({ kind: 'ServiceDefinition' }) as unknown as Document.Parsed
  for (const operation of list as unknown[]) {
    const { path, value } = (operation ?? {}) as { path?: unknown; value?: unknown }
    if (typeof path !== 'string' || !path.startsWith('/')) continue
    const keys = path.slice(1).split('/')
    const isBelowText = keys.some((_, end) => isScalar(document.getIn(keys.slice(0, end), true)))
    if (!isBelowText) document.setIn(keys, document.createNode(value ?? null))
  }
  return { ...source, document, at: placeOf(source, []) }
}

function lastWriter(at: ObjectPlace, object: KubernetesObject, writers: readonly Writer[]): FilePlace | undefined {
  const value = at.path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], object)
  const same = writers.filter(({ document, anyName }) => {
    const { kind, metadata } = (document.toJS() ?? {}) as { kind?: unknown; metadata?: { name?: unknown } }
    return kind === at.kind && (anyName || metadata?.name === at.name)
  })
  for (const source of same.toReversed()) {
    if (at.path.length > 0 && !source.document.hasIn(at.path)) continue
    const node = source.document.getIn(at.path, true)
    const said: unknown = isScalar(node)
      ? node.value
      : (source.document.getIn(at.path) as { toJSON?: () => unknown } | undefined)?.toJSON?.()
    if (isDeepStrictEqual(said, value)) return source.at ?? placeOf(source, at.path, at.onKey)
  }
  // Merged from several: the last that says anything about it is nearest to the reader.
  const partial = same.findLast(({ document }) => document.hasIn(at.path))
  if (partial) return partial.at ?? placeOf(partial, at.path, at.onKey)
  // Said nowhere: it belongs where the object is described first.
  for (let above = at.path.slice(0, -1); above.length > 0; above = above.slice(0, -1)) {
    const first = same.find(({ document }) => document.hasIn(above))
    if (first) return first.at ?? placeOf(first, above)
  }
  return undefined
}

function pinPlace(overlay: string, files: Files, image: string): FilePlace | undefined {
  const { source } = readKustomization(overlay, files)
  const { images } = (source?.document.toJS() ?? {}) as { images?: unknown }
  if (!source || !Array.isArray(images) || images.length === 0) return undefined
  const entry = (images[0] ?? {}) as Record<string, unknown>
  const { digest } = parseImage(image)
  const isWrong = digest !== undefined && !isDigest(digest)
  const field = ['newTag', 'digest'].find((name) => entry[name] !== undefined && (name === 'digest') === isWrong)
  return placeOf(source, field === undefined ? ['images', 0] : ['images', 0, field])
}
