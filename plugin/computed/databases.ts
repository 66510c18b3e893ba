import type { Finding } from '../finding.ts'
import type { Needs } from './needs.ts'

/** Roles and databases that are there before any service: PostgreSQL's, and those of docs/postgres.md, as are <service>_owner. */
const taken = {
  roles: new Set(['cdc', 'database_owner', 'kernel', 'postgres', 'public', 'replicator', 'vault']),
  databases: new Set(['postgres', 'template0', 'template1']),
} as const

/** Takes a service's name, returns the name of its group role in PostgreSQL, and of its schema. */
const groupRole = (service: string): string => service.replaceAll('-', '_')

/**
 * Takes what services need, returns a line for each that has a database: the service, its database, who changes its tables
 * (self or job), and whether it may create schemas (yes or no).
 */
export const databaseLines = (needs: readonly Needs[]): string =>
  needs
    .flatMap(({ service, database }) => {
      if (!database) return []
      const { name, migrations = 'self', createsSchemas = false } = database
      return [`${service} ${name} ${migrations} ${createsSchemas ? 'yes' : 'no'}\n`]
    })
    .join('')

/** Takes what services need, returns what PostgreSQL has by that name already, and would hand to the service. */
export const clashes = (needs: readonly Needs[]): Finding[] =>
  needs.flatMap(({ service, database }) => {
    if (!database) return []
    const at = (...path: string[]) => ({ kind: 'ServiceDefinition', name: service, path })
    const role = groupRole(service)
    return [
      ...(taken.databases.has(database.name)
        ? [
            {
              at: at('spec', 'database', 'name'),
              fact: `${database.name} is a database of PostgreSQL itself`,
              remedy: `write another name, as platform_${role}`,
            },
          ]
        : []),
      ...(taken.roles.has(role) || role.startsWith('pg_') || role.endsWith('_owner')
        ? [
            {
              at: at('metadata', 'name'),
              fact: `${role} is a role of PostgreSQL that is no service's`,
              remedy: 'give the service another name',
            },
          ]
        : []),
    ]
  })
