import { openPostgres, passwords, type Login } from './servers.ts'

export interface Server {
  address: string
  port: number
  /** The file of the authority that signed its certificate, which names the address. */
  authority: string
  /** Of the superuser, kernel. */
  password: string
  /** Runs psql with this login and gives its rows, fields divided by a bar; fails with what psql said. */
  query(login: Login, sql: string): Promise<string>
  tails(lines?: number): string
  stop(logs?: 'remove' | 'keep'): Promise<void>
}

/** Starts the primary as rendered for an environment, with the database platform_kernel and no roles but kernel and replicator. */
export async function startPostgres(overlay?: string): Promise<Server> {
  const postgres = await openPostgres(overlay)
  try {
    const said = await postgres.prepare('postgres-0')
    if (said.code) throw new Error(said.stderr)
    await postgres.start('postgres-0')
  } catch (error) {
    console.error(postgres.tails())
    await postgres.stop('keep')
    throw error
  }
  const { authority, query, tails, stop } = postgres
  return {
    address: postgres.addressOf('postgres-rw'),
    port: 5432,
    authority,
    password: passwords.superuser,
    query,
    tails,
    stop,
  }
}
