import { describe } from 'vitest'
import { change, checkRefuses, definition, refuses } from './harness.ts'

const notify = definition('notify')
const billing = definition('billing')
const files = definition('files')
const key = 'STRIPE_SECRET_KEY: { path: platform/billing/stripe, key: secret-key }'

describe('stores', () => {
  const rabbit = 'rabbitmq: { env: RABBITMQ_URL }'
  refuses(
    'a store is called redis',
    change(notify, '    valkey: {}', '    redis: {}'),
    'base/services/notify/definition.yaml:21:5  prod has no store redis',
    '  allowed: clamav, clickhouse, debezium, feature-flags, kafka, otel-collector, postgres, rabbitmq, s3, valkey (or add it to overlays/prod/shared)',
  )
  refuses(
    'a store is misspelt',
    change(notify, rabbit, 'rabitmq: { env: RABBITMQ_URL }'),
    'base/services/notify/definition.yaml:22:5  prod has no store rabitmq',
    '  did you mean rabbitmq? (or add it to overlays/prod/shared)',
  )
  refuses(
    'stores are a list',
    change(notify, `    valkey: {}\n    ${rabbit}`, '    - valkey\n    - rabbitmq'),
    'base/services/notify/definition.yaml:20:3  stores is ["valkey","rabbitmq"], not a map',
    '  write a map, as valkey: {} (Stores the service uses, by the name the environment gives them.)',
  )
  refuses(
    'a store is its variable',
    change(notify, rabbit, 'rabbitmq: RABBITMQ_URL'),
    'base/services/notify/definition.yaml:22:15  rabbitmq is "RABBITMQ_URL", not a map',
    '  write a map: {} or indented names with a colon',
  )
  refuses(
    'a store has an address of its own',
    change(notify, rabbit, "rabbitmq: { address: 'rabbitmq:5672' }"),
    'base/services/notify/definition.yaml:22:17  unknown field address',
    '  allowed: env',
  )
  refuses(
    'a store has nothing after its name',
    change(notify, '    valkey: {}', '    valkey:'),
    'base/services/notify/definition.yaml:21:5  valkey is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove valkey',
  )
  refuses(
    'a store fills a variable that env sets',
    change(
      files,
      "    FILES_STAGING_TTL_HOURS: '24'",
      "    FILES_STAGING_TTL_HOURS: '24'\n    S3_ENDPOINT: http://s3:8333",
    ),
    'base/services/files/definition.yaml:28:16  S3_ENDPOINT is set twice, here and by spec.env.S3_ENDPOINT',
    '  remove one of the two',
  )
  refuses(
    'a store fills a variable that the environment sets for all',
    change(notify, rabbit, 'rabbitmq: { env: KAFKA_BROKERS }'),
    'base/services/notify/definition.yaml:22:22  KAFKA_BROKERS is set twice, here and by spec.environment.stores.kafka.env',
    '  remove one of the two',
  )
})

