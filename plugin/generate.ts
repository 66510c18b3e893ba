import { withClaimDefaults } from './claim-templates.ts'
import { emit } from './emit.ts'
import { type Expanded, expand } from './expand.ts'
import type { Files } from './files.ts'
import { type Finding, formatPlace, type ObjectPlace } from './finding.ts'
import { parseImage } from './image.ts'
import { jobsNamedByContent } from './jobs.ts'
import type { KubernetesObject } from './kind.ts'
import { type Layer, readLayers } from './overlay/layers.ts'
import { overlaidService } from './overlay/sorts.ts'
import { strayPins } from './overlay/pins.ts'
import { parse } from './parse.ts'
import { type BuildTree, patchTree, refusedPatch } from './patch.ts'
import { pin, unpinned } from './pin.ts'
import { placeFindings } from './places.ts'
import { emptyEntriesOf, type NamedFile, twiceNamed, wrongSource } from './sources.ts'
import { warmUp } from './warm-up.ts'
import { guard } from './guard.ts'

/** What a build needs from outside. */
export interface World {
  readonly files: Files
  /** What Kustomize prints for the folder of the build, or its own message. */
  readonly built: Promise<{ readonly text: string } | { readonly error: string }>
  readonly buildTree: BuildTree
  /** What Kustomize prints for another folder, or undefined where it fails. */
  readonly build: (folder: string) => Promise<string | undefined>
  /** The commit that is rendered, where Argo CD said it. */
  readonly revision: string | undefined
  /** The git SHA of the plugin that runs, where its image says it. */
  readonly plugin?: string | undefined
}

/** Objects as Kustomize merged them, with the kustomizations they came from. */
export interface Merged {
  readonly layers: readonly Layer[]
  readonly objects: readonly KubernetesObject[]
  readonly findings: readonly Finding[]
}

/** Takes a folder of the tree, returns its objects as Kustomize merges them, and what is wrong with how they are listed. */
export async function merge(folder: string, world: World): Promise<Merged> {
  // Read while Kustomize runs: what it would accept and ignore or drop, and what it would fetch.
  const { layers, findings } = readLayers(folder, world.files)
  const files = namedFiles(layers)
  const refused = [...findings, ...files.flatMap((file) => emptyEntriesOf(file, world.files))]
  await warmUp()
  const built = await world.built
  if ('error' in built) {
    // What is refused is most likely why Kustomize failed, and says it with its place.
    const failure = { at: { file: folder || '.' }, fact: brief(built.error), remedy: 'correct what Kustomize names' }
    const reasons = refused.length > 0 ? refused : await wrongSources(files, world.files)
    return { layers, objects: [], findings: reasons.length > 0 ? reasons : [failure] }
  }
  const { objects, findings: unreadable } = parse(built.text, folder || '.')
  if (unreadable.length === 0) {
    return { layers, objects, findings: [...refused, ...strayPins(layers, objects, world.files, refused.length > 0)] }
  }
  const reasons = await wrongSources(files, world.files)
  return { layers, objects, findings: [...refused, ...(reasons.length > 0 ? reasons : unreadable)] }
}

/** The files that the kustomizations name, each once. */
const namedFiles = (layers: readonly Layer[]): NamedFile[] => [
  ...new Map(layers.flatMap(({ files }) => files.map((named) => [named.file, named] as const))).values(),
]

async function wrongSources(named: readonly NamedFile[], files: Files): Promise<Finding[]> {
  const wrong = (await Promise.all(named.map((file) => wrongSource(file, files)))).flat()
  return wrong.length > 0 ? wrong : twiceNamed(named, files)
}

/** Kustomize may print a whole object on its way to what is wrong with it. */
const brief = (message: string): string =>
  message.length > 800 ? `${message.slice(0, 200)} … ${message.slice(-500)}` : message

/** Takes a folder of the tree, returns its manifests, or everything that is wrong: never both, never neither. */
export async function generate(folder: string, world: World): Promise<{ manifests: string } | { findings: Finding[] }> {
  return finish(folder, await merge(folder, world), world)
}

