import { argocdManager, applicationsPath, asTheRoot, rootPath } from './bootstrap/root.ts'
import { type Application, findTarget, notReached, type Target } from './bootstrap/target.ts'
import { titles, wavesOf } from './bootstrap/waves.ts'
import { allowedInstead } from '../plugin/nearest.ts'
import { blocked } from './break-glass/blocked.ts'
import { whyNotSha } from './bump/git-sha.ts'
import type { Desk, Outcome } from './command.ts'
import type { Cluster, Json } from './edge/cluster.ts'
import { follow } from './edge/follow.ts'
import { stopOnSignal } from './edge/stop-on-signal.ts'
import { objectsIn } from './manifests.ts'

export const usage = `npm run break-glass <cluster> <component> <sha> <context>
  has one component go to a commit of this repository while the root is blocked, and changes nothing else; the root's next
  sync that gets there takes it back to what git says (docs/break-glass.md)`

/** The annotation by which the health script tells that a stamp is not the root's. */
const annotation = 'platform.septemcore.com/break-glass'

/** Takes a cluster, a component, a commit and a context, gives the component what the root would give it at that commit. */
export async function run([name, component, sha, context, extra]: string[], desk: Desk): Promise<Outcome> {
  if (name === undefined || component === undefined || sha === undefined || extra !== undefined)
    return { wrongWords: true }
  const found = await findTarget(name, context, `npm run break-glass ${name} ${component} ${sha}`, desk)
  if ('findings' in found) return found
  const { target } = found
  const rendered = await applicationAt(sha, component, target, desk)
  if (!('application' in rendered)) return rendered
  const cluster = await desk.cluster(target.context)
  try {
    return await breakGlass(cluster, rendered.application, sha, target)
  } catch (error) {
    return { findings: [notReached(target.context, error)] }
  }
}

async function breakGlass(cluster: Cluster, application: Application, sha: string, target: Target): Promise<Outcome> {
  const { name } = application.metadata
  const at = { file: `context ${target.context}` }
  const [root, live] = await Promise.all([cluster.get(rootPath), cluster.get(`${applicationsPath}/${name}`)])
  const { path, repoURL } = target.root.spec.source
  if (root?.spec.source.path !== path || root?.spec.source.repoURL !== repoURL) {
    const fact = `its root is ${root ? `${root.spec.source.path} of ${root.spec.source.repoURL}` : 'not there'}`
    return { findings: [{ at, fact, remedy: `name the context of ${target.name}` }] }
  }
  if (!live) {
    const fact = `there is no Application ${name} yet`
    return { findings: [{ at, fact, remedy: 'wait until the root has made it' }] }
  }
  const state = blocked(root, name)
  if ('not' in state) {
    const remedy = 'commit instead (npm run bump, or git revert), and it arrives'
    return { findings: [{ at: { file: 'root' }, fact: state.not, remedy }] }
  }
  process.stderr.write(`the root is blocked: ${state.by}\n`)
  const { metadata } = application
  // For a chart it is the version: what the health script finds in the same place.
  const { targetRevision = sha } = application.spec.source
  const marked = { ...metadata, annotations: { ...metadata.annotations, [annotation]: targetRevision } }
  await cluster.apply([asTheRoot({ ...application, metadata: marked }, live)], argocdManager)
  return await arrival(cluster, application, targetRevision)
}

async function arrival(cluster: Cluster, application: Application, revision: string): Promise<Outcome> {
  const { name } = application.metadata
  const look = async () => {
    const live: Json = await cluster.get(`${applicationsPath}/${name}`)
    const { sync, health, operationState } = live?.status ?? {}
    const isIdle = live?.operation === undefined && operationState?.phase === 'Succeeded'
    const isThere = sync?.revision === revision && sync.status === 'Synced' && health?.status === 'Healthy'
    const { lines } = wavesOf(live ? [live] : [], [application])
    return { lines, isDone: isThere && isIdle }
  }
  const back = `the root takes ${name} back to what git says as soon as it gets there: mend what blocks it\n`
  if ((await follow(titles, look, stopOnSignal())) === 'stopped')
    return { notes: `stopped looking; ${name} goes on to ${revision}. ${back}`, failed: true }
  return { notes: back }
}

/** What the root would make of the component at the commit. */
async function applicationAt(
  sha: string,
  component: string,
  { name }: Target,
  { git, renderAt }: Desk,
): Promise<{ application: Application } | Outcome> {
  const at = { file: sha }
  const wrong = whyNotSha(sha)
  if (wrong)
    return { findings: [{ at, fact: wrong.fact, remedy: 'write all 40 of a commit of this repository: git log' }] }
  const folder = `clusters/${name}`
  if ((await git('cat-file', '-e', `${sha}^{commit}`)) === undefined)
    return { findings: [{ at, fact: 'is no commit of this clone', remedy: 'git fetch, if it was pushed elsewhere' }] }
  // Argo CD fetches it from the repository, where no branch may lead to it.
  if (!((await git('branch', '--remotes', '--contains', sha)) ?? '').trim())
    return { findings: [{ at, fact: 'is on no branch that was pushed', remedy: 'push it, on a branch of any name' }] }
  if ((await git('cat-file', '-e', `${sha}:${folder}/kustomization.yaml`)) === undefined)
    return { findings: [{ at, fact: `has no ${folder}`, remedy: 'take a later commit' }] }
  const { code, stdout, stderr } = await renderAt(sha, folder)
  if (code !== 0) return { notes: stderr, failed: true }
  const applications = objectsIn(stdout).filter(({ kind }) => kind === 'Application') as Application[]
  const application = applications.find(({ metadata }) => metadata.name === component)
  if (application?.spec.syncPolicy?.automated) return { application }
  if (application) {
    const remedy = 'take a commit at which it is not paused, or sync it by hand'
    return {
      findings: [{ at: { file: component }, fact: 'is paused at that commit, so it would stay as it is', remedy }],
    }
  }
  const remedy = allowedInstead(
    component,
    applications.map(({ metadata }) => metadata.name),
  )
  return { findings: [{ at: { file: component }, fact: `is no component of ${folder} at that commit`, remedy }] }
}
