import type { Finding } from '../finding.ts'
import type { Expansion, KubernetesObject } from '../kind.ts'
import type { ServiceDefinition } from '../kinds/service-definition.ts'
import { autoscaler } from './autoscaler.ts'
import { contradictions } from './contradictions.ts'
import { defaults, deployment } from './deployment.ts'
import { disruptionBudget } from './disruption-budget.ts'
import { accountName, serviceObject } from './names.ts'
import { networkService } from './network-service.ts'
import { variables } from './variables.ts'
import { vaultProxyConfigMap } from './vault-proxy.ts'
import { vaultSecrets } from './vault-secrets.ts'

/** Takes a definition that fits its schema, returns the service's objects and the patches on them, or its contradictions. */
export function expandService(definition: ServiceDefinition): Expansion {
  const { spec, metadata } = definition
  const { env, findings: twice } = variables(definition)
  const findings: Finding[] = [...contradictions(definition), ...twice]
  if (findings.length > 0) return { findings }
  const fewest = spec.autoscaling?.minReplicas ?? spec.replicas ?? defaults.replicas
  const objects: KubernetesObject[] = [
    serviceObject(definition, 'v1', 'ServiceAccount', accountName(metadata.name), {
      automountServiceAccountToken: false,
    }),
    deployment(definition, env),
    networkService(definition),
    ...(spec.autoscaling ? [autoscaler(definition, spec.autoscaling)] : []),
    // At one replica a budget would only make every node drain wait for ever.
    ...(fewest > 1 ? [disruptionBudget(definition)] : []),
    ...(spec.vault ? [vaultProxyConfigMap(definition)] : []),
    ...vaultSecrets(definition),
  ]
  const patches = Object.entries(spec.patches ?? {}).map(([name, { target, patch }]) => ({
    at: ['spec', 'patches', name],
    target,
    patch,
  }))
  return { objects, patches }
}