describe('variables', () => {
  const ttl = "FILES_STAGING_TTL_HOURS: '24'"
  refuses(
    'a value is a number',
    change(files, ttl, 'FILES_STAGING_TTL_HOURS: 24'),
    'base/services/files/definition.yaml:18:30  FILES_STAGING_TTL_HOURS is 24, not text',
    '  put quotes around it',
  )
  refuses(
    'a value is a fraction that loses a digit',
    change(files, ttl, 'FILES_STAGING_TTL_HOURS: 1.10'),
    'base/services/files/definition.yaml:18:30  FILES_STAGING_TTL_HOURS is 1.1, not text',
    '  put quotes around it',
  )
  refuses(
    'a value is hexadecimal',
    change(files, ttl, 'FILES_STAGING_TTL_HOURS: 0x1F'),
    'base/services/files/definition.yaml:18:30  FILES_STAGING_TTL_HOURS is 31, not text',
    '  put quotes around it',
  )
  refuses(
    'a value has leading zeros',
    change(files, ttl, 'FILES_STAGING_TTL_HOURS: 007'),
    'base/services/files/definition.yaml:18:30  FILES_STAGING_TTL_HOURS is 7, not text',
    '  put quotes around it',
  )
  refuses(
    'a value is true',
    change(files, ttl, 'FILES_STAGING_ENABLED: true'),
    'base/services/files/definition.yaml:18:28  FILES_STAGING_ENABLED is true, not text',
    '  put quotes around it',
  )
  checkRefuses(
    'a value is yes',
    change(files, ttl, 'FILES_STAGING_ENABLED: yes'),
    'base/services/files/definition.yaml:18:28  yes is read as true',
    '  write true, or quote it: "yes"',
    'base/services/files/definition.yaml:18:28  FILES_STAGING_ENABLED is true, not text',
    '  put quotes around it',
  )
  refuses(
    'a value is null',
    change(files, ttl, 'FILES_STAGING_TTL_HOURS: null'),
    'base/services/files/definition.yaml:18:5  FILES_STAGING_TTL_HOURS is null, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove FILES_STAGING_TTL_HOURS',
    'base/services/files/definition.yaml:18:30  FILES_STAGING_TTL_HOURS is empty',
    '  write its value, or remove it',
  )
  refuses(
    'a value is nothing',
    change(files, ttl, 'FILES_STAGING_TTL_HOURS:'),
    'base/services/files/definition.yaml:18:5  FILES_STAGING_TTL_HOURS is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove FILES_STAGING_TTL_HOURS',
  )
  checkRefuses(
    'a value is a date',
    change(files, ttl, 'FILES_STAGING_SINCE: 2026-11-23'),
    'base/services/files/definition.yaml:18:26  2026-11-23 is read as a time',
    '  quote it: "2026-11-23"',
    'base/services/files/definition.yaml:18:26  FILES_STAGING_SINCE is "2026-11-23T00:00:00.000Z", not text',
    '  put quotes around it',
  )
  checkRefuses(
    'a value is a time of day',
    change(files, ttl, 'FILES_STAGING_AT: 12:30'),
    'base/services/files/definition.yaml:18:23  12:30 is read as 750',
    '  write 750, or quote it: "12:30"',
    'base/services/files/definition.yaml:18:23  FILES_STAGING_AT is 750, not text',
    '  put quotes around it',
  )
  checkRefuses(
    'a value is the letter n',
    change(files, ttl, 'FILES_STAGING_ENABLED: n'),
    'base/services/files/definition.yaml:18:28  n is read as false',
    '  write false, or quote it: "n"',
    'base/services/files/definition.yaml:18:28  FILES_STAGING_ENABLED is false, not text',
    '  put quotes around it',
  )
  refuses(
    'a value is a list',
    change(files, ttl, 'FILES_STAGING_TTL_HOURS: [24, 48]'),
    'base/services/files/definition.yaml:18:5  FILES_STAGING_TTL_HOURS is [24,48], not text',
    '  write text',
  )
  refuses(
    'a value is a map',
    change(files, ttl, 'FILES_STAGING_TTL_HOURS: { value: 24 }'),
    'base/services/files/definition.yaml:18:5  FILES_STAGING_TTL_HOURS is {"value":24}, not text',
    '  write text',
  )
  refuses(
    'env is a list of name and value and nothing else',
    change(
      definition('gateway'),
      '    GATEWAY_HOST: 0.0.0.0\n    GATEWAY_SHUTDOWN_TIMEOUT: 30s',
      '    - name: GATEWAY_HOST\n      value: 0.0.0.0',
    ),
    'base/services/gateway/definition.yaml:21:3  env is [{"name":"GATEWAY_HOST","value":"0.0.0.0"}], not a map',
    "  write a map, as CACHE_TTL: '30' (Environment variables; each value is a string.)",
  )
  refuses(
    'a variable is lower case',
    change(files, ttl, "files_staging_ttl_hours: '24'"),
    'base/services/files/definition.yaml:18:5  files_staging_ttl_hours cannot be a name here',
    '  write A-Z, 0-9 and _, a letter first (Name of an environment variable.)',
  )
  refuses(
    'a variable is written as name=value',
    change(files, ttl, 'FILES_STAGING_TTL_HOURS=24'),
    'base/services/files/definition.yaml:18:5  is not valid YAML: Implicit keys need to be on a single line',
    '  write name: value, with a blank after the colon, and close every quote',
  )
  refuses(
    'a variable is one that the plugin sets',
    change(files, ttl, 'POD_NAME: files-0'),
    'base/services/files/definition.yaml:18:15  POD_NAME is set by the plugin',
    '  remove it',
  )
  refuses(
    'a variable refers to one that comes later',
    change(files, ttl, 'FILES_STAGING_DIR: /tmp/$(S3_ENDPOINT)'),
    'base/services/files/definition.yaml:18:24  $(S3_ENDPOINT) stays as it is: Kubernetes only expands variables declared before FILES_STAGING_DIR',
    '  write the value itself, or $(POD_NAME), which is declared first; $$( is a literal $(',
  )
  refuses(
    'valueFrom names a secret',
    change(files, ttl, 'FILES_TOKEN: { valueFrom: { secretKeyRef: { name: files, key: token } } }'),
    'base/services/files/definition.yaml:18:5  FILES_TOKEN is {"valueFrom":{"secretKeyRef":{"key":"token","name":"files..., not text',
    '  name the Vault path and key under spec.secrets',
  )
  refuses(
    'envFrom names a secret',
    change(files, '  env:\n    GOMEMLIMIT', '  envFrom:\n    - secretRef: { name: files }\n  env:\n    GOMEMLIMIT'),
    'base/services/files/definition.yaml:16:3  unknown field envFrom',
    '  name each variable under env, or under secrets',
  )
  refuses(
    'a variable is also a secret',
    change(files, ttl, 'S3_ACCESS_KEY: minio'),
    'base/services/files/definition.yaml:18:20  S3_ACCESS_KEY looks like a secret',
    '  keep it in Vault and name its path under spec.secrets; rotate it if it was real, for git keeps it',
    'base/services/files/definition.yaml:23:5  S3_ACCESS_KEY is set twice, here and by spec.env.S3_ACCESS_KEY',
    '  remove one of the two',
  )
})

