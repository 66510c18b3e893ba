import { isMap, isScalar, isSeq } from 'yaml'
import type { Finding } from '../../plugin/finding.ts'
import { environments } from '../environments.ts'
import type { Tree, SourceFile } from '../files.ts'
import { repositoryOf } from './image-name.ts'
import { parseSource } from './yaml-source.ts'

/** How Kustomize may name its file, in its own order. */
const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** Returns the services that have a definition. */
export function serviceNames(files: Tree): string[] {
  return files.list('base/services').filter((name) => isService(files, name))
}

/** Takes a word, returns whether a service has this name. */
export function isService(files: Tree, word: string): boolean {
  return /^[a-z0-9-]+$/.test(word) && files.read(definitionPath(word)) !== undefined
}

/** Takes a service, returns its image as its definition names it; refuses a definition that names none, or one with a tag. */
export function imageOf(files: Tree, service: string): string | Finding[] {
  const file = { path: definitionPath(service), text: files.read(definitionPath(service)) ?? '' }
  const source = parseSource(file)
  if (Array.isArray(source)) return source
  const { contents } = source.document
  const image = isMap(contents) ? contents.getIn(['spec', 'image'], true) : undefined
  const example = `image: ghcr.io/septemcore/platform-kernel/${service}`
  if (!isScalar(image) || typeof image.value !== 'string' || image.value === '') {
    const at = source.at(isScalar(image) ? image : contents)
    return [{ at, fact: 'names no image in spec.image', remedy: `write ${example}` }]
  }
  if (repositoryOf(image.value) === image.value) return image.value
  const fact = `spec.image ${image.value} carries a tag or digest; the pin stands in the overlay`
  return [{ at: source.at(image), fact, remedy: `write image: ${repositoryOf(image.value)}` }]
}

/** Takes a service and an environment, returns the Kustomization that pins it there; refuses where the service is not in it. */
export function overlayOf(files: Tree, service: string, environment: string): SourceFile | Finding[] {
  const list = kustomizationIn(files, `overlays/${environment}/services`)
  if (Array.isArray(list)) return list
  const folder = `overlays/${environment}/services/${service}`
  const overlay = kustomizationIn(files, folder)
  if (Array.isArray(overlay)) return overlay
  if (overlay === undefined) return [notThere(files, service, environment, folder)]
  if (list === undefined) {
    const at = { file: `overlays/${environment}/services/kustomization.yaml` }
    return [{ at, fact: 'is missing; it lists the services', remedy: `write it, with ${service} under resources` }]
  }
  const listed = resourcesOf(list)
  if (listed.some((entry) => typeof entry !== 'string')) return listed.filter((entry) => typeof entry !== 'string')
  if (listed.some((entry) => entry === service)) return overlay
  const fact = `does not list ${service}, so ${environment} does not run it`
  return [{ at: { file: list.path }, fact, remedy: `add ${service} under resources` }]
}

function notThere(files: Tree, service: string, environment: string, folder: string): Finding {
  const elsewhere = environments.filter((other) => {
    const overlay = kustomizationIn(files, `overlays/${other}/services/${service}`)
    return overlay !== undefined && !Array.isArray(overlay)
  })
  const remedy =
    elsewhere.length > 0
      ? `name an environment that has it, last: ${elsewhere.join(', ')}`
      : `no environment has it yet: write ${folder}/kustomization.yaml`
  return { at: { file: folder }, fact: `there is no ${service} in ${environment}`, remedy }
}

function kustomizationIn(files: Tree, folder: string): SourceFile | Finding[] | undefined {
  const found = kustomizationNames.flatMap((name) => {
    const text = files.read(`${folder}/${name}`)
    return text === undefined ? [] : { path: `${folder}/${name}`, text }
  })
  if (found.length < 2) return found[0]
  const names = found.map(({ path }) => path.slice(folder.length + 1)).join(' and ')
  return [{ at: { file: folder }, fact: `holds ${names}; Kustomize refuses two`, remedy: 'keep kustomization.yaml' }]
}

function resourcesOf(list: SourceFile): (string | Finding)[] {
  const source = parseSource(list)
  if (Array.isArray(source)) return source
  const { contents } = source.document
  const resources = isMap(contents) ? contents.get('resources', true) : undefined
  if (!isSeq(resources)) {
    const at = source.at(contents)
    return [{ at, fact: 'has no list of resources', remedy: 'list the services under resources' }]
  }
  return resources.items.flatMap((item) => (isScalar(item) ? String(item.value).replace(/^\.\/|\/+$/g, '') : []))
}

function definitionPath(service: string): string {
  return `base/services/${service}/definition.yaml`
}
