import type { KubernetesObject } from '../kind.ts'
import type { ServiceDefinition } from '../kinds/service-definition.ts'

/** What a service needs of the stores; its pin and all else of it makes nothing there. */
export interface Needs {
  readonly service: string
  readonly namespace: string
  readonly database: ServiceDefinition['spec']['database']
  readonly secrets: ServiceDefinition['spec']['secrets']
  readonly vault: ServiceDefinition['spec']['vault']
}

/** Takes an object of a build, returns whether it is of a kind that is computed from all definitions beside it. */
export const isComputed = ({ kind }: Pick<KubernetesObject, 'kind'>): boolean =>
  kind === 'Databases' || kind === 'VaultRoles'

/** Takes objects of a build, returns what the definitions among them need, in the order of their names. */
export const needsIn = (objects: readonly KubernetesObject[]): Needs[] =>
  (objects.filter(({ kind }) => kind === 'ServiceDefinition') as unknown as ServiceDefinition[])
    .map(({ metadata, spec }) => ({
      service: metadata.name,
      namespace: metadata.namespace,
      database: spec?.database,
      secrets: spec?.secrets,
      vault: spec?.vault,
    }))
    .toSorted((one, other) => (one.service < other.service ? -1 : 1))
