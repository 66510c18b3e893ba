import { setTimeout } from 'node:timers/promises'
import { namespace } from './platform.ts'
import type { Json } from './rig/api.ts'
import type { Rig } from './rig/rig.ts'

/** What traffic could be sent to, at every moment of a watch. */
export interface EndpointsSeen {
  /** The number of ready endpoints after each event, the one at the start first. */
  readonly counts: readonly number[]
  /** Ends the watch and gives the fewest ready endpoints there were; fails if the watch broke or had no event. */
  fewest(): Promise<number>
}

/** Takes a service, watches its EndpointSlices: no state that the API server ever showed to a load balancer is missed. */
export async function watchEndpoints(rig: Rig, service: string): Promise<EndpointsSeen> {
  const slices = new Map<string, number>()
  const counts: number[] = []
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${service}`
  const stop = await rig.api.watch(path, ({ type, object }) => {
    if (type === 'DELETED') slices.delete(object.metadata.name)
    else slices.set(object.metadata.name, readyIn(object))
    counts.push([...slices.values()].reduce((sum, count) => sum + count, 0))
  })
  return {
    counts,
    fewest: async () => {
      // The last events are on their way.
      await setTimeout(300)
      await stop()
      if (!counts.length) throw new Error(`EndpointSlices of ${service}  there are none`)
      return Math.min(...counts)
    },
  }
}

function readyIn(slice: Json): number {
  const endpoints: Json[] = slice.endpoints ?? []
  return endpoints.filter(({ conditions }) => conditions.ready && conditions.serving && !conditions.terminating).length
}