/** Takes what a folder merges to, returns its manifests, or everything that is wrong. */
export async function finish(
  folder: string,
  { layers, objects: merged, findings: listed }: Merged,
  world: World,
): Promise<{ manifests: string } | { findings: Finding[] }> {
  const place = (findings: readonly Finding[]) => ({
    findings: placeFindings(findings, overlayOf(folder, layers), merged, world.files),
  })
  const { expanded, findings: invalid } = await expand({
    folder,
    objects: merged,
    files: world.files,
    revision: world.revision,
    plugin: world.plugin,
    mergedIn: once(async (other) => {
      const text = await world.build(other)
      return text === undefined ? [] : parse(text).objects
    }),
  })
  // An overlay whose kustomization is refused says there why its pin does nothing.
  const refused = new Set(listed.map(({ at }) => ('file' in at ? at.file : '')))
  const pinnable = expanded.filter(({ from }) => {
    const layer = layers.find(({ folder }) => overlaidService(folder) === from.metadata.name)
    return layer ? !refused.has(layer.source.file) : refused.size === 0
  })
  const wrong = [...listed, ...invalid, ...pinnable.flatMap(({ from }) => unpinnedDefinition(from))]
  if (wrong.length > 0) return place(wrong)

  const patched = await applyPatches(expanded, world.buildTree)
  if ('findings' in patched) return place(patched.findings)
  const rule = { ours: new Set(expanded.flatMap(({ from }) => ownImage(from) ?? [])), requireDigests: false }
  const last = [...guard(patched.objects), ...patched.objects.flatMap((object) => pin(object, rule))]
  return last.length > 0
    ? place(last.map((finding) => ofDefinition(finding, expanded, patched.objects)))
    : { manifests: emit(jobsNamedByContent(patched.objects).map(withClaimDefaults)) }
}

/** Several waves look at the same folder. */
function once<Result>(ask: (folder: string) => Promise<Result>): (folder: string) => Promise<Result> {
  const asked = new Map<string, Promise<Result>>()
  return (folder) => {
    const answer = asked.get(folder) ?? ask(folder)
    asked.set(folder, answer)
    return answer
  }
}

/** What is wrong with an object made from a definition came in by the definition's own patches. */
function ofDefinition(finding: Finding, expanded: readonly Expanded[], objects: readonly KubernetesObject[]): Finding {
  const { at, fact, remedy } = finding
  if ('file' in at) return finding
  const made = expanded.filter(({ objects }) =>
    objects.some(({ kind, metadata }) => kind === at.kind && metadata.name === at.name),
  )
  const { labels } = objects.find(({ kind, metadata }) => kind === at.kind && metadata.name === at.name)?.metadata ?? {}
  const labelled = expanded.filter(
    ({ from }) => from.kind === 'ServiceDefinition' && from.metadata.name === labels?.['app.kubernetes.io/name'],
  )
  const [only] = made.length > 0 ? made : labelled
  if (!only || made.length > 1 || only.from.kind === at.kind) return finding
  return { at: patchesOf(only.from), fact: `${formatPlace(at)}: ${fact}`, remedy }
}

/** Takes a definition, returns the field of it by which a person changes the objects made from it. */
export const patchesOf = ({ kind, metadata, spec }: KubernetesObject): ObjectPlace => ({
  kind,
  name: metadata.name,
  path: (spec as { patches?: unknown } | undefined)?.patches === undefined ? ['metadata', 'name'] : ['spec', 'patches'],
})

function ownImage({ kind, spec }: KubernetesObject): string | undefined {
  return kind === 'ServiceDefinition' ? parseImage((spec as { image: string }).image).repository : undefined
}

function unpinnedDefinition(from: KubernetesObject): Finding[] {
  const repository = ownImage(from)
  if (repository === undefined) return []
  const { image, environment } = from.spec as { image: string; environment: { name: string; requireDigests?: boolean } }
  const fact = unpinned(image, { ours: new Set([repository]), requireDigests: environment.requireDigests ?? false })
  if (!fact) return []
  const { kind, metadata } = from
  const digest = environment.requireDigests ? '@sha256:<digest>' : ''
  return [
    {
      at: { kind, name: metadata.name, path: ['spec', 'image'] },
      fact,
      remedy: `npm run bump ${metadata.name} <sha>${digest} ${environment.name}`,
    },
  ]
}

async function applyPatches(
  expanded: readonly Expanded[],
  buildTree: BuildTree,
): Promise<{ objects: KubernetesObject[] } | { findings: Finding[] }> {
  const plain = expanded.filter(({ patches }) => patches.length === 0).flatMap(({ objects }) => objects)
  const toPatch = expanded.filter(({ patches }) => patches.length > 0)
  if (toPatch.length === 0) return { objects: plain }
  const { tree, findings } = patchTree(toPatch)
  if (findings.length > 0) return { findings }
  try {
    const { objects, findings: unreadable } = parse(await buildTree(tree))
    return unreadable.length > 0 ? { findings: unreadable } : { objects: [...plain, ...objects] }
  } catch (error) {
    // A full disk is no fault of the patch.
    if (error instanceof Error && 'syscall' in error) throw error
    const message = error instanceof Error ? error.message : String(error)
    const named = toPatch.filter(
      ({ from }) => message.includes(`'${from.metadata.name}'`) || message.includes(`/${from.metadata.name}'`),
    )
    return { findings: (named.length > 0 ? named : toPatch).map(({ from }) => refusedPatch(from, message)) }
  }
}

/** The overlay an object was merged in: its own where the build is of many services, else the folder of the build. */
const overlayOf =
  (folder: string, layers: readonly Layer[]) =>
  ({ name }: ObjectPlace): string =>
    layers.find((layer) => overlaidService(layer.folder) === name)?.folder ?? folder
