import { accountName } from '../service/names.ts'
import type { Needs } from './needs.ts'

/** What a path is opened for. `write` includes read, and taking away what was written. */
const capabilities = {
  read: ['read'],
  write: ['create', 'delete', 'patch', 'read', 'update'],
} as const

/** The mount that is a KV store of version 2, whose paths have data and metadata apart. */
const keyValue = 'secret/'

/**
 * Takes what services need, returns under `roles` a line for each that uses Vault (its role, its ServiceAccount, its
 * namespace), and under <role>.hcl the policy of each: its own paths, the secrets that its variables come from, and its
 * login to its database. Nothing else: what no policy says is refused.
 */
export function vaultRoles(needs: readonly Needs[]): Record<string, string> {
  const users = needs.filter(({ vault, secrets, database }) => vault ?? secrets ?? database)
  const roles = users.map(({ service, namespace }) => `${accountName(service)} ${accountName(service)} ${namespace}\n`)
  return {
    roles: roles.join(''),
    ...Object.fromEntries(users.map((user) => [`${accountName(user.service)}.hcl`, policy(user)])),
  }
}

function policy({ service, vault = {}, secrets = {}, database }: Needs): string {
  const paths = new Map<string, 'read' | 'write'>()
  for (const { path } of Object.values(secrets)) paths.set(`${keyValue}${path}`, 'read')
  for (const [path, access] of Object.entries(vault)) if (paths.get(path) !== 'write') paths.set(path, access)
  const blocks = [...paths].toSorted().flatMap(([path, access]) => opened(path, access))
  if (database) {
    blocks.push(block(`database/creds/${service}`, ['read']))
    // Vault Secrets Operator gives a login back when it is replaced (spec.revoke); the default policy only renews.
    blocks.push(block('sys/leases/revoke', ['update']))
  }
  return blocks.join('\n')
}

/** A path and what is below it: whether a name is a secret or a folder of them, a definition does not say. */
function opened(path: string, access: 'read' | 'write'): string[] {
  const allowed = capabilities[access]
  if (!path.startsWith(keyValue)) return [path, `${path}/*`].map((one) => block(one, allowed))
  const rest = path.slice(keyValue.length)
  const listed = access === 'write' ? ['delete', 'list', 'read'] : ['list', 'read']
  return [
    ...[rest, `${rest}/*`].map((one) => block(`${keyValue}data/${one}`, allowed)),
    ...[rest, `${rest}/*`].map((one) => block(`${keyValue}metadata/${one}`, listed)),
  ]
}

const block = (path: string, allowed: readonly string[]): string =>
  `path "${path}" {\n  capabilities = [${allowed.map((one) => `"${one}"`).join(', ')}]\n}\n`
