import type { Json } from '../rig/api.ts'
import type { Rig } from '../rig/rig.ts'
import { infra, services } from './tree.ts'

/** A state that the API server showed of an object; `at` is its resource version, which one etcd counts through all kinds. */
interface State {
  readonly at: number
  readonly object: Json
}

/** Everything that happens to the workloads of the platform. */
export interface Observed {
  /** When the component first carried this text, as Argo CD applied it. */
  changed(component: string, text: string): number | undefined
  /** When it had first rolled that text out; for a Job, when it was complete. */
  finished(component: string, text: string): number | undefined
  /** When the object of this name was deleted. */
  deleted(name: string): number | undefined
  stop(): Promise<void>
}

const kinds = [
  ['apps/v1', infra, 'deployments'],
  ['apps/v1', infra, 'statefulsets'],
  ['batch/v1', infra, 'jobs'],
  ['apps/v1', services, 'deployments'],
] as const

/** Watches Deployments, StatefulSets and Jobs of both namespaces, and ConfigMaps of infra, from now on. */
export async function observe(rig: Rig): Promise<Observed> {
  const states = new Map<string, State[]>()
  const gone = new Map<string, number>()
  const note = (kind: string) => (event: { type: string; object: Json }) => {
    const { metadata } = event.object
    if (event.type === 'DELETED') {
      gone.set(metadata.name, Number(metadata.resourceVersion))
      return
    }
    // Jobs end in the hash of their content.
    const name = kind === 'jobs' ? metadata.name.replace(/-[0-9a-f]{8}$/, '') : metadata.name
    states.set(name, [...(states.get(name) ?? []), { at: Number(metadata.resourceVersion), object: event.object }])
  }
  const stops = await Promise.all([
    ...kinds.map(([version, namespace, plural]) =>
      rig.api.watch(`/apis/${version}/namespaces/${namespace}/${plural}`, note(plural)),
    ),
    rig.api.watch(`/api/v1/namespaces/${infra}/configmaps`, note('configmaps')),
  ])
  const first = (component: string, holds: (object: Json) => boolean): number | undefined =>
    states.get(component)?.find(({ object }) => holds(object))?.at
  return {
    changed: (component, text) => first(component, (object) => carries(object, text)),
    finished: (component, text) => first(component, (object) => carries(object, text) && isFinished(object)),
    deleted: (name) => gone.get(name),
    stop: async () => void (await Promise.all(stops.map((stop) => stop()))),
  }
}

const carries = ({ data, spec }: Json, text: string): boolean =>
  data ? data.text === text : spec.template.spec.containers[0].image.includes(`:${text}`)

function isFinished({ data, metadata, spec, status }: Json): boolean {
  if (data) return true
  if (spec.backoffLimit !== undefined) return status.succeeded === 1
  const { replicas } = spec
  const isObserved = status.observedGeneration === metadata.generation
  const isRolledOut =
    spec.serviceName === undefined ? status.replicas === replicas : status.currentRevision === status.updateRevision
  return (
    isObserved &&
    isRolledOut &&
    status.updatedReplicas === replicas &&
    status.readyReplicas === replicas &&
    status.availableReplicas === replicas
  )
}
