import type { Finding } from '../finding.ts'
import { type Files, join } from '../files.ts'
import { placeOf, readYaml, type Source } from '../kustomization.ts'
import { isShared, overlaidService } from './sorts.ts'

/**
 * Takes a folder and its kustomization, returns the patches that Kustomize would take and that would change nothing: it never
 * sees the objects made from a definition.
 */
export function refusedPatches(folder: string, source: Source, files: Files): Finding[] {
  const service = overlaidService(folder)
  const shared = isShared(folder)
  if (service === undefined && !shared) return []
  const { patches } = (source.document.toJS() ?? {}) as { patches?: unknown }
  if (!Array.isArray(patches)) return []
  const remedy = 'patch the ServiceDefinition; what it cannot say goes into its spec.patches'
  return patches.flatMap((patch: unknown, index): Finding[] => {
    if (typeof patch !== 'object' || patch === null) return []
    const { target, path, patch: text } = patch as { target?: unknown; path?: unknown; patch?: unknown }
    const at = placeOf(source, ['patches', index])
    if (typeof target === 'object' && target !== null) {
      const { kind, name, ...others } = target as Record<string, unknown>
      if (kind !== 'ServiceDefinition')
        return [
          { at, fact: `targets ${String(kind ?? 'any kind')}, which is not there yet when Kustomize runs`, remedy },
        ]
      if (service !== undefined && name !== undefined && name !== service)
        return [
          {
            at,
            fact: `targets ${String(name)}, but this is the overlay of ${service}`,
            remedy: `name ${service}, or leave name out`,
          },
        ]
      if (shared && name !== undefined)
        return [{ at, fact: `targets ${String(name)} alone`, remedy: `patch it in the overlay of ${String(name)}` }]
      const ours: Readonly<Record<string, string>> = { group: 'platform.septemcore.com', version: 'v1alpha1' }
      const selector = Object.keys(others).find((key) => others[key] !== ours[key])
      return selector === undefined ? [] : [{ at, fact: `selects by ${selector}`, remedy: 'select by kind alone' }]
    }
    if (shared)
      return [
        {
          at,
          fact: 'names no target, so it would reach one service only',
          remedy: 'add target: { kind: ServiceDefinition }',
        },
      ]
    const file = typeof path === 'string' ? join(folder, path) : undefined
    const body = file === undefined ? text : files.read(file)
    if (typeof body !== 'string') return []
    return patchedObjects(file ?? source.file, body).flatMap(({ kind, name }): Finding[] => {
      if (kind !== 'ServiceDefinition')
        return [
          {
            at,
            fact: `patches ${kind || 'something without a kind'}, which is not there yet when Kustomize runs`,
            remedy,
          },
        ]
      return name === service
        ? []
        : [
            {
              at,
              fact: `patches ${name || 'a definition without a name'}, but this is the overlay of ${service}`,
              remedy: `write metadata.name: ${service}`,
            },
          ]
    })
  })
}

function patchedObjects(file: string, text: string): { kind: string; name: string }[] {
  return readYaml(file, text).sources.flatMap(({ document }) => {
    const value = document.toJS() as { kind?: unknown; metadata?: { name?: unknown } } | null
    return value === null ? [] : [{ kind: String(value.kind ?? ''), name: String(value.metadata?.name ?? '') }]
  })
}
