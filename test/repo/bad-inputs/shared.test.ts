import { describe } from 'vitest'
import { append, change, checkRefuses, refuses, remove, rename, rendered, write } from './harness.ts'

const prod = 'overlays/prod/shared/service-definition.yaml'
const base = 'base/shared/service-definition.yaml'
const prodList = 'overlays/prod/shared/kustomization.yaml'
const baseList = 'base/shared/kustomization.yaml'
const inIam = (edit: Parameters<typeof rendered>[1]) => rendered('overlays/prod/services/iam', edit)

describe('the patch that all services share', () => {
  refuses(
    'has no target',
    inIam(change(prodList, '\n    target: { kind: ServiceDefinition }', '')),
    'overlays/prod/shared/kustomization.yaml:6:5  names no target, so it would reach one service only',
    '  add target: { kind: ServiceDefinition }',
  )
  refuses(
    'targets one service',
    inIam(change(prodList, '{ kind: ServiceDefinition }', '{ kind: ServiceDefinition, name: iam }')),
    'overlays/prod/shared/kustomization.yaml:6:5  targets iam alone',
    '  patch it in the overlay of iam',
  )
  refuses(
    'targets the Deployment',
    inIam(change(prodList, '{ kind: ServiceDefinition }', '{ kind: Deployment }')),
    'overlays/prod/shared/kustomization.yaml:6:5  targets Deployment, which is not there yet when Kustomize runs',
    '  patch the ServiceDefinition; what it cannot say goes into its spec.patches',
    'overlays/prod/shared/service-definition.yaml:8:11  environment.name is missing',
    '  add name: Name of the environment, as in overlays/<env>.',
  )
  refuses(
    'is not there',
    inIam(remove(prod)),
    'overlays/prod/shared/kustomization.yaml:6:11  overlays/prod/shared/service-definition.yaml does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'is empty',
    inIam(write(prod, '')),
    'overlays/prod/shared/service-definition.yaml  holds no object',
    '  write one, or delete the file and the line that lists it',
    'base/shared/service-definition.yaml:15:3  environment.name is missing',
    '  add name: Name of the environment, as in overlays/<env>.',
  )
  refuses(
    'is broken YAML',
    inIam(change(prod, '    name: prod', '    name: prod: eu')),
    'overlays/prod/shared/service-definition.yaml:8:11  is not valid YAML: Nested mappings are not allowed in compact mappings',
    '  indent the entries of one map alike, and quote a value that holds a colon and a blank',
  )
  refuses(
    'has a slip in environment',
    inIam(change(prod, '  environment:', '  enviroment:')),
    'overlays/prod/shared/service-definition.yaml:7:3  unknown field enviroment',
    '  did you mean environment?',
    'base/shared/service-definition.yaml:15:3  environment.name is missing',
    '  add name: Name of the environment, as in overlays/<env>.',
  )
  refuses(
    'has no name of the environment',
    inIam(change(prod, '    name: prod\n', '')),
    'base/shared/service-definition.yaml:15:3  environment.name is missing',
    '  add name: Name of the environment, as in overlays/<env>.',
  )
  refuses(
    'has an empty name of the environment',
    inIam(change(prod, 'name: prod', "name: ''")),
    'overlays/prod/shared/service-definition.yaml:8:5  name is empty',
    '  fill it in (Name of the environment, as in overlays/<env>.)',
  )
  refuses(
    'has a store without address',
    inIam(
      change(
        prod,
        "debezium: { external: true, address: 'http://debezium.platform-external.svc.cluster.local:8083' }",
        'debezium: { external: true }',
      ),
    ),
    'overlays/prod/shared/service-definition.yaml:12:7  environment.stores.debezium.address is missing',
    '  add address',
  )
  refuses(
    'has a store that is only its address',
    inIam(
      change(
        prod,
        "debezium: { external: true, address: 'http://debezium.platform-external.svc.cluster.local:8083' }",
        "debezium: 'http://debezium:8083'",
      ),
    ),
    'overlays/prod/shared/service-definition.yaml:12:17  debezium is "http://debezium:8083", not a map',
    '  write a map: {} or indented names with a colon',
  )
  refuses(
    'has a store with a name in upper case',
    inIam(change(prod, 'debezium: {', 'Debezium: {')),
    'overlays/prod/shared/service-definition.yaml:12:7  Debezium cannot be a name here',
    '  write at most 40 of a-z, 0-9 and dashes, a letter first',
  )
  refuses(
    'gives two stores one variable',
    inIam(change(prod, '        env: OTEL_EXPORTER_OTLP_ENDPOINT', '        env: KAFKA_BROKERS')),
    'overlays/prod/shared/service-definition.yaml:16:14  KAFKA_BROKERS is set twice, here and by spec.environment.stores.kafka.env',
    '  remove one of the two',
  )
  refuses(
    'has requireDigests in quotes',
    inIam(change(prod, '    name: prod\n', "    name: prod\n    requireDigests: 'true'\n")),
    'overlays/prod/shared/service-definition.yaml:9:21  requireDigests is "true", not true or false',
    '  write true or false, without quotes (Whether a pin needs a digest beside the SHA.)',
  )
  refuses(
    'sets an image for all',
    rendered(
      'overlays/prod/services/notify',
      change(prod, 'spec:\n', 'spec:\n  image: ghcr.io/septemcore/platform-kernel/iam\n'),
    ),
    'overlays/prod/services/notify/kustomization.yaml:6:5  ghcr.io/septemcore/platform-kernel/notify is no image of notify, so this pin does nothing',
    '  write name: ghcr.io/septemcore/platform-kernel/iam, or correct spec.image of the definition',
  )
  refuses(
    'sets replicas for all, beside the autoscaling of some',
    inIam(change(prod, 'spec:\n', 'spec:\n  replicas: 2\n')),
    'overlays/prod/shared/service-definition.yaml:7:13  replicas is set beside autoscaling, and the two would fight',
    '  remove one of the two; in an overlay, null removes a field: autoscaling: null',
  )
  refuses(
    'takes a variable that a service sets',
    rendered(
      'overlays/prod/services/gateway',
      change(prod, '        env: OTEL_EXPORTER_OTLP_ENDPOINT', '        env: FEATURE_FLAGS_URL'),
    ),
    'overlays/prod/shared/service-definition.yaml:16:14  FEATURE_FLAGS_URL is set twice, here and by spec.stores.feature-flags.env',
    '  remove one of the two',
  )
  refuses(
    'speaks to Vault without TLS',
    inIam(change(base, 'address: https://vault', 'address: http://vault')),
    'base/shared/service-definition.yaml:17:16  address is http://vault.platform-infra.svc.cluster.local:8200',
    '  write an address that begins with https://',
  )
  refuses(
    'has a secret that is its value',
    inIam(change(base, 'VALKEY_PASSWORD: { path: platform/valkey, key: password }', 'VALKEY_PASSWORD: hunter2')),
    'base/shared/service-definition.yaml:11:22  VALKEY_PASSWORD is a value, not a map',
    '  write { path: <path in Vault>, key: <key> }, and rotate a secret that stood here: git keeps it',
  )
  refuses(
    'has a value that is true',
    inIam(change(base, "LOG_JSON: 'true'", 'LOG_JSON: true')),
    'base/shared/service-definition.yaml:8:15  LOG_JSON is true, not text',
    '  put quotes around it',
  )
  refuses(
    'has nothing after a variable',
    inIam(change(base, 'LOG_LEVEL: info', 'LOG_LEVEL:')),
    'base/shared/service-definition.yaml:9:5  LOG_LEVEL is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or null to remove LOG_LEVEL from what is merged',
  )
  refuses(
    'takes away the environment',
    inIam(
      write(
        prod,
        'apiVersion: platform.septemcore.com/v1alpha1\nkind: ServiceDefinition\nmetadata:\n  name: every-service\nspec:\n  environment: null\n',
      ),
    ),
    'overlays/prod/shared/service-definition.yaml:6:16  environment is missing',
    '  add environment: Facts of the environment, said once in overlays/<env>/shared.',
  )
  checkRefuses(
    'has a word that YAML reads as true',
    change(base, "LOG_JSON: 'true'", 'LOG_JSON: on'),
    'base/shared/service-definition.yaml:8:15  on is read as true',
    '  write true, or quote it: "on"',
    'base/shared/service-definition.yaml:8:15  LOG_JSON is true, not text',
    '  put quotes around it',
  )
})

