import { describe } from 'vitest'
import { all, append, change, checkRefuses, committed, definition, write } from './harness.ts'

const vault = 'base/infra/vault/stateful-set.yaml'
const overlay = 'overlays/prod/infra/vault'
const postgres = 'base/infra/postgres/stateful-set.yaml'
/** Has the waves checked too. */
const withWaves = change('apps/infra.yaml', 'foundation: {}', 'foundation: {}')

describe('a store', () => {
  checkRefuses(
    'of two members that elect a leader',
    change(vault, 'replicas: 3', 'replicas: 2'),
    `${overlay}  StatefulSet/vault: 2 members bear the loss of no more than 1 do, since most of all have to agree`,
    '  write an odd number: 3, or 1 where it may be away',
  )
  checkRefuses(
    'on disks of a class that nobody brings',
    change(postgres, 'storageClassName: fast-ssd', 'storageClassName: fast-sdd'),
    'overlays/prod/infra/postgres  StatefulSet/postgres postgres-data: no component brings a storage class fast-sdd',
    '  write one of fast-ssd',
  )
  checkRefuses(
    'on a smaller volume',
    committed(withWaves, change(postgres, 'storage: 200Gi', 'storage: 100Gi')),
    `${postgres}:137:3  spec.volumeClaimTemplates of StatefulSet postgres was another, and can never change in a cluster`,
    '  put it back; to grow a volume, change its PersistentVolumeClaim, and no volume can shrink',
  )
  checkRefuses(
    'that a KMS unseals, without its key',
    append(`${overlay}/kustomization.yaml`, 'components:\n  - ../../../../base/infra/vault/awskms\n'),
    `${overlay}  StatefulSet/vault needs a ConfigMap vault-kms, and no component makes it`,
    `  add it to ${overlay}, as under configMapGenerator, or mark it as optional`,
  )
})

describe('a database', () => {
  checkRefuses(
    'that PostgreSQL has itself',
    all(withWaves, change(definition('iam'), '{ name: platform_kernel }', '{ name: postgres }')),
    `${definition('iam')}:19:21  postgres is a database of PostgreSQL itself`,
    '  write another name, as platform_iam',
  )
})

describe('what is computed from the services', () => {
  const file = 'overlays/prod/infra/postgres-databases/kustomization.yaml'
  checkRefuses(
    'without the services',
    write(file, 'resources:\n  - ../../../../base/infra/postgres-databases\n'),
    'base/infra/postgres-databases/databases.yaml:3:7  there is no ServiceDefinition to compute it from',
    "  list the environment's services beside it, under resources: ../../services",
  )
})
