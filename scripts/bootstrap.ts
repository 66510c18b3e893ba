import type { Finding } from '../plugin/finding.ts'
import { lookAtArgocd, titles as argocdTitles } from './bootstrap/argocd.ts'
import { checkCluster } from './bootstrap/cluster-checks.ts'
import { notInRepository } from './bootstrap/committed.ts'
import { placeholders } from './bootstrap/placeholders.ts'
import { type Plan, planFor } from './bootstrap/plan.ts'
import { remaining, waitsForAPerson } from './bootstrap/remaining.ts'
import { argocdManager, asTheRoot, rootPath } from './bootstrap/root.ts'
import { findTarget, notReached, type Target } from './bootstrap/target.ts'
import { lookAtWaves, titles } from './bootstrap/waves.ts'
import type { Desk, Outcome } from './command.ts'
import type { Cluster } from './edge/cluster.ts'
import { follow } from './edge/follow.ts'
import { stopOnSignal } from './edge/stop-on-signal.ts'

export const usage = `npm run bootstrap <cluster> <context>
  brings Argo CD and the root of clusters/<cluster> to the cluster that the context of your kubeconfig leads to, after it has
  checked all that it can, and shows the waves until everything runs; safe to run again (docs/bootstrap.md)`

const again = 'it is safe to run this again'

/** Takes a cluster and a context, brings the cluster up by git; refuses before it has written anything. */
export async function run([name, context, extra]: string[], desk: Desk): Promise<Outcome> {
  if (name === undefined || extra !== undefined) return { wrongWords: true }
  const found = await findTarget(name, context, `npm run bootstrap ${name}`, desk)
  if ('findings' in found) return found
  const { target } = found
  const revision = (await desk.git('rev-parse', 'HEAD'))?.trim()
  const planned = await planFor(target, revision ?? '0'.repeat(40), desk)
  if (!('plan' in planned)) return { ...planned, failed: true }
  const { plan } = planned
  const cluster = await desk.cluster(target.context)
  const { findings, notes } = await check(target, plan, cluster, desk)
  process.stderr.write(notes.map((note) => `${note}\n`).join(''))
  if (findings.length > 0) return { findings, notes: '' }
  const signal = stopOnSignal()
  try {
    if (!(await install(cluster, plan, target, signal))) return stopped
  } catch (error) {
    const fact = `refused: ${(error as Error).message}`
    return { findings: [{ at: { file: `context ${target.context}` }, fact, remedy: `mend this; ${again}` }] }
  }
  const look = () => lookAtWaves(cluster, plan.applications)
  if ((await follow(titles, look, signal)) === 'stopped') return stopped
  const at = (await look()).revision
  const other = at === revision ? '' : `, which is not the commit that stands here (${revision})`
  const todo = await remaining(cluster)
  const lines = todo.length > 0 ? ['', 'What a person still has to do:', ...todo.map((text) => `- ${text}`)] : []
  return { output: `${[`everything of ${name} runs, as of ${at}${other}`, ...lines].join('\n')}\n` }
}

const stopped: Outcome = { notes: `stopped looking; the cluster goes on by itself, and ${again}\n`, failed: true }

async function check(
  target: Target,
  plan: Plan,
  cluster: Cluster,
  { git }: Desk,
): Promise<{ findings: Finding[]; notes: string[] }> {
  const committed = await notInRepository(target, git)
  const checked = await checkCluster(cluster, plan, target).catch((error: unknown) => ({
    findings: [notReached(target.context, error)],
    notes: [],
  }))
  return {
    findings: [...placeholders(plan, target), ...committed.findings, ...checked.findings],
    notes: [...committed.notes, ...checked.notes],
  }
}

/** Argo CD and its settings, then, once it runs, the projects, and last the root, which makes everything else. */
async function install(
  cluster: Cluster,
  { install, projects, applications }: Plan,
  { root, facts }: Target,
  signal: AbortSignal,
): Promise<boolean> {
  process.stderr.write('applying Argo CD …\n')
  await cluster.apply(install)
  if ((await follow(argocdTitles, () => lookAtArgocd(cluster, install), signal)) === 'stopped') return false
  const path = rootPath.replace('applications/root', 'appprojects/')
  const asLive = projects.map(async (project) => asTheRoot(project, await cluster.get(path + project.metadata.name)))
  await cluster.apply(await Promise.all(asLive), argocdManager)
  await cluster.apply([root])
  process.stderr.write('Argo CD runs, and its root is there; now git decides …\n')
  process.stderr.write(waitsForAPerson(applications, facts.environment))
  return true
}
