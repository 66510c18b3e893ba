import type { Finding } from './finding.ts'
import { parseImage } from './image.ts'
import type { KubernetesObject } from './kind.ts'
import { placeOf } from './kustomization.ts'
import { type Layer, overlaidService } from './overlay.ts'

interface Entry {
  readonly name?: unknown
  readonly newName?: unknown
}

/** Takes the layers of a build and its merged objects, returns pins that reached no definition: Kustomize ignores them silently. */
export function strayPins(layers: readonly Layer[], objects: readonly KubernetesObject[]): Finding[] {
  const findings: Finding[] = []
  for (const { folder, source } of layers) {
    const service = overlaidService(folder)
    if (service === undefined) continue
    const definition = objects.find(({ kind, metadata }) => kind === 'ServiceDefinition' && metadata.name === service)
    if (!definition) {
      const at = { file: source.file }
      findings.push({
        at,
        fact: `holds no definition of ${service}`,
        remedy: `list base/services/${service}, whose metadata.name is ${service}`,
      })
      continue
    }
    const { images } = (source.document.toJS() ?? {}) as { images?: unknown }
    const { repository } = parseImage(String((definition.spec as { image?: unknown } | undefined)?.image ?? ''))
    const seen = new Set<string>()
    const entries: unknown[] = Array.isArray(images) ? images : []
    entries.forEach((entry, index) => {
      const { name, newName } = (entry ?? {}) as Entry
      const at = placeOf(source, ['images', index])
      if (seen.has(String(name))) {
        findings.push({
          at,
          fact: `${String(name)} is pinned twice, and the last entry would win`,
          remedy: 'keep one entry',
        })
      } else if (String(newName ?? name) !== repository) {
        findings.push({
          at,
          fact: `${String(name)} is no image of ${service}, so this pin does nothing`,
          remedy: `write name: ${repository}`,
        })
      }
      seen.add(String(name))
    })
  }
  return findings
}
