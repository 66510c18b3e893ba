import type { KubernetesObject } from '../../plugin/kind.ts'
import type { Cluster, Json } from '../edge/cluster.ts'
import type { Line } from '../table.ts'

export const titles = ['ARGO CD', 'READY']

/** Takes a cluster and what installs Argo CD, returns how far its servers are, with what keeps their pods. */
export async function lookAtArgocd(
  cluster: Cluster,
  install: readonly KubernetesObject[],
): Promise<{ lines: Line[]; isDone: boolean }> {
  const wanted = install.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
  const pods: Json[] = (await cluster.get('/api/v1/namespaces/argocd/pods'))?.items ?? []
  const seen = await Promise.all(
    wanted.map(async ({ kind, metadata }) => {
      const path = `/apis/apps/v1/namespaces/argocd/${kind.toLowerCase()}s/${metadata.name}`
      const object = await cluster.get(path)
      const isReady = object !== undefined && isRolledOut(object)
      const count = `${object?.status?.readyReplicas ?? 0}/${object?.spec?.replicas ?? 1}`
      const message = isReady ? '' : waiting(pods.filter((pod) => belongs(pod, metadata.name)))
      return { line: { cells: [metadata.name, count], message }, isReady }
    }),
  )
  // The kinds are served a moment after their definitions are there.
  const isServed = (await cluster.get('/apis/argoproj.io/v1alpha1')) !== undefined
  return { lines: seen.map(({ line }) => line), isDone: isServed && seen.every(({ isReady }) => isReady) }
}

function isRolledOut({ kind, metadata, spec, status = {} }: Json): boolean {
  const replicas = spec.replicas ?? 1
  const isObserved = (status.observedGeneration ?? 0) >= metadata.generation
  const isOne = kind === 'StatefulSet' ? status.currentRevision === status.updateRevision : status.replicas === replicas
  return isObserved && isOne && status.updatedReplicas === replicas && status.availableReplicas === replicas
}

const belongs = ({ metadata }: Json, name: string): boolean => metadata.labels?.['app.kubernetes.io/name'] === name

/** What the kubelet or the scheduler says of the pods that are not ready. */
function waiting(pods: readonly Json[]): string {
  const said = pods.flatMap(({ status = {} }) => {
    const containers: Json[] = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
    const held = containers.flatMap(({ name, state }) =>
      state?.waiting?.message ? [`${name}: ${state.waiting.reason}: ${state.waiting.message}`] : [],
    )
    const unplaced = (status.conditions ?? []).filter(({ reason }: Json) => reason === 'Unschedulable')
    return [...held, ...unplaced.map(({ message }: Json) => `not placed: ${message}`)]
  })
  return [...new Set(said)].join('\n')
}
