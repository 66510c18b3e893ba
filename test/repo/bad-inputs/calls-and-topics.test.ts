import { describe } from 'vitest'
import { all, change, checkRefuses, definition, refuses, rendered } from './harness.ts'

const notify = definition('notify')
const audit = definition('audit')
const calls = '    iam:\n      grpc: { env: IAM_GRPC_ADDR }'

describe('calls', () => {
  checkRefuses(
    'a service is called that does not exist',
    change(notify, calls, '    users:\n      grpc: { env: USERS_ADDR }'),
    'base/services/notify/definition.yaml:30:7  this environment runs no service users',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, iam, integration-hub, module-registry, money, notify (or optional: true, if the service works without it)',
  )
  checkRefuses(
    'a port is called that the other has not',
    change(notify, calls, '    iam:\n      admin: { env: IAM_ADDR, port: 9090 }'),
    'base/services/notify/definition.yaml:30:7  iam has no port admin',
    '  it has grpc (50050), http (8080)',
  )
  checkRefuses(
    'the number of a port is not what the other listens at',
    change(notify, calls, '    iam:\n      grpc: { env: IAM_GRPC_ADDR, port: 50051 }'),
    'base/services/notify/definition.yaml:30:7  iam listens for grpc at 50050, not at 50051',
    '  write port: 50050',
  )
  checkRefuses(
    'notify is called at 8080',
    change(definition('gateway'), 'http: { env: NOTIFY_URL, port: 8095 }', 'http: { env: NOTIFY_URL }'),
    'base/services/gateway/definition.yaml:50:7  notify listens for http at 8095, not at 8080',
    '  write port: 8095',
  )
  checkRefuses(
    'a call has nothing after its port',
    change(notify, calls, '    iam:\n      grpc:'),
    'base/services/notify/definition.yaml:30:7  grpc is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove grpc',
    'base/services/notify/definition.yaml:29:5  iam has no entries',
    '  add one, or remove iam',
  )
  refuses(
    'a service calls itself',
    change(notify, calls, '    notify:\n      http: { port: 8095 }'),
    'base/services/notify/definition.yaml:29:5  notify calls itself',
    '  remove the entry',
  )
  refuses(
    'calls are a list',
    change(notify, `  calls:\n${calls}`, '  calls: [iam]'),
    'base/services/notify/definition.yaml:28:3  calls is ["iam"], not a map',
    '  write a map, as iam: { http: { env: IAM_URL } } (Other services, then their ports, that this service calls.)',
  )
  refuses(
    'calls are one name',
    change(notify, `  calls:\n${calls}`, '  calls: iam'),
    'base/services/notify/definition.yaml:28:10  calls is "iam", not a map',
    '  write a map, as iam: { http: { env: IAM_URL } } (Other services, then their ports, that this service calls.)',
  )
  refuses(
    'a call names no port',
    change(notify, calls, '    iam: {}'),
    'base/services/notify/definition.yaml:29:5  iam has no entries',
    '  add one, or remove iam',
  )
  refuses(
    'a call has nothing after the service',
    change(notify, calls, '    iam:'),
    'base/services/notify/definition.yaml:29:5  iam is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove iam',
  )
  refuses(
    'a call has the variable beside the port',
    change(notify, calls, '    iam:\n      env: IAM_GRPC_ADDR'),
    'base/services/notify/definition.yaml:30:12  env is "IAM_GRPC_ADDR", not a map',
    '  write a map: {} or indented names with a colon',
  )
  refuses(
    'a call to a port of its own has no number',
    change(notify, calls, '    domain-resolver:\n      xds: {}'),
    'base/services/notify/definition.yaml:30:7  port xds has no number',
    '  add port: <number>, as domain-resolver has it',
  )
  refuses(
    'a call has a url',
    change(notify, calls, '    iam:\n      grpc: { url: iam:50050 }'),
    'base/services/notify/definition.yaml:30:15  unknown field url',
    '  allowed: env, optional, port',
  )
  refuses(
    'a call has a name in upper case',
    change(notify, calls, '    IAM:\n      grpc: {}'),
    'base/services/notify/definition.yaml:29:5  IAM cannot be a name here',
    '  write at most 40 of a-z, 0-9 and dashes, a letter first',
  )
  refuses(
    'optional is yes in quotes',
    change(notify, calls, "    iam:\n      grpc: { env: IAM_GRPC_ADDR, optional: 'yes' }"),
    'base/services/notify/definition.yaml:30:45  optional is "yes", not true or false',
    '  write true or false, without quotes (Whether the service works without the other one.)',
  )
  refuses(
    'two calls fill one variable',
    change(notify, calls, `${calls}\n    billing:\n      grpc: { env: IAM_GRPC_ADDR, optional: true }`),
    'base/services/notify/definition.yaml:30:20  IAM_GRPC_ADDR is set twice, here and by spec.calls.billing.grpc.env',
    '  remove one of the two',
  )
})

