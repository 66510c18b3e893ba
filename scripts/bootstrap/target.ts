import { parse } from 'yaml'
import type { Finding } from '../../plugin/finding.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'
import type { Cluster as Facts } from '../../plugin/kinds/cluster.ts'
import { allowedInstead } from '../../plugin/nearest.ts'
import type { Desk } from '../command.ts'

/** An Application as git or a cluster has it. */
export interface Application extends KubernetesObject {
  readonly spec: {
    readonly source: { readonly repoURL: string; readonly path?: string; readonly targetRevision?: string }
    readonly destination: { readonly namespace: string }
    readonly syncPolicy?: { readonly automated?: object }
  }
}

/** A cluster of the tree, and the context by which a person says where it is. */
export interface Target {
  readonly name: string
  readonly context: string
  readonly facts: Facts['spec']
  /** Its root, as the tree has it. */
  readonly root: Application
}

/**
 * Takes a cluster's name, maybe a context and the command as typed so far, returns what they name; refuses a cluster that the
 * tree has not, and a context that is not said: the current one may be that of another cluster.
 */
export async function findTarget(
  name: string,
  context: string | undefined,
  typed: string,
  { files, contexts }: Pick<Desk, 'files' | 'contexts'>,
): Promise<{ target: Target } | { findings: Finding[] }> {
  const findings: Finding[] = []
  const known = files.list('clusters').filter((cluster) => files.kind(`clusters/${cluster}`) === 'folder')
  if (!known.includes(name)) {
    const fact = `there is no clusters/${name}`
    findings.push({ at: { file: name || "''" }, fact, remedy: allowedInstead(name, known) })
  }
  const wrong = await wrongContext(context, typed, contexts)
  if (wrong) findings.push(wrong)
  if (findings.length > 0) return { findings }
  const read = (file: string): unknown => parse(files.read(`clusters/${name}/${file}`) ?? '')
  const { spec: facts } = read('cluster.yaml') as Facts
  return { target: { name, context: context!, facts, root: read('root.yaml') as Application } }
}

/** Takes a context and why its cluster did not answer, returns that as a finding. */
export const notReached = (context: string, error: unknown): Finding => ({
  at: { file: `context ${context}` },
  fact: `does not answer: ${(error as Error).message}`,
  remedy: `kubectl --context ${context} get nodes should tell the same; a new login or a VPN may be due`,
})

async function wrongContext(
  context: string | undefined,
  typed: string,
  contexts: Desk['contexts'],
): Promise<Finding | undefined> {
  let found
  try {
    found = await contexts()
  } catch (error) {
    const fact = `cannot be read: ${(error as Error).message}`
    return { at: { file: 'kubeconfig' }, fact, remedy: 'correct it, or name another with KUBECONFIG' }
  }
  const { names, current } = found
  if (names.length === 0) {
    const remedy = 'get one from who runs the cluster, and name its file with KUBECONFIG'
    return { at: { file: 'kubeconfig' }, fact: 'has no context', remedy }
  }
  if (context === undefined) {
    const list = names.map((name) => (name === current ? `${name} (the current one)` : name)).join(', ')
    return { at: { file: typed }, fact: `names no context; there are ${list}`, remedy: `write: ${typed} <context>` }
  }
  if (names.includes(context)) return undefined
  return {
    at: { file: context || "''" },
    fact: 'the kubeconfig has no such context',
    remedy: allowedInstead(context, names),
  }
}
