import { computedConfigMap } from '../computed/config-map.ts'
import { computedSchema } from '../computed/computed-schema.ts'
import { vaultRoles } from '../computed/vault-roles.ts'
import type { Expansion, KubernetesObject, Surroundings } from '../kind.ts'

export const schema = computedSchema(
  'VaultRoles',
  'A ConfigMap with the Vault role and policy of each service beside it that uses Vault, for the Job that writes them.',
)

export const expand = (object: KubernetesObject, surroundings: Surroundings): Expansion =>
  computedConfigMap(object, surroundings, vaultRoles)
