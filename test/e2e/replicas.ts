import { setTimeout } from 'node:timers/promises'
import { namespace } from './platform.ts'
import type { Rig } from './rig/rig.ts'

export interface ReplicasSeen {
  /** Each number that the Deployment wanted, in order, without repetitions. */
  readonly wanted: readonly number[]
  /** Ends the watch and gives the numbers; fails if the watch broke. */
  end(): Promise<readonly number[]>
}

/** Takes a service, watches what its Deployment wants; the Deployment may come later. */
export async function watchReplicas(rig: Rig, service: string): Promise<ReplicasSeen> {
  const wanted: number[] = []
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments?fieldSelector=metadata.name%3D${service}`
  const stop = await rig.api.watch(path, ({ type, object }) => {
    if (type !== 'DELETED' && wanted.at(-1) !== object.spec.replicas) wanted.push(object.spec.replicas)
  })
  return {
    wanted,
    end: async () => {
      // The last events are on their way.
      await setTimeout(300)
      await stop()
      return wanted
    },
  }
}
