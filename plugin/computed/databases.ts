import type { Needs } from './needs.ts'

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
