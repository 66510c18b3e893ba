import type { Finding } from '../../plugin/finding.ts'
import { demands, sum } from '../capacity/demand.ts'
import type { Cluster } from '../edge/cluster.ts'
import { placesFor } from './nodes.ts'
import { occupied } from './occupied.ts'
import type { Plan } from './plan.ts'
import { missingRights } from './rights.ts'
import type { Target } from './target.ts'

/** The version that the platform is written for, and its objects are checked against. */
const supported = '1.36'

/** Takes a cluster, what is to run there and its target, returns everything in it that stands against it; writes nothing, and throws a sentence when it is not reached. */
export async function checkCluster(
  cluster: Cluster,
  plan: Plan,
  target: Target,
): Promise<{ findings: Finding[]; notes: string[] }> {
  const at = { file: `context ${target.context}` }
  const version = await cluster.get('/version')
  const findings: Finding[] = []
  const running = `${version?.major}.${/^\d*/.exec(version?.minor ?? '')?.[0]}`
  if (running !== supported)
    findings.push({
      at,
      fact: `runs Kubernetes ${version?.gitVersion ?? 'of no known version'}`,
      remedy: `${supported} is supported: upgrade the cluster, or name another context`,
    })
  const forbidden = await missingRights(cluster, at)
  // Without rights there is nothing more to see.
  if (forbidden.length > 0) return { findings: [...findings, ...forbidden], notes: [] }
  const { items } = (await cluster.get('/api/v1/nodes')) ?? { items: [] }
  const all = [...plan.renders.values()].flatMap((objects) => demands(objects))
  const stateless = all.filter(({ nodeType }) => nodeType === 'stateless')
  const asked = sum(stateless.flatMap(({ fewest, requests }) => Array.from({ length: fewest }, () => requests)))
  findings.push(
    ...placesFor(target.facts.environment, items, asked, at),
    ...(await missingNamespaces(cluster, plan, at)),
  )
  const there = await occupied(cluster, plan, target, at)
  const classes = await storage(cluster, plan, at)
  return {
    findings: [...findings, ...there.findings, ...classes.findings],
    notes: [...there.notes, ...classes.notes],
  }
}

/** Argo CD creates none but those of charts, so that each has the Pod Security and quotas that git says. */
async function missingNamespaces(
  cluster: Cluster,
  { applications, renders }: Plan,
  at: Finding['at'],
): Promise<Finding[]> {
  const brought = [...renders.values()].flat().filter(({ kind }) => kind === 'Namespace')
  const folders = applications.filter(({ spec }) => spec.source.path !== undefined)
  const used = new Set(folders.map(({ spec }) => spec.destination.namespace))
  const wanted = [...used].filter((name) => !brought.some(({ metadata }) => metadata.name === name))
  const found = await Promise.all(wanted.map((name) => cluster.get(`/api/v1/namespaces/${name}`)))
  const missing = wanted.filter((_, index) => found[index] === undefined)
  if (missing.length === 0) return []
  const fact = `has no namespace ${missing.join(', ')}, and no component brings it`
  return [{ at, fact, remedy: missing.map((name) => `kubectl create namespace ${name}`).join('; ') }]
}

/** The class that the data stores will ask for; the component foundation brings it. */
async function storage(
  cluster: Cluster,
  { applications }: Plan,
  at: Finding['at'],
): Promise<{ findings: Finding[]; notes: string[] }> {
  const infra = applications.filter(({ metadata }) => metadata.labels?.['platform.septemcore.com/wave'] === 'infra')
  if (infra.some(({ metadata }) => metadata.name === 'foundation')) return { findings: [], notes: [] }
  if (await cluster.get('/apis/storage.k8s.io/v1/storageclasses/fast-ssd')) return { findings: [], notes: [] }
  const fact = 'has no storage class fast-ssd'
  if (infra.length === 0) return { findings: [], notes: [`${fact}: nothing asks for it yet, data stores will`] }
  const remedy = 'make one: volumes bound when a pod needs them, that can grow, and are retained'
  return { findings: [{ at, fact, remedy }], notes: [] }
}
