import { type Finding, formatFindings } from '../plugin/finding.ts'
import type { Merged } from '../plugin/generate.ts'
import { placeFindings } from '../plugin/places.ts'
import { wrongSource } from '../plugin/sources.ts'
import { checkClusters } from './check/clusters.ts'
import { staleDigests } from './check/digests.ts'
import { refusedObjects } from './check/objects.ts'
import { staleQuota } from './check/quota.ts'
import { wrongReferences } from './check/references.ts'
import { alteredValues } from './check/sources.ts'
import { takenAway } from './check/taken-away.ts'
import { filesUnder, overrideFiles, unknownOverlays, unlistedServices, unreadFiles } from './check/tree.ts'
import { unchangeableFields } from './check/unchangeable.ts'
import type { Desk, Outcome } from './command.ts'
import { environments } from './environments.ts'

export const usage = `npm run check [base]
  refuses everything that can be refused before a commit, in every environment, all findings together;
  base (default HEAD^) is the commit whose pins are compared with those of now`

/** Takes maybe a commit to compare with, returns every finding of every environment. */
export async function run(words: string[], desk: Desk): Promise<Outcome> {
  const [base = 'HEAD^', extra] = words
  if (extra !== undefined || base.startsWith('-') || base === '') return { wrongWords: true }
  // The first commit has none before it; a word that was typed is one that is there.
  if (words.length > 0 && (await desk.git('rev-parse', '--verify', '--quiet', `${base}^{commit}`)) === undefined) {
    const remedy = 'write a branch or commit; all environments are checked, whatever the words'
    return { findings: [{ at: { file: base }, fact: 'there is no such commit', remedy }] }
  }
  const { findings, rendered } = await checkTree(base, environments, desk)
  if (findings.length > 0) return { findings, notes: '' }
  const compared = (await desk.git('rev-parse', '--verify', '--quiet', `${base}^{commit}`)) !== undefined
  const notes = compared ? '' : `there is no ${base} here: pins were not compared with those before\n`
  return { output: `${environments.length} environments, ${rendered} objects: nothing to refuse\n`, notes }
}

/** Takes a commit to compare with and environments, returns every finding once, and how many objects they render. */
export async function checkTree(
  base: string,
  environments: readonly string[],
  desk: Desk,
): Promise<{ findings: Finding[]; rendered: number }> {
  const paths = ['apps', 'base', 'clusters', 'overlays'].flatMap((folder) => filesUnder(folder, desk.files))
  const yaml = paths.filter((path) => /\.ya?ml$|\/Kustomization$/.test(path))
  const findings = [
    ...overrideFiles(paths),
    ...unknownOverlays(desk.files),
    ...yaml.flatMap((path) => alteredValues(path, desk.files.read(path) ?? '')),
    ...(await changes(base, yaml, desk)),
  ]
  const follows: Finding[] = []
  let rendered = 0
  for (const environment of environments) {
    const checked = await checkEnvironment(environment, desk)
    findings.push(...checked.findings)
    follows.push(...(checked.follows ?? []))
    rendered += checked.objects
  }
  const clusters = await checkClusters(environments, desk)
  findings.push(...clusters.findings)
  rendered += clusters.objects
  // What is computed is only wrong when nothing is that it is computed from.
  return { findings: distinct(findings.length > 0 ? findings : follows), rendered }
}

async function checkEnvironment(
  environment: string,
  desk: Desk,
): Promise<{ findings: Finding[]; follows?: Finding[]; objects: number }> {
  const { merge, finish, isDefinition } = await desk.stages()
  const folder = `overlays/${environment}/services`
  const merged = await merge(folder)
  const sources = merged.layers.flatMap(({ files }) => files)
  const altered = (await Promise.all(sources.map((file) => wrongSource(file, desk.files)))).flat()
  const listed = merged.layers.map((layer) => layer.folder.split('/').at(-1) ?? '')
  const read = [...merged.layers.map(({ source }) => source.file), ...sources.map(({ file }) => file)]
  // A folder that is not listed is one finding, whatever stands in it.
  const apart = unlistedServices(environment, listed, desk.files)
  const unread = apart.length > 0 || merged.findings.length > 0 ? [] : unreadFiles(environment, read, desk.files)
  const unlisted = [...apart, ...unread, ...altered]
  if (merged.objects.length === 0) {
    // One folder that Kustomize refuses hides all others: ask each alone.
    const services = desk.files.list(folder).filter((name) => desk.files.kind(`${folder}/${name}`) === 'folder')
    const alone = await Promise.all(
      services.map(async (name) => finishAll(`${folder}/${name}`, await merge(`${folder}/${name}`), finish)),
    )
    return { findings: [...unlisted, ...alone.flat(), ...merged.findings], objects: 0 }
  }
  // What does not fit the schema is refused for that, and would only be refused again for what follows from it.
  const definitions = merged.objects.filter(isDefinition)
  const invalid = merged.objects.filter((object) => object.kind === 'ServiceDefinition' && !isDefinition(object))
  const wrong = wrongReferences(
    definitions,
    invalid.map(({ metadata }) => metadata.name),
  )
  const references = placeFindings(wrong, ({ name }) => `${folder}/${name}`, merged.objects, desk.files)
  const result = await finish(folder, merged)
  if ('findings' in result) return { findings: [...unlisted, ...result.findings, ...references], objects: 0 }
  const refused = placeFindings(
    refusedObjects(folder, result.manifests, definitions),
    ({ name }) => `${folder}/${name}`,
    merged.objects,
    desk.files,
  )
  return {
    findings: [...unlisted, ...references, ...refused],
    follows: staleQuota(environment, result.manifests, desk.files),
    objects: result.manifests.split('\n---\n').length,
  }
}

async function finishAll(
  folder: string,
  merged: Merged,
  finish: Awaited<ReturnType<Desk['stages']>>['finish'],
): Promise<Finding[]> {
  const result = await finish(folder, merged)
  return 'findings' in result ? result.findings : []
}

/** What is wrong not with how a file is, but with how it became so. */
async function changes(base: string, yaml: readonly string[], { files, git }: Desk): Promise<Finding[]> {
  const changed = ((await git('diff', '--name-only', base, '--', ...yaml)) ?? '').split('\n').filter(Boolean)
  const bumped = new Set(changed.flatMap((path) => pinned.exec(path)?.[1] ?? []))
  const findings: Finding[] = []
  for (const path of changed) {
    const before = await git('show', `${base}:${path}`)
    if (before === undefined) continue
    const now = files.read(path) ?? ''
    const defined = /^base\/services\/([^/]+)\/definition\.yaml$/.exec(path)?.[1]
    if (pinned.test(path)) findings.push(...staleDigests(path, before, now))
    else if (defined !== undefined) findings.push(...takenAway(path, before, now, bumped.has(defined)))
    else findings.push(...unchangeableFields(path, before, now))
  }
  return findings
}

/** Where the pin of a service is. */
const pinned = /^overlays\/[^/]+\/services\/([^/]+)\/[Kk]ustomization/

/** Each finding once: a shared file is read by every environment and every service. */
function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [formatFindings([finding]), finding])).values()]
}
