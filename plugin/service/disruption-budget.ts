import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js'
import type { ServiceDefinition } from '../kinds/service-definition.ts'
import type { KubernetesObject } from '../kind.ts'
import { selectorLabels, serviceObject } from './names.ts'

/** Takes a definition, returns the budget that lets a node drain take one replica at a time, also one that is not ready. */
export function disruptionBudget(definition: ServiceDefinition): KubernetesObject & PodDisruptionBudget {
  return serviceObject(definition, 'policy/v1', 'PodDisruptionBudget', definition.metadata.name, {
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: selectorLabels(definition) },
    },
  }) as KubernetesObject & PodDisruptionBudget
}
