import type { Finding } from '../../plugin/finding.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'
import { readYaml } from '../../plugin/kustomization.ts'
import type { Wave } from '../../plugin/kinds/wave.ts'
import type { Desk } from '../command.ts'
import { validateObject } from '../schemas/strict.ts'
import { missingConfigMaps } from './config-maps.ts'
import { refusedObjects } from './objects.ts'
import { unfitStores } from './stores.ts'
import { objectsIn } from '../manifests.ts'

interface Application extends KubernetesObject {
  readonly spec: { readonly source: { readonly repoURL: string; readonly path?: string; readonly plugin?: object } }
}

interface Root extends Application {
  readonly spec: Application['spec'] & {
    readonly project?: string
    readonly syncPolicy?: {
      readonly automated?: { readonly selfHeal?: boolean }
      readonly retry?: { readonly limit?: number; readonly refresh?: boolean }
    }
  }
}

const pathsAnnotation = 'argocd.argoproj.io/manifest-generate-paths'

/**
 * Takes the environments to look at, returns what is wrong with the clusters that run them: with their waves, with the root
 * that a person applies, and with each component that is no service; and how many objects all that renders.
 */
export async function checkClusters(
  environments: readonly string[],
  desk: Desk,
): Promise<{ findings: Finding[]; objects: number }> {
  const { files } = desk
  const folders = files.list('clusters').map((name) => `clusters/${name}`)
  const found = { findings: [] as Finding[], objects: 0 }
  for (const folder of folders.filter((path) => files.kind(path) === 'folder')) {
    const environment = environmentOf(folder, desk)
    if (environment !== undefined && !environments.includes(environment)) continue
    const rendered = await render(folder, desk)
    found.findings.push(...rendered.findings)
    found.objects += rendered.objects.length
    if (rendered.findings.length > 0) continue
    const applications = rendered.objects.filter(({ kind }) => kind === 'Application') as Application[]
    found.findings.push(...wrongRoot(folder, applications, desk), ...unnamed(environment ?? '', desk))
    const components = new Map<string, readonly KubernetesObject[]>()
    for (const component of componentsOf(applications)) {
      const { findings, objects } = await render(component, desk)
      found.findings.push(...findings)
      found.objects += objects.length
      components.set(component, objects)
    }
    found.findings.push(...missingConfigMaps(components), ...unfitStores(components))
  }
  return found
}

/** The documents of a file as they stand; none where it is not there or no YAML: the render says what is wrong, and where. */
const documentsOf = (file: string, { files }: Desk): unknown[] =>
  readYaml(file, files.read(file) ?? '').sources.map(({ document }) => document.toJS() as unknown)

function environmentOf(folder: string, desk: Desk): string | undefined {
  const [cluster] = documentsOf(`${folder}/cluster.yaml`, desk) as ({ spec?: { environment?: string } } | null)[]
  return cluster?.spec?.environment
}

async function render(folder: string, desk: Desk): Promise<{ findings: Finding[]; objects: KubernetesObject[] }> {
  const { merge, finish } = await desk.stages()
  const result = await finish(folder, await merge(folder))
  if ('findings' in result) return { findings: result.findings, objects: [] }
  return { findings: refusedObjects(folder, result.manifests, []), objects: objectsIn(result.manifests) }
}

/** The folders of components that are no services: those are checked together. */
const componentsOf = (applications: readonly Application[]): string[] =>
  applications
    .flatMap(({ spec }) => spec.source.path ?? [])
    .filter((path) => !/^overlays\/[^/]+\/services\//.test(path))

/** What lies in a folder of a wave and is named nowhere in it: nobody would deploy it. What a cluster leaves out is named. */
function unnamed(environment: string, desk: Desk): Finding[] {
  const { files } = desk
  const waves = files.list('apps').filter((file) => file.endsWith('.yaml'))
  return waves.flatMap((file) =>
    (documentsOf(`apps/${file}`, desk) as (Partial<Wave> | null)[]).flatMap((wave) => {
      if (wave?.kind !== 'Wave' || !wave.metadata || !wave.spec) return []
      const folder = `overlays/${environment}/${wave.metadata.name}`
      const names = files.list(folder).filter((name) => files.kind(`${folder}/${name}`) === 'folder')
      return names
        .filter((name) => !Object.hasOwn(wave.spec?.components ?? {}, name))
        .map((name) => ({
          at: { file: `${folder}/${name}` },
          fact: `${name} is no component of the wave ${wave.metadata?.name}, so nothing deploys it`,
          remedy: `add ${name}: {} to apps/${file}, or delete the folder`,
        }))
    }),
  )
}

/** The root is applied by hand once; what it says has to fit what it becomes. */
function wrongRoot(folder: string, applications: readonly Application[], { files }: Desk): Finding[] {
  const file = `${folder}/root.yaml`
  const text = files.read(file)
  if (text === undefined)
    return [{ at: { file }, fact: 'is not there', remedy: 'copy that of another cluster, and write this one into it' }]
  const { sources, findings: unreadable } = readYaml(file, text)
  if (unreadable.length > 0) return unreadable
  const at = { file }
  const [root] = sources.map(({ document }) => document.toJS() as Root)
  const invalid = validateObject(root).map(({ path, fact, remedy }) => ({
    at,
    fact: `${path.join('.')}: ${fact}`,
    remedy,
  }))
  if (invalid.length > 0) return invalid
  if (root?.kind !== 'Application') return [{ at, fact: 'is no Application', remedy: 'copy that of another cluster' }]
  const { repoURL, path } = root.spec.source
  const findings: Finding[] = []
  const { automated, retry } = root.spec.syncPolicy ?? {}
  const said: [string, unknown, unknown][] = [
    ['metadata.name', root.metadata.name, 'root'],
    ['metadata.finalizers', root.metadata.finalizers, undefined],
    ['spec.project', root.spec.project, 'root'],
    ['spec.syncPolicy.automated.selfHeal', automated?.selfHeal, false],
    ['spec.syncPolicy.retry.limit', retry?.limit, -1],
    ['spec.syncPolicy.retry.refresh', retry?.refresh, true],
  ]
  for (const [field, is, wanted] of said.filter(([, is, wanted]) => is !== wanted))
    findings.push({
      at,
      fact: `${field} is ${JSON.stringify(is) ?? 'not said'}`,
      remedy: wanted === undefined ? 'remove it: deleting the root must delete nothing' : `write ${String(wanted)}`,
    })
  if (path !== folder) findings.push({ at, fact: `its path is ${path}`, remedy: `write path: ${folder}` })
  const other = applications.find(({ spec }) => spec.source.plugin && spec.source.repoURL !== repoURL)
  if (other)
    findings.push({
      at,
      fact: `its repository is ${repoURL}, and that of ${folder}/cluster.yaml ${other.spec.source.repoURL}`,
      remedy: 'write the same into both',
    })
  if (root.metadata.annotations?.[pathsAnnotation] !== undefined)
    findings.push({
      at,
      fact: `it says ${pathsAnnotation}`,
      remedy: 'remove it: with it a commit that comes during a sync counts as synced',
    })
  return findings
}
