import { isDeepStrictEqual } from 'node:util'
import { isScalar } from 'yaml'
import { type Files, join } from './files.ts'
import type { FilePlace, Finding, ObjectPlace, Place } from './finding.ts'
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
  const pinned = at.kind === 'ServiceDefinition' && at.path.join('.') === 'spec.image'
  return (pinned ? pinPlace(overlay, files) : undefined) ?? lastWriter(at, object, writers) ?? { file: overlay }
}

/** A document that may have written a value; a patch applied by target reaches objects of any name. */
interface Writer extends Source {
  readonly anyName: boolean
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
    return readYaml(target, files.read(target) ?? '').sources.map((found) => ({ ...found, anyName }))
  }
  const named = [...list('resources'), ...list('components')].flatMap((entry) =>
    typeof entry === 'string' ? read(entry, false) : [],
  )
  const patches = list('patches').flatMap((patch) => {
    const { path, target } = (patch ?? {}) as { path?: unknown; target?: unknown }
    return typeof path === 'string' ? read(path, target !== undefined) : []
  })
  return [...named, ...patches]
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
    if (isDeepStrictEqual(said, value)) return placeOf(source, at.path)
  }
  // Merged from several: the last that says anything about it is nearest to the reader.
  const partial = same.toReversed().find(({ document }) => document.hasIn(at.path))
  if (partial) return placeOf(partial, at.path)
  return at.path.length === 0 ? undefined : lastWriter({ ...at, path: at.path.slice(0, -1) }, object, writers)
}

function pinPlace(overlay: string, files: Files): FilePlace | undefined {
  const { source } = readKustomization(overlay, files)
  const { images } = (source?.document.toJS() ?? {}) as { images?: unknown }
  if (!source || !Array.isArray(images) || images.length === 0) return undefined
  return placeOf(
    source,
    (images[0] as { newTag?: unknown }).newTag === undefined ? ['images', 0] : ['images', 0, 'newTag'],
  )
}
