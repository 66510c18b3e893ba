import type { Service } from 'kubernetes-types/core/v1.js'
import type { ServiceDefinition } from '../kinds/service-definition.ts'
import type { KubernetesObject } from '../kind.ts'
import { selectorLabels, serviceObject } from './names.ts'
import { portsOf } from './ports.ts'

/** Takes a definition, returns the Service under which its ports are reached by name. */
export function networkService(definition: ServiceDefinition): KubernetesObject & Service {
  return serviceObject(definition, 'v1', 'Service', definition.metadata.name, {
    spec: {
      selector: selectorLabels(definition),
      ports: portsOf(definition.spec).map(({ name, port, appProtocol }) => ({
        name,
        port,
        targetPort: name,
        appProtocol,
      })),
    },
  }) as KubernetesObject & Service
}