describe('secrets', () => {
  refuses(
    'a secret is its value',
    change(billing, key, 'STRIPE_SECRET_KEY: sk_live_51H8'),
    'base/services/billing/definition.yaml:15:24  STRIPE_SECRET_KEY is a value, not a map',
    '  write { path: <path in Vault>, key: <key> }, and rotate a secret that stood here: git keeps it',
  )
  refuses(
    'a secret has a value beside path and key',
    change(billing, key, 'STRIPE_SECRET_KEY: { value: sk_live_51H8 }'),
    'base/services/billing/definition.yaml:15:5  secrets.STRIPE_SECRET_KEY.path is missing',
    '  add path: Path under the mount secret.',
    'base/services/billing/definition.yaml:15:5  secrets.STRIPE_SECRET_KEY.key is missing',
    '  add key: Key in that secret.',
    'base/services/billing/definition.yaml:15:26  unknown field value',
    '  allowed: key, path',
  )
  refuses(
    'a secret has no key',
    change(billing, key, 'STRIPE_SECRET_KEY: { path: platform/billing/stripe }'),
    'base/services/billing/definition.yaml:15:5  secrets.STRIPE_SECRET_KEY.key is missing',
    '  add key: Key in that secret.',
  )
  refuses(
    'a path is absolute',
    change(billing, key, 'STRIPE_SECRET_KEY: { path: /platform/billing/stripe, key: secret-key }'),
    'base/services/billing/definition.yaml:15:32  path is /platform/billing/stripe',
    '  write a path such as platform/iam/keys: a-z, 0-9, dashes, _ and slashes, none at its ends (Path under the mount secret.)',
  )
  refuses(
    'a path climbs',
    change(billing, key, 'STRIPE_SECRET_KEY: { path: platform/billing/../iam, key: secret-key }'),
    'base/services/billing/definition.yaml:15:32  path is platform/billing/../iam',
    '  write a path such as platform/iam/keys: a-z, 0-9, dashes, _ and slashes, none at its ends (Path under the mount secret.)',
  )
  refuses(
    'a path has two slashes',
    change(billing, key, 'STRIPE_SECRET_KEY: { path: platform//stripe, key: secret-key }'),
    'base/services/billing/definition.yaml:15:32  path is platform//stripe',
    '  write a path such as platform/iam/keys: a-z, 0-9, dashes, _ and slashes, none at its ends (Path under the mount secret.)',
  )
  refuses(
    'a key has a blank',
    change(billing, key, 'STRIPE_SECRET_KEY: { path: platform/billing/stripe, key: secret key }'),
    'base/services/billing/definition.yaml:15:62  key is secret key',
    '  write A-Z, a-z, 0-9, dots, dashes and _ (Key in that secret.)',
  )
  refuses(
    'a secret is mount, path and key in one',
    change(billing, key, 'STRIPE_SECRET_KEY: secret/platform/billing/stripe#secret-key'),
    'base/services/billing/definition.yaml:15:24  STRIPE_SECRET_KEY is a value, not a map',
    '  write { path: <path in Vault>, key: <key> }, and rotate a secret that stood here: git keeps it',
  )
  refuses(
    'a secret has a name in lower case',
    change(billing, key, 'stripe-key: { path: platform/billing/stripe, key: secret-key }'),
    'base/services/billing/definition.yaml:15:5  stripe-key cannot be a name here',
    '  write A-Z, 0-9 and _, a letter first (Name of an environment variable.)',
  )
  refuses(
    'a secret fills a variable of the database',
    change(billing, key, 'DATABASE_URL: { path: platform/billing/database, key: url }'),
    'base/services/billing/definition.yaml:15:5  DATABASE_URL is set twice, here and by spec.database.env',
    '  remove one of the two',
  )
  refuses(
    'secrets are a list',
    change(
      billing,
      `    ${key}\n    STRIPE_WEBHOOK_SECRET: { path: platform/billing/stripe, key: webhook-secret }`,
      '    - STRIPE_SECRET_KEY',
    ),
    'base/services/billing/definition.yaml:14:3  secrets is ["STRIPE_SECRET_KEY"], not a map',
    '  write a map, as API_KEY: { path: platform/iam/provider, key: api-key } (Environment variables whose value is a key of a Vault secret.)',
  )
})
