import { isMap } from 'yaml'
import type { Finding } from './finding.ts'
import { type Files, join } from './files.ts'
import { placeOf, readKustomization, readYaml, type Source } from './kustomization.ts'
import { misshapen } from './kustomization-shape.ts'
import { allowedInstead } from './nearest.ts'
import type { NamedFile } from './sources.ts'

/** A kustomization that a build reads, with its folder. */
export interface Layer {
  readonly folder: string
  readonly source: Source
  /** Files of objects and patches that it names. */
  readonly files: readonly NamedFile[]
  /** Every file that it has Kustomize read, those included. */
  readonly reads: readonly string[]
}

/** What a folder is, told by where it stands; each sort may use only the fields that take effect there. */
const sorts = [
  {
    sort: 'a service overlay',
    folder: /^overlays\/[^/]+\/services\/([^/]+)$/,
    allowed: ['resources', 'components', 'patches', 'images', 'namespace'],
  },
  { sort: 'the list of services', folder: /^overlays\/[^/]+\/services$/, allowed: ['resources'] },
  { sort: 'what all services share', folder: /^overlays\/[^/]+\/shared$/, allowed: ['components', 'patches'] },
  { sort: 'the base of a service', folder: /^base\/services\/([^/]+)$/, allowed: ['resources'] },
  { sort: 'what all environments share', folder: /^base\/shared$/, allowed: ['configurations', 'patches'] },
  { sort: 'a cluster', folder: /^clusters\/[^/]+$/, allowed: ['resources', 'patches'] },
  { sort: 'the list of waves', folder: /^apps$/, allowed: ['resources'] },
] as const

/** Fields that run something, reach the network or hold a secret are refused everywhere. */
const nowhere = [
  'bases',
  'helmCharts',
  'helmChartInflationGenerator',
  'helmGlobals',
  'secretGenerator',
  'generators',
  'transformers',
  'validators',
  'openapi',
  'crds',
  'vars',
  // Their files would not count as what a component is made of, and patches says the same.
  'patchesJson6902',
  'patchesStrategicMerge',
]

const remedies: Readonly<Record<string, string>> = {
  bases: 'list the folder under resources',
  buildMetadata: 'remove it: the output would carry paths',
  commonAnnotations: 'set metadata.annotations of the definition by a patch',
  commonLabels: 'set metadata.labels of the definition by a patch',
  configMapGenerator: 'write values into spec.env of the definition',
  generatorOptions: 'remove it: there is no generator',
  helmCharts: 'a chart is an Application of its own',
  images: 'pin in overlays/<env>/services/<service>',
  labels: 'set metadata.labels of the definition by a patch',
  namePrefix: 'remove it: a service has one name everywhere',
  nameSuffix: 'remove it: a service has one name everywhere',
  namespace: 'set it in the overlay of the service',
  patches: 'patch in overlays/<env>/services/<service> or overlays/<env>/shared',
  patchesJson6902: 'list the patch under patches',
  patchesStrategicMerge: 'list the file under patches: - path: <file>',
  replacements: 'write the value where it is needed',
  replicas: 'patch spec.replicas of the definition',
  resources: 'list it in the overlay of the service',
  secretGenerator: 'name the Vault path under spec.secrets of the definition',
  vars: 'write the value where it is needed',
}

/**
 * Takes the folder of a build, returns every kustomization it reads, outermost first; refuses what reaches outside the
 * tree and, for services, every field that Kustomize would accept and that would then do nothing.
 */
export function readLayers(folder: string, files: Files): { layers: Layer[]; findings: Finding[] } {
  const layers: Layer[] = []
  const findings: Finding[] = []
  const seen = new Set<string>()
  const visit = (here: string): void => {
    if (seen.has(here)) return
    seen.add(here)
    const { source, findings: unreadable } = readKustomization(here, files)
    findings.push(...unreadable)
    if (!source) return
    const named: NamedFile[] = []
    const reads: string[] = [source.file]
    layers.push({ folder: here, source, files: named, reads })
    findings.push(...misshapen(source))
    if (!isMapping(source)) return
    findings.push(...refusedFields(here, source), ...refusedPatches(here, source, files))
    for (const { path, target, remote } of references(here, source, files)) {
      const at = placeOf(source, path)
      const why = remote || files.kind(target) === undefined ? undefined : foreign(here, path, target, files)
      if (remote)
        findings.push({
          at,
          fact: `${target} is not in this repository`,
          remedy: 'copy what is needed into base/: a build reads nothing from elsewhere',
        })
      else if (target.startsWith('..'))
        findings.push({ at, fact: `${target} is outside the repository`, remedy: 'name a folder of the repository' })
      else if (files.kind(target) === undefined)
        findings.push({ at, fact: `${target} does not exist`, remedy: 'correct the path, or add it' })
      else if (why) findings.push({ at, ...why })
      else if (files.kind(target) === 'folder') visit(target)
      else {
        reads.push(target)
        if (path[0] === 'resources' || path[0] === 'patches')
          named.push({ file: target, isPatch: path[0] === 'patches' })
      }
    }
  }
  visit(folder)
  return { layers, findings }
}

const isMapping = ({ document }: Source): boolean => isMap(document.contents)

