import type { Finding } from '../../plugin/finding.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'
import type { Desk } from '../command.ts'
import { objectsIn } from '../manifests.ts'
import type { Application, Target } from './target.ts'

/** What the tree makes of a cluster. */
export interface Plan {
  /** What installs Argo CD, in the order in which it is applied. */
  readonly install: readonly KubernetesObject[]
  readonly projects: readonly KubernetesObject[]
  readonly applications: readonly Application[]
  /** What each component is rendered to; the services together. */
  readonly renders: ReadonlyMap<string, readonly KubernetesObject[]>
}

/** Takes a target and a commit to stamp, returns what is to be applied and what Argo CD will make of it; refuses what does not render. */
export async function planFor(
  target: Target,
  revision: string,
  desk: Desk,
): Promise<{ plan: Plan } | { findings: Finding[]; notes: string }> {
  const installed = await desk.build(installFolder(target.name, desk))
  const findings: Finding[] = []
  if (installed.code !== 0) {
    const fact = `cannot be built: ${installed.stderr.trim()}`
    const remedy = 'it needs git and a way to github.com, where the manifests of Argo CD are'
    findings.push({ at: { file: installFolder(target.name, desk) }, fact, remedy })
  }
  const rendered = await desk.render(`clusters/${target.name}`, revision)
  const objects = rendered.code === 0 ? objectsIn(rendered.stdout) : []
  const applications = objects.filter(({ kind }) => kind === 'Application') as Application[]
  const renders = new Map<string, readonly KubernetesObject[]>()
  let notes = rendered.code === 0 ? '' : rendered.stderr
  for (const folder of foldersOf(applications)) {
    const { code, stdout, stderr } = await desk.render(folder)
    if (code === 0) renders.set(folder, objectsIn(stdout))
    else notes += stderr
  }
  if (findings.length > 0 || notes !== '') return { findings, notes }
  const install = objectsIn(installed.stdout).toSorted((a, b) => Number(runs(a)) - Number(runs(b)))
  const projects = objects.filter(({ kind }) => kind === 'AppProject')
  return { plan: { install, projects, applications, renders } }
}

/** A cluster's own kustomization over plugin/install, where it has one. */
const installFolder = (cluster: string, { files }: Desk): string =>
  files.kind(`clusters/${cluster}/argocd`) === 'folder' ? `clusters/${cluster}/argocd` : 'plugin/install'

/** Kustomize prints a controller before the settings it reads once, at its start: what runs comes last. */
const runs = ({ kind }: KubernetesObject): boolean => kind === 'Deployment' || kind === 'StatefulSet'

/** All services of an environment are one render. */
function foldersOf(applications: readonly Application[]): string[] {
  const paths = applications.flatMap(({ spec }) => spec.source.path ?? [])
  return [...new Set(paths.map((path) => /^overlays\/[^/]+\/services(?=\/)/.exec(path)?.[0] ?? path))]
}