describe('the folder that all services share', () => {
  refuses(
    'is no Component',
    inIam(change(prodList, 'kind: Component', 'kind: Kustomization')),
    'overlays/prod/services/iam/kustomization.yaml:4:5  overlays/prod/shared is no Component',
    '  list it under resources',
  )
  refuses(
    'has a slip in its kind',
    inIam(change(prodList, 'kind: Component', 'kind: Componet')),
    'overlays/prod/services/iam/kustomization.yaml:4:5  overlays/prod/shared is no Component',
    '  list it under resources',
  )
  refuses(
    'does not name that of the base',
    inIam(change(prodList, 'components:\n  - ../../../base/shared\n', '')),
    'overlays/prod/shared/service-definition.yaml:7:3  environment.vault is missing',
    '  add vault',
  )
  refuses(
    'names that of another environment',
    inIam(change(prodList, '../../../base/shared', '../../staging/shared')),
    'overlays/prod/shared/kustomization.yaml:4:5  overlays/staging/shared belongs to staging',
    '  name a folder of overlays/prod or of base',
  )
  refuses(
    'holds a resource',
    inIam(append(prodList, 'resources:\n  - config-map.yaml\n')),
    'overlays/prod/shared/kustomization.yaml:8:1  resources has no effect in what all services share',
    '  list it in the overlay of the service',
    'overlays/prod/shared/kustomization.yaml:9:5  overlays/prod/shared/config-map.yaml does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'sets labels',
    inIam(append(prodList, 'labels:\n  - pairs: { env: prod }\n')),
    'overlays/prod/shared/kustomization.yaml:8:1  labels has no effect in what all services share',
    '  set metadata.labels of the definition by a patch',
  )
  refuses(
    'has another name',
    inIam(rename('overlays/prod/shared', 'overlays/prod/common')),
    'overlays/prod/services/iam/kustomization.yaml:4:5  overlays/prod/shared does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'of the base does not carry pins to definitions',
    inIam(change(baseList, 'configurations:\n  - image-fields.yaml\n', '')),
    'overlays/prod/services/iam/kustomization.yaml:7:13  ghcr.io/septemcore/platform-kernel/iam is not pinned',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'of the base has a file that is not there',
    inIam(remove('base/shared/image-fields.yaml')),
    'base/shared/kustomization.yaml:5:5  base/shared/image-fields.yaml does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'of the base carries pins to another field',
    inIam(change('base/shared/image-fields.yaml', 'spec/image', 'spec/images')),
    'overlays/prod/services/iam/kustomization.yaml:7:13  ghcr.io/septemcore/platform-kernel/iam is not pinned',
    '  npm run bump iam <sha> prod',
  )
})
