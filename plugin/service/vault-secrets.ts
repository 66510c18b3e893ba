import type { ServiceDefinition } from '../kinds/service-definition.ts'
import type { KubernetesObject } from '../kind.ts'
import {
  accountName,
  authority,
  databaseSecretKey,
  databaseSecretName,
  secretName,
  serviceObject,
  vaultAudience,
} from './names.ts'

const group = 'secrets.hashicorp.com/v1beta1'

/** Takes a definition, returns what makes Vault Secrets Operator write the Secrets that its variables refer to. */
export function vaultSecrets(definition: ServiceDefinition): KubernetesObject[] {
  const { database, secrets = {} } = definition.spec
  const paths = new Map<string, Set<string>>()
  for (const { path, key } of Object.values(secrets)) {
    paths.set(path, (paths.get(path) ?? new Set()).add(key))
  }
  if (!database && paths.size === 0) return []
  return [
    login(definition),
    ...(database ? [databaseLogin(definition, database.name)] : []),
    ...[...paths].map(([path, keys]) => mirror(definition, path, [...keys].sort())),
  ]
}

/** The service's own login to Vault: its ServiceAccount, in the role of the same name. */
function login(definition: ServiceDefinition): KubernetesObject {
  const { name } = definition.metadata
  return serviceObject(definition, group, 'VaultAuth', name, {
    spec: {
      vaultConnectionRef: 'vault',
      method: 'kubernetes',
      mount: 'kubernetes',
      kubernetes: { role: accountName(name), serviceAccount: accountName(name), audiences: [vaultAudience] },
    },
  })
}

/** A login of the service's own, leased from Vault's database engine; the pods restart when a lease cannot be renewed. */
function databaseLogin(definition: ServiceDefinition, database: string): KubernetesObject {
  const { name } = definition.metadata
  const address = definition.spec.environment.stores.postgres?.address ?? ''
  const query = `sslmode=verify-full&sslrootcert=${authority.folder}/${authority.key}`
  const text = `{{- printf "postgres://%s:%s@${address}/${database}?${query}" (urlquery (get .Secrets "username")) (urlquery (get .Secrets "password")) -}}`
  return serviceObject(definition, group, 'VaultDynamicSecret', databaseSecretName(name), {
    spec: {
      vaultAuthRef: name,
      mount: 'database',
      path: `creds/${name}`,
      renewalPercent: 67,
      revoke: true,
      destination: {
        name: databaseSecretName(name),
        create: true,
        transformation: { excludeRaw: true, excludes: ['.*'], templates: { [databaseSecretKey]: { text } } },
      },
      rolloutRestartTargets: [{ kind: 'Deployment', name }],
    },
  })
}

/** The keys of one Vault path that the service uses, as a Secret; a change restarts the pods. */
function mirror(definition: ServiceDefinition, path: string, keys: string[]): KubernetesObject {
  const { name } = definition.metadata
  const secret = secretName(name, path)
  return serviceObject(definition, group, 'VaultStaticSecret', secret, {
    spec: {
      vaultAuthRef: name,
      type: 'kv-v2',
      mount: 'secret',
      path,
      refreshAfter: '1h',
      destination: {
        name: secret,
        create: true,
        transformation: { excludeRaw: true, includes: keys.map((key) => `^${key.replaceAll('.', '\\.')}$`) },
      },
      rolloutRestartTargets: [{ kind: 'Deployment', name }],
    },
  })
}