/** Why a path that is there may not be named here, if so. */
function foreign(
  folder: string,
  [field]: readonly (string | number)[],
  target: string,
  files: Files,
): Pick<Finding, 'fact' | 'remedy'> | undefined {
  const isFolder = files.kind(target) === 'folder'
  if (isFolder && `${folder}/`.startsWith(`${target}/`))
    return { fact: `${target} leads back to here`, remedy: 'remove the line' }
  if (!isFolder && !target.startsWith(`${folder}/`))
    return { fact: `${target} is a file of another folder`, remedy: 'name its folder' }
  if (isFolder && (field === 'resources' || field === 'components')) {
    const { source } = readKustomization(target, files)
    const isComponent = source?.document.get('kind') === 'Component'
    if (source && isComponent !== (field === 'components')) {
      const right = isComponent ? 'components' : 'resources'
      return { fact: `${target} is ${isComponent ? 'a' : 'no'} Component`, remedy: `list it under ${right}` }
    }
  }
  const service = overlaidService(folder)
  const base = sorts[3].folder.exec(target)?.[1]
  if (service !== undefined && base !== undefined && base !== service)
    return { fact: `${target} is the base of ${base}, not of ${service}`, remedy: `list base/services/${service}` }
  if (sorts[1].folder.test(folder) && !target.startsWith(`${folder}/`))
    return { fact: `${target} is no overlay of this environment`, remedy: `list a folder of ${folder}` }
  const environment = environmentOf(folder)
  const other = environmentOf(target)
  if (environment !== undefined && other !== undefined && other !== environment)
    return { fact: `${target} belongs to ${other}`, remedy: `name a folder of overlays/${environment} or of base` }
  return undefined
}

const environmentOf = (path: string): string | undefined => /^overlays\/([^/]+)\//.exec(path)?.[1]

/** Takes the folder of a build, returns the service it is the overlay of, if it is one. */
export const overlaidService = (folder: string): string | undefined => sorts[0].folder.exec(folder)?.[1]

/** Takes the folder of a build, returns whether it is the list of an environment's services. */
export const isServicesList = (folder: string): boolean => sorts[1].folder.test(folder)

/** Takes a folder, returns whether it holds services or what they share. */
export const isOfServices = (folder: string): boolean => sorts.slice(0, 5).some((sort) => sort.folder.test(folder))

function refusedFields(folder: string, source: Source): Finding[] {
  const found = sorts.find((candidate) => candidate.folder.test(folder))
  const fields = Object.keys((source.document.toJS() as Record<string, unknown> | null) ?? {})
  return fields.flatMap((field) => {
    if (['apiVersion', 'kind', 'metadata'].includes(field)) return []
    const allowed: readonly string[] | undefined = found?.allowed
    if (allowed ? allowed.includes(field) : !nowhere.includes(field)) return []
    const fact = found ? `${field} has no effect in ${found.sort}` : `${field} is refused`
    return [
      { at: placeOf(source, [field], true), fact, remedy: remedies[field] ?? allowedInstead(field, allowed ?? []) },
    ]
  })
}

interface Reference {
  readonly path: (string | number)[]
  readonly target: string
  readonly remote: boolean
}

/** What a kustomization names: resources, components and the files of patches and configurations. */
function references(folder: string, source: Source, files: Files): Reference[] {
  const value = (source.document.toJS() ?? {}) as Record<string, unknown>
  const entries: { path: (string | number)[]; entry: unknown }[] = []
  for (const field of ['resources', 'components', 'bases', 'configurations', 'crds', 'generators', 'transformers']) {
    const list = value[field]
    if (Array.isArray(list)) list.forEach((entry: unknown, index) => entries.push({ path: [field, index], entry }))
  }
  const { patches } = value
  if (Array.isArray(patches)) {
    patches.forEach((patch: unknown, index) => {
      if (typeof patch === 'object' && patch !== null && 'path' in patch)
        entries.push({ path: ['patches', index, 'path'], entry: patch.path })
    })
  }
  if (Array.isArray(value.replacements))
    value.replacements.forEach((replacement: unknown, index) => {
      const { path } = (replacement ?? {}) as { path?: unknown }
      if (path !== undefined) entries.push({ path: ['replacements', index, 'path'], entry: path })
    })
  entries.push(...generatorFiles(value.configMapGenerator))
  return entries.flatMap(({ path, entry }) => {
    if (typeof entry !== 'string') return []
    const target = join(folder, entry)
    if (files.kind(target) !== undefined) return [{ path, target, remote: false }]
    // What Kustomize would take for a repository or an address (kustomize, api/internal/git/repospec.go).
    const remote =
      /^[a-z][a-z0-9+.-]*::?\/?\/|^[^/]*@|^(github|gitlab|bitbucket)\.|[?&](ref|version)=|\.git(\/|$)/i.test(entry)
    return [{ path, target: remote ? entry : target, remote }]
  })
}

/** The files that a ConfigMap is made of: written as a path, or as a key and a path. */
function generatorFiles(generators: unknown): { path: (string | number)[]; entry: unknown }[] {
  if (!Array.isArray(generators)) return []
  return generators.flatMap((generator: unknown, index) => {
    const { files, envs, env } = (generator ?? {}) as Record<string, unknown>
    const path = ['configMapGenerator', index]
    return [files, envs, env]
      .flat()
      .flatMap((entry) => (typeof entry === 'string' ? [{ path, entry: entry.replace(/^[^=/]*=/, '') }] : []))
  })
}

/** Patches that Kustomize would take and that would change nothing: it never sees the objects made from a definition. */
function refusedPatches(folder: string, source: Source, files: Files): Finding[] {
  const service = overlaidService(folder)
  const shared = sorts[2].folder.test(folder)
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
