import { computedConfigMap } from '../computed/config-map.ts'
import { clashes, databaseLines } from '../computed/databases.ts'
import { computedSchema } from '../computed/computed-schema.ts'
import type { Expansion, KubernetesObject, Surroundings } from '../kind.ts'

export const schema = computedSchema(
  'Databases',
  'A ConfigMap with the databases of all services beside it, for the Jobs that make them and the logins to them.',
)

export const expand = (object: KubernetesObject, surroundings: Surroundings): Expansion =>
  computedConfigMap(object, surroundings, (needs) => ({ databases: databaseLines(needs) }), clashes)
