import { isMap } from 'yaml'
import type { Files } from '../files.ts'
import type { Finding } from '../finding.ts'
import { misshapen } from '../kustomization-shape.ts'
import { placeOf, readKustomization, type Source } from '../kustomization.ts'
import type { NamedFile } from '../sources.ts'
import { refusedFields } from './fields.ts'
import { refusedPatches } from './patches.ts'
import { references } from './references.ts'
import { baseOf, isServicesList, overlaidService } from './sorts.ts'

/** A kustomization that a build reads, with its folder. */
export interface Layer {
  readonly folder: string
  readonly source: Source
  /** Files of objects and patches that it names. */
  readonly files: readonly NamedFile[]
  /** Every file that it has Kustomize read, those included. */
  readonly reads: readonly string[]
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
  const base = baseOf(target)
  if (service !== undefined && base !== undefined && base !== service)
    return { fact: `${target} is the base of ${base}, not of ${service}`, remedy: `list base/services/${service}` }
  if (isServicesList(folder) && !target.startsWith(`${folder}/`))
    return { fact: `${target} is no overlay of this environment`, remedy: `list a folder of ${folder}` }
  const environment = environmentOf(folder)
  const other = environmentOf(target)
  if (environment !== undefined && other !== undefined && other !== environment)
    return { fact: `${target} belongs to ${other}`, remedy: `name a folder of overlays/${environment} or of base` }
  return undefined
}

const environmentOf = (path: string): string | undefined => /^overlays\/([^/]+)\//.exec(path)?.[1]
