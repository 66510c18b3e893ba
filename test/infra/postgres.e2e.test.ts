import { beforeAll, expect, test } from 'vitest'
import { endAfterTests } from '../e2e/end.ts'
import { openPostgres, passwords, type Postgres } from './postgres/servers.ts'

let postgres: Postgres
const kernel = { user: 'kernel', password: passwords.superuser }

beforeAll(async () => {
  postgres = await openPostgres()
})
endAfterTests(() => postgres)

test('the primary starts, and the standby follows it', async () => {
  for (const name of ['postgres-0', 'postgres-1']) {
    const said = await postgres.prepare(name)
    expect(said.code, said.stderr).toBe(0)
    await postgres.start(name)
  }
  await postgres.servers.until('the standby streams', async () => {
    const state = await postgres.query(kernel, 'SELECT application_name, state FROM pg_stat_replication')
    return state === 'postgres-1|streaming'
  })
})
