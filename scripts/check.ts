import { type Finding, formatFindings } from '../plugin/finding.ts'
import type { Merged } from '../plugin/generate.ts'
import { placeFindings } from '../plugin/places.ts'
import { staleDigests } from './check/digests.ts'
import { refusedObjects } from './check/objects.ts'
import { wrongReferences } from './check/references.ts'
import { alteredValues } from './check/sources.ts'
import { filesUnder, overrideFiles, unlistedServices } from './check/tree.ts'
import type { Desk, Outcome } from './command.ts'
import { environments } from './environments.ts'

export const usage = `npm run check [base]
  refuses everything that can be refused before a commit, in every environment, all findings together;
  base (default HEAD^) is the commit whose pins are compared with those of now`

/** Takes maybe a commit to compare with, returns every finding of every environment. */
export async function run([base = 'HEAD^', extra]: string[], desk: Desk): Promise<Outcome> {
  if (extra !== undefined) return { wrongWords: true }
  const paths = ['apps', 'base', 'clusters', 'overlays'].flatMap((folder) => filesUnder(folder, desk.files))
  const yaml = paths.filter((path) => /\.ya?ml$|\/Kustomization$/.test(path))
  const findings = [
    ...overrideFiles(paths),
    ...yaml.flatMap((path) => alteredValues(path, desk.files.read(path) ?? '')),
    ...(await changedPins(base, yaml, desk)),
  ]
  let rendered = 0
  for (const environment of environments) {
    const checked = await checkEnvironment(environment, desk)
    findings.push(...checked.findings)
    rendered += checked.objects
  }
  const told = distinct(findings)
  if (told.length > 0) return { findings: told, notes: '' }
  return { output: `${environments.length} environments, ${rendered} objects: nothing to refuse\n` }
}

async function checkEnvironment(environment: string, desk: Desk): Promise<{ findings: Finding[]; objects: number }> {
  const { merge, finish, isDefinition } = await desk.stages()
  const folder = `overlays/${environment}/services`
  const merged = await merge(folder)
  const listed = merged.layers.map((layer) => layer.folder.split('/').at(-1) ?? '')
  const unlisted = unlistedServices(environment, listed, desk.files)
  if (merged.objects.length === 0) {
    // One folder that Kustomize refuses hides all others: ask each alone.
    const services = desk.files.list(folder).filter((name) => desk.files.kind(`${folder}/${name}`) === 'folder')
    const alone = await Promise.all(
      services.map(async (name) => finishAll(`${folder}/${name}`, await merge(`${folder}/${name}`), finish)),
    )
    return { findings: [...unlisted, ...alone.flat(), ...merged.findings], objects: 0 }
  }
  // What does not fit the schema is refused for that, and would only be refused again for what follows from it.
  const wrong = wrongReferences(merged.objects.filter(isDefinition))
  const references = placeFindings(wrong, ({ name }) => `${folder}/${name}`, merged.objects, desk.files)
  const result = await finish(folder, merged)
  if ('findings' in result) return { findings: [...unlisted, ...result.findings, ...references], objects: 0 }
  const refused = refusedObjects(folder, result.manifests)
  return { findings: [...unlisted, ...references, ...refused], objects: result.manifests.split('\n---\n').length }
}

async function finishAll(
  folder: string,
  merged: Merged,
  finish: Awaited<ReturnType<Desk['stages']>>['finish'],
): Promise<Finding[]> {
  const result = await finish(folder, merged)
  return 'findings' in result ? result.findings : []
}

async function changedPins(base: string, yaml: readonly string[], { files, git }: Desk): Promise<Finding[]> {
  const kustomizations = yaml.filter((path) => /^overlays\/[^/]+\/services\/[^/]+\/[Kk]ustomization/.test(path))
  const changed = await git('diff', '--name-only', base, '--', ...kustomizations)
  const findings: Finding[] = []
  for (const path of (changed ?? '').split('\n').filter(Boolean)) {
    const before = await git('show', `${base}:${path}`)
    if (before !== undefined) findings.push(...staleDigests(path, before, files.read(path) ?? ''))
  }
  return findings
}

/** Each finding once: a shared file is read by every environment and every service. */
function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [formatFindings([finding]), finding])).values()]
}
