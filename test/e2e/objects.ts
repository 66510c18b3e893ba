import { namespace } from './platform.ts'
import type { Json } from './rig/api.ts'
import type { Rig } from './rig/rig.ts'

const kinds = [
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/replicasets',
  '/apis/autoscaling/v2/horizontalpodautoscalers',
  '/apis/policy/v1/poddisruptionbudgets',
  '/api/v1/services',
  '/api/v1/serviceaccounts',
  '/api/v1/configmaps',
  '/api/v1/pods',
  '/apis/secrets.hashicorp.com/v1beta1/vaultauths',
  '/apis/secrets.hashicorp.com/v1beta1/vaultdynamicsecrets',
  '/apis/secrets.hashicorp.com/v1beta1/vaultstaticsecrets',
]

/** Gives every object of the services as «kind name» → what is asked for, its generation and its identity; nothing of how it fares. */
export async function askedFor(rig: Rig): Promise<Map<string, Json>> {
  const asked = new Map<string, Json>()
  for (const kind of kinds) {
    const [, group, plural] = /^(.*)\/([a-z]+)$/.exec(kind)!
    const { items } = await rig.api.get(`${group}/namespaces/${namespace}/${plural}`)
    for (const { status, metadata, ...rest } of items) {
      const { resourceVersion, managedFields, ...identity } = metadata
      const restarts = status?.containerStatuses?.map((container: Json) => container.restartCount)
      // Where nobody reports a status, each version is a change of what is asked for.
      const version = status && Object.keys(status).length && plural !== 'services' ? {} : { resourceVersion }
      asked.set(`${plural} ${metadata.name}`, { ...rest, metadata: identity, restarts, ...version })
    }
  }
  return asked
}

/** Takes what was asked for before and after, gives the names of what came, went or changed. */
export function changed(before: Map<string, Json>, after: Map<string, Json>): string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name))).sort()
}
