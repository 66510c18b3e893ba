import type { Files } from '../files.ts'
import type { Finding } from '../finding.ts'
import { isOurs } from '../expand.ts'
import { parseImage } from '../image.ts'
import type { KubernetesObject } from '../kind.ts'
import { placeOf, readYaml } from '../kustomization.ts'
import type { Layer } from './layers.ts'
import { baseOf, overlaidService } from './sorts.ts'

interface Entry {
  readonly name?: unknown
  readonly newName?: unknown
  readonly newTag?: unknown
}

/**
 * Takes the layers of a build, its merged objects, the tree, and whether a layer is refused already, returns pins that reached no definition, which Kustomize ignores
 * silently, and definitions that are not the one of their folder.
 */
export function strayPins(
  layers: readonly Layer[],
  objects: readonly KubernetesObject[],
  files: Files,
  isRefused: boolean,
): Finding[] {
  const definitions = objects.filter(({ kind }) => kind === 'ServiceDefinition')
  const services = layers.flatMap(({ folder }) => overlaidService(folder) ?? [])
  const findings: Finding[] = []
  if (services.length > 0) {
    for (const { kind, metadata } of definitions.filter(({ metadata }) => !services.includes(metadata.name))) {
      const { name } = metadata
      const folder = folderThatHolds(name, layers, files)
      if (folder === undefined || folder === name) {
        // A name that stands in no definition was made on the way, which is told by what made it.
        if (isRefused) continue
        const remedy = 'a service has one name everywhere: leave metadata.name as its base has it'
        findings.push({
          at: { kind, name, path: ['metadata', 'name'] },
          fact: `${name} is no service of these overlays`,
          remedy,
        })
        continue
      }
      const free = !definitions.some((other) => other.metadata.name === folder)
      findings.push({
        at: { kind, name, path: ['metadata', 'name'] },
        fact: `${name} is defined in the folder of ${folder}`,
        remedy: free ? `write name: ${folder}` : `move it to base/services/${name} and give it overlays of its own`,
      })
    }
  }
  const misplaced = isRefused || findings.length > 0
  for (const { folder, source } of layers) {
    const service = overlaidService(folder)
    if (service === undefined) continue
    const definition = definitions.find(({ metadata }) => metadata.name === service)
    if (!definition) {
      const isOther = objects.some(
        ({ apiVersion, kind, metadata }) =>
          metadata.name === service && (isOurs(apiVersion) || kind === 'ServiceDefinition'),
      )
      if (misplaced || isOther) continue
      const at = { file: source.file }
      findings.push({
        at,
        fact: `holds no definition of ${service}`,
        remedy: `list base/services/${service}, whose metadata.name is ${service}`,
      })
      continue
    }
    const { images } = (source.document.toJS() ?? {}) as { images?: unknown }
    const { image } = (definition.spec ?? {}) as { image?: unknown }
    // An image that is missing is told by the schema.
    if (typeof image !== 'string') continue
    const { repository } = parseImage(image)
    const seen = new Set<string>()
    const entries: unknown[] = Array.isArray(images) ? images : []
    if (entries.length === 0 && parseImage(image).tag === undefined) {
      const remedy = `add images: [{ name: ${repository}, newTag: '<sha>' }]`
      findings.push({ at: { file: source.file }, fact: 'pins no image', remedy })
    }
    entries.forEach((entry, index) => {
      const { name, newName, newTag } = (entry ?? {}) as Entry
      // Told by the form of the kustomization.
      if (typeof name !== 'string' || String(newTag).includes(':')) return
      const at = placeOf(source, ['images', index])
      if (seen.has(name)) {
        findings.push({
          at,
          fact: `${name} is pinned twice, and the last entry would win`,
          remedy: 'keep one entry',
        })
      } else if ((newName ?? name) !== repository) {
        findings.push({
          at,
          fact: `${name} is no image of ${service}, so this pin does nothing`,
          remedy: `write name: ${repository}, or correct spec.image of the definition`,
        })
      }
      seen.add(name)
    })
  }
  return findings
}

/** The service in whose base a definition of this name stands. */
function folderThatHolds(name: string, layers: readonly Layer[], files: Files): string | undefined {
  const holder = layers.find(({ files: named }) =>
    named.some(({ file, isPatch }) => !isPatch && names(file, files.read(file) ?? '').includes(name)),
  )
  return holder && baseOf(holder.folder)
}

const names = (file: string, text: string): string[] =>
  readYaml(file, text).sources.map(({ document }) => String(document.getIn(['metadata', 'name'])))
