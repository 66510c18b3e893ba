import { describe } from 'vitest'
import { change, checkRefuses, definition, refuses } from './harness.ts'

const iam = definition('iam')
const notify = definition('notify')
const keys = 'secret/platform/iam/jwt-keys: read'
const database = 'database: { name: platform_notify }'

describe('vault', () => {
  refuses(
    'a path has no mount',
    change(iam, keys, 'jwt-keys: read'),
    'base/services/iam/definition.yaml:26:5  jwt-keys cannot be a name here',
    '  write the mount and the path, as secret/platform/iam: a-z, 0-9, dashes and slashes',
  )
  refuses(
    'a path begins with a slash',
    change(iam, keys, '/secret/platform/iam/jwt-keys: read'),
    'base/services/iam/definition.yaml:26:5  /secret/platform/iam/jwt-keys cannot be a name here',
    '  write the mount and the path, as secret/platform/iam: a-z, 0-9, dashes and slashes',
  )
  refuses(
    'read is misspelt',
    change(iam, keys, 'secret/platform/iam/jwt-keys: reed'),
    'base/services/iam/definition.yaml:26:35  secret/platform/iam/jwt-keys is reed',
    '  did you mean read?',
  )
  refuses(
    'the right is a list',
    change(iam, keys, 'secret/platform/iam/jwt-keys: [read, write]'),
    'base/services/iam/definition.yaml:26:5  secret/platform/iam/jwt-keys is ["read","write"]',
    '  allowed: read, write',
  )
  refuses(
    'a path has no right',
    change(iam, keys, 'secret/platform/iam/jwt-keys: {}'),
    'base/services/iam/definition.yaml:26:5  secret/platform/iam/jwt-keys is {}',
    '  allowed: read, write',
  )
  refuses(
    'a path has nothing after it',
    change(iam, keys, 'secret/platform/iam/jwt-keys:'),
    'base/services/iam/definition.yaml:26:5  secret/platform/iam/jwt-keys is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove secret/platform/iam/jwt-keys',
  )
  refuses(
    'paths are a list',
    change(iam, `    ${keys}\n    secret/platform/iam/token-store: write`, '    - secret/platform/iam/jwt-keys'),
    'base/services/iam/definition.yaml:25:3  vault is ["secret/platform/iam/jwt-keys"], not a map',
    '  write a map, as secret/platform/iam/keys: read (Vault paths (mount first) that the binary itself reads or writes; gives it a Vault Proxy.)',
  )
  refuses(
    'vault is an empty map',
    change(iam, `\n    ${keys}\n    secret/platform/iam/token-store: write`, ' {}'),
    'base/services/iam/definition.yaml:25:3  vault has no entries',
    '  add one, or remove vault (Vault paths (mount first) that the binary itself reads or writes; gives it a Vault Proxy.)',
  )
  refuses(
    'vault stands with nothing below it',
    change(iam, `\n    ${keys}\n    secret/platform/iam/token-store: write`, ''),
    'base/services/iam/definition.yaml:25:3  vault is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove vault',
  )
  refuses(
    'vault has fields of an annotation',
    change(iam, `    ${keys}`, '    role: iam'),
    'base/services/iam/definition.yaml:26:5  role cannot be a name here',
    '  write the mount and the path, as secret/platform/iam: a-z, 0-9, dashes and slashes',
    'base/services/iam/definition.yaml:26:11  role is iam',
    '  allowed: read, write',
  )
  refuses(
    'VAULT_ADDR is set by hand',
    change(iam, '  database:', '  env: { VAULT_ADDR: https://vault:8200 }\n  database:'),
    'base/services/iam/definition.yaml:19:22  VAULT_ADDR is set by the plugin',
    '  remove it',
  )
  refuses(
    'VAULT_TOKEN is set by hand',
    change(iam, '  database:', '  env: { VAULT_TOKEN: s.abc }\n  database:'),
    'base/services/iam/definition.yaml:19:23  VAULT_TOKEN looks like a secret',
    '  keep it in Vault and name its path under spec.secrets; rotate it if it was real, for git keeps it',
    'base/services/iam/definition.yaml:19:23  VAULT_TOKEN is set by the plugin',
    '  remove it',
  )
})