describe('topics', () => {
  const topics = '    publishes:\n      platform.notify.events: {}'
  refuses(
    'a topic has a blank',
    change(notify, topics, '    publishes:\n      platform notify events: {}'),
    'base/services/notify/definition.yaml:25:7  platform notify events cannot be a name here',
    '  write A-Z, a-z, 0-9, dots, dashes and _; * is any topic (Name of a Kafka topic.)',
  )
  refuses(
    'topics are a list',
    change(notify, topics, '    publishes:\n      - platform.notify.events'),
    'base/services/notify/definition.yaml:24:5  publishes is ["platform.notify.events"], not a map',
    '  write a map, as platform.orders.events: {}',
  )
  refuses(
    'publishes is misspelt',
    change(notify, topics, topics.replace('publishes', 'publish')),
    'base/services/notify/definition.yaml:24:5  unknown field publish',
    '  did you mean publishes?',
  )
  refuses(
    'partitions is in quotes',
    change(notify, topics, "    publishes:\n      platform.notify.events: { partitions: '6' }"),
    'base/services/notify/definition.yaml:25:45  partitions is "6", not a whole number',
    '  write a whole number, without quotes or unit (6 unless said. Said by one service per topic.)',
  )
  refuses(
    'retention is said in days',
    change(notify, topics, '    publishes:\n      platform.notify.events: { retentionDays: 7 }'),
    'base/services/notify/definition.yaml:25:33  unknown field retentionDays',
    '  did you mean retentionHours?',
  )
  refuses(
    'retentionHours carries its unit',
    change(notify, topics, '    publishes:\n      platform.notify.events: { retentionHours: 168h }'),
    'base/services/notify/definition.yaml:25:49  retentionHours is "168h", not a whole number',
    '  write a whole number, without quotes or unit (How long events are kept; 168 unless said. Said by one service per topic.)',
  )
  refuses(
    'a topic is only a number of partitions',
    change(notify, topics, '    publishes:\n      platform.notify.events: 6'),
    'base/services/notify/definition.yaml:25:31  platform.notify.events is 6, not a map',
    '  write a map: {} or indented names with a colon',
  )
  checkRefuses(
    'a topic has nothing after its name',
    change(notify, topics, '    publishes:\n      platform.notify.events:'),
    'base/services/notify/definition.yaml:25:7  platform.notify.events is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove platform.notify.events',
  )
  checkRefuses(
    'a topic is read that nobody writes',
    change(notify, '    consumes:\n      platform.auth.events', '    consumes:\n      platform.auth.event'),
    'base/services/notify/definition.yaml:27:7  no service of this environment publishes platform.auth.event',
    '  did you mean platform.auth.events?',
  )
  checkRefuses(
    'the settings of a topic are said twice',
    change(
      definition('iam'),
      'platform.auth.events: {}',
      'platform.auth.events: {}\n      platform.audit.events: { retentionHours: 24 }',
    ),
    'base/services/iam/definition.yaml:25:7  the settings of platform.audit.events are also in audit',
    '  keep them in one definition',
  )
  refuses(
    'the environment has no Kafka',
    rendered(
      'overlays/prod/services/notify',
      change(
        'base/shared/service-definition.yaml',
        "      kafka: { address: 'kafka.platform-infra.svc.cluster.local:9092', env: KAFKA_BROKERS }\n",
        '',
      ),
    ),
    'base/shared/service-definition.yaml:12:3  prod has no store kafka',
    '  add it to overlays/prod/shared',
  )
  checkRefuses(
    'the only service that writes a topic is taken out of the environment',
    all(change('overlays/prod/services/kustomization.yaml', '  - iam\n', ''), { file: audit, apply: () => undefined }),
    'overlays/prod/services/iam  is not listed in overlays/prod/services/kustomization.yaml',
    '  list it there, or delete the folder',
    'base/services/gateway/definition.yaml:33:7  this environment runs no service iam',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, integration-hub, module-registry, money, notify (or optional: true, if the service works without it)',
    'base/services/gateway/definition.yaml:32:7  this environment runs no service iam',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, integration-hub, module-registry, money, notify (or optional: true, if the service works without it)',
    'base/services/notify/definition.yaml:30:7  this environment runs no service iam',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, integration-hub, module-registry, money, notify (or optional: true, if the service works without it)',
    'base/services/gateway/definition.yaml:29:7  no service of this environment publishes platform.auth.events',
    '  did you mean platform.audit.events?',
    'base/services/notify/definition.yaml:27:7  no service of this environment publishes platform.auth.events',
    '  did you mean platform.audit.events?',
  )
})
