import type { ServiceDefinition } from '../kinds/service-definition.ts'
import type { Refuse } from './contradictions.ts'
import { databaseSecretName, secretName } from './names.ts'

/** Names of variables that hold a secret wherever they are used. */
const secretVariable = /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|ACCESS_KEY|SECRET_KEY)$/

/** An address with a user and a password in it. */
const login = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i

/** Refuses a variable whose value is, by its name or its form, a secret; the value itself is never repeated. */
export function literalSecrets({ spec }: ServiceDefinition, refuse: Refuse): void {
  for (const [name, value] of Object.entries(spec.env ?? {})) {
    const fact = login.test(value) ? 'holds a password' : secretVariable.test(name) ? 'looks like a secret' : undefined
    if (fact === undefined) continue
    const remedy = 'keep it in Vault and name its path under spec.secrets; rotate it if it was real, for git keeps it'
    refuse(['spec', 'env', name], `${name} ${fact}`, remedy)
  }
}

/** Refuses two Vault paths whose Secrets would have one name, and one that would have the database's. */
export function secretNames({ spec, metadata }: ServiceDefinition, refuse: Refuse): void {
  const pathOf = new Map<string, string>()
  if (spec.database) pathOf.set(databaseSecretName(metadata.name), 'the login to the database')
  for (const [name, { path }] of Object.entries(spec.secrets ?? {})) {
    const secret = secretName(metadata.name, path)
    const other = pathOf.get(secret)
    if (other !== undefined && other !== path) {
      refuse(
        ['spec', 'secrets', name, 'path'],
        `${path} and ${other} would share the Secret ${secret}`,
        'rename the path',
      )
    }
    pathOf.set(secret, path)
  }
}
