import type { Expansion, Surroundings } from '../kind.ts'
import type { Cluster } from '../kinds/cluster.ts'
import { lastStep } from './order.ts'
import { validWaves } from './valid.ts'

/**
 * Takes a cluster with its waves, returns what tells the commit that has gone through them. It comes in the last step, so that a
 * sync of the root ends when every earlier step is done with the commit, also where nothing of the last step changes.
 */
export async function expandCluster(_: Cluster, { objects, revision }: Surroundings): Promise<Expansion> {
  const step = lastStep((await validWaves(objects)) ?? [])
  // What is wrong with the waves, or with the commit, is refused there.
  if (step === undefined || revision === undefined) return { objects: [] }
  const annotations = { 'argocd.argoproj.io/sync-wave': String(step) }
  return {
    objects: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'deployed', namespace: 'argocd', annotations },
        data: { commit: revision },
      },
    ],
  }
}
