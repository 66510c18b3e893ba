import { stringify } from 'yaml'
import type { KubernetesObject } from './kind.ts'

/** Takes finished objects, returns the manifest stream: the same bytes for the same objects in whatever order they come. */
export function emit(objects: readonly KubernetesObject[]): string {
  return [...objects]
    .map((object) => ({
      object,
      key: [owner(object), object.kind, object.metadata.name, object.metadata.namespace, object.apiVersion].map(word),
    }))
    .sort((a, b) => compare(a.key, b.key))
    .map(
      ({ object }) =>
        `---\n${stringify(canonical(object), { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })}`,
    )
    .join('')
}

const owner = (object: KubernetesObject): unknown => object.metadata.labels?.['app.kubernetes.io/name']

/** A plain object may hold anything where a label or namespace belongs. */
const word = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** By code units, as every machine does it; a locale would order differently from place to place. */
function compare(a: readonly string[], b: readonly string[]): number {
  for (const [index, text] of a.entries()) {
    const other = b[index] ?? ''
    if (text !== other) return text < other ? -1 : 1
  }
  return 0
}

/** Keys in one order: what names a thing first, the rest by the alphabet. */
const first = ['apiVersion', 'kind', 'metadata', 'name', 'namespace']

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const rank = (key: string): number => (first.indexOf(key) + first.length + 1) % (first.length + 1)
  const keys = Object.keys(value).filter((key) => (value as Record<string, unknown>)[key] !== undefined)
  keys.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  return Object.fromEntries(keys.map((key) => [key, canonical((value as Record<string, unknown>)[key])]))
}