describe('database', () => {
  refuses(
    'a database is its name',
    change(notify, database, 'database: platform_notify'),
    'base/services/notify/definition.yaml:19:13  database is "platform_notify", not a map',
    '  write a map, as { name: platform_orders } (The PostgreSQL database of the service; its login comes from Vault.)',
  )
  refuses(
    'a database has a dash in its name',
    change(notify, database, 'database: { name: platform-notify }'),
    'base/services/notify/definition.yaml:19:21  name is platform-notify',
    '  write at most 63 of a-z, 0-9 and _, a letter first (Name of the database.)',
  )
  refuses(
    'a database has no name',
    change(notify, database, 'database: { migrations: self }'),
    'base/services/notify/definition.yaml:19:3  database.name is missing',
    '  add name: Name of the database.',
  )
  refuses(
    'a database has nothing after it',
    change(notify, database, 'database:'),
    'base/services/notify/definition.yaml:19:3  database is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove database',
  )
  refuses(
    'migrations is auto',
    change(notify, database, 'database: { name: platform_notify, migrations: auto }'),
    'base/services/notify/definition.yaml:19:50  migrations is auto',
    '  allowed: job, self',
  )
  refuses(
    'migrations is a Job, which does not exist yet',
    change(notify, database, 'database: { name: platform_notify, migrations: job }'),
    'base/services/notify/definition.yaml:19:50  a Job for migrations comes with the PostgreSQL component, which this tree does not have yet',
    '  use migrations: self',
  )
  refuses(
    'migration is written as one',
    change(notify, database, 'database: { name: platform_notify, migration: self }'),
    'base/services/notify/definition.yaml:19:38  unknown field migration',
    '  did you mean migrations?',
  )
  refuses(
    'a database has a url',
    change(notify, database, 'database: { url: postgres://postgres/platform_notify }'),
    'base/services/notify/definition.yaml:19:3  database.name is missing',
    '  add name: Name of the database.',
    'base/services/notify/definition.yaml:19:15  unknown field url',
    '  allowed: createsSchemas, env, migrations, name',
  )
  refuses(
    'a database has user and password',
    change(notify, database, 'database: { name: platform_notify, user: notify, password: secret }'),
    'base/services/notify/definition.yaml:19:52  unknown field password',
    '  allowed: createsSchemas, env, migrations, name',
    'base/services/notify/definition.yaml:19:38  unknown field user',
    '  allowed: createsSchemas, env, migrations, name',
  )
  checkRefuses(
    'createsSchemas is yes',
    change(notify, database, 'database: { name: platform_notify, createsSchemas: yes }'),
    'base/services/notify/definition.yaml:19:54  yes is read as true',
    '  write true, or quote it: "yes"',
    'base/services/notify/definition.yaml:19:54  createsSchemas is "yes", not true or false',
    '  write true or false, without quotes (Whether the login may create schemas in the database.)',
  )
  refuses(
    'the variable of a database is lower case',
    change(notify, database, 'database: { name: platform_notify, env: db_url }'),
    'base/services/notify/definition.yaml:19:43  env is db_url',
    '  write A-Z, 0-9 and _, a letter first (The variable of the address; DATABASE_URL unless said.)',
  )
})

describe('egress', () => {
  const billing = definition('billing')
  const egress = 'egress:\n    api.stripe.com: {}'
  refuses(
    'egress is a list',
    change(billing, egress, 'egress:\n    - api.stripe.com'),
    'base/services/billing/definition.yaml:23:3  egress is ["api.stripe.com"]',
    '  write any, or a map of hosts, as api.example.com: {} (Hosts outside the cluster, or any.)',
  )
  refuses(
    'egress is one host',
    change(billing, egress, 'egress: api.stripe.com'),
    'base/services/billing/definition.yaml:23:11  egress is api.stripe.com',
    '  write any, or a map of hosts, as api.example.com: {} (Hosts outside the cluster, or any.)',
  )
  refuses(
    'egress is empty',
    change(billing, egress, 'egress: {}'),
    'base/services/billing/definition.yaml:23:3  egress is {}',
    '  write any, or a map of hosts, as api.example.com: {} (Hosts outside the cluster, or any.)',
  )
  refuses(
    'a host is an address',
    change(billing, egress, 'egress:\n    https://api.stripe.com: {}'),
    'base/services/billing/definition.yaml:24:5  https://api.stripe.com cannot be a name here',
    '  write the name of a host alone, as api.example.com',
  )
  refuses(
    'a host has a port',
    change(billing, egress, "egress:\n    'api.stripe.com:443': {}"),
    'base/services/billing/definition.yaml:24:5  api.stripe.com:443 cannot be a name here',
    '  write the name of a host alone, as api.example.com',
  )
  refuses(
    'a host has a star',
    change(billing, egress, "egress:\n    '*.stripe.com': {}"),
    'base/services/billing/definition.yaml:24:5  *.stripe.com cannot be a name here',
    '  write the name of a host alone, as api.example.com',
  )
  refuses(
    'a host has its port alone',
    change(billing, egress, 'egress:\n    api.stripe.com: 443'),
    'base/services/billing/definition.yaml:24:21  api.stripe.com is 443, not a map',
    '  write a map: {} or indented names with a colon',
  )
  refuses(
    'a host has ports',
    change(billing, egress, 'egress:\n    api.stripe.com: { ports: [443] }'),
    'base/services/billing/definition.yaml:24:23  unknown field ports',
    '  did you mean port?',
  )
  refuses(
    'the port of a host is 0',
    change(billing, egress, 'egress:\n    api.stripe.com: { port: 0 }'),
    'base/services/billing/definition.yaml:24:29  port is 0',
    '  write 1 to 65535 (443 unless said.)',
  )
  refuses(
    'a host has nothing after it',
    change(billing, egress, 'egress:\n    api.stripe.com:'),
    'base/services/billing/definition.yaml:24:5  api.stripe.com is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove api.stripe.com',
    'base/services/billing/definition.yaml:23:3  egress is {}',
    '  write any, or a map of hosts, as api.example.com: {} (Hosts outside the cluster, or any.)',
  )
})
