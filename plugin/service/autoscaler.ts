import type { HorizontalPodAutoscaler, MetricSpec } from 'kubernetes-types/autoscaling/v2.js'
import type { ServiceDefinition } from '../kinds/service-definition.ts'
import type { KubernetesObject } from '../kind.ts'
import { serviceObject } from './names.ts'

type Autoscaling = NonNullable<ServiceDefinition['spec']['autoscaling']>

/** Takes a definition and its autoscaling, returns the autoscaler, which measures the app's container and no sidecar. */
export function autoscaler(
  definition: ServiceDefinition,
  { minReplicas, maxReplicas, averageUtilization }: Autoscaling,
): KubernetesObject & HorizontalPodAutoscaler {
  const { name } = definition.metadata
  const metric = (resource: 'cpu' | 'memory'): MetricSpec[] => {
    const percent = averageUtilization[resource]
    if (percent === undefined) return []
    const target = { type: 'Utilization', averageUtilization: percent }
    return [{ type: 'ContainerResource', containerResource: { name: resource, container: name, target } }]
  }
  return serviceObject(definition, 'autoscaling/v2', 'HorizontalPodAutoscaler', name, {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas,
      maxReplicas,
      metrics: [...metric('cpu'), ...metric('memory')],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Percent', value: 25, periodSeconds: 60 }] },
      },
    },
  }) as KubernetesObject & HorizontalPodAutoscaler
}
