import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { endAfterTests } from '../e2e/end.ts'
import { openPostgres, passwords, type Login, type Postgres } from './postgres/servers.ts'

let postgres: Postgres
const kernel: Login = { user: 'kernel', password: passwords.superuser }
const restored: Login = { ...kernel, host: 'postgres-backup-0' }
const volume = (folder: string): string[] =>
  readdirSync(join(postgres.pod('postgres-backup-0').at('/var/lib/postgresql/data'), folder))

const ask = (sql: string): Promise<string> => postgres.query(kernel, sql)
const restore = (...words: string[]) =>
  postgres.exec('postgres-backup-0', 'sh', '/etc/postgres-scripts/restore.sh', ...words)

async function baseBackup(): Promise<void> {
  const said = await postgres.exec('postgres-base-backup', 'sh', '/etc/postgres-scripts/base-backup.sh')
  expect(said.code, said.stderr).toBe(0)
}

const isReceived = () =>
  postgres.servers.until('the log is received', async () => {
    const received = `SELECT flush_lsn >= pg_current_wal_flush_lsn() FROM pg_stat_replication
      WHERE application_name = 'postgres-backup-0'`
    return (await ask(received)) === 't'
  })

beforeAll(async () => {
  postgres = await openPostgres()
  const said = await postgres.prepare('postgres-0')
  expect(said.code, said.stderr).toBe(0)
  await postgres.start('postgres-0')
  await postgres.start('postgres-backup-0')
})
endAfterTests(() => postgres)

let before: string

test('a base backup is taken and verified, and the log received as it is written', async () => {
  await ask("CREATE TABLE said (what text); INSERT INTO said VALUES ('in the base backup')")
  await baseBackup()
  expect(volume('base')).toHaveLength(1)
  await ask("INSERT INTO said VALUES ('after it')")
  await setTimeout(1_100)
  before = await ask("SELECT to_char(now(), 'YYYY-MM-DD HH24:MI:SS')")
  await setTimeout(1_100)
  await ask('DROP TABLE said')
  await isReceived()
  expect(await ask("SELECT active FROM pg_replication_slots WHERE slot_name = 'backup'")).toBe('t')
})

test('the primary killed and its volume lost, all that was committed is restored, to the last transaction', async () => {
  await ask("CREATE TABLE last_words (what text); INSERT INTO last_words VALUES ('now')")
  await isReceived()
  await postgres.kill('postgres-0')
  const said = await restore()
  expect(said.code, said.stderr).toBe(0)
  expect(await postgres.query(restored, "SELECT what, to_regclass('said') FROM last_words")).toBe('now|')
  expect((await restore()).stderr).toContain('still serves an earlier restore')
})

test('a time before the first base backup is refused', async () => {
  await endRestored()
  const said = await restore('2020-01-01 00:00:00')
  expect(said.code).toBe(1)
  expect(said.stderr).toContain('has no base backup from before 2020-01-01 00:00:00')
})

test('a table that was dropped is there again at the time before', async () => {
  const said = await restore(before)
  expect(said.code, said.stderr).toBe(0)
  expect(await postgres.query(restored, 'SELECT what FROM said')).toBe('in the base backup\nafter it')
  expect(await postgres.query(restored, "SELECT to_regclass('last_words'), pg_is_in_recovery()")).toBe('|f')
})

test('what was restored takes over, and is backed up from then on', async () => {
  postgres.emptyVolume('postgres-0')
  await postgres.sync('test/infra/postgres/restored')
  const said = await postgres.prepare('postgres-0')
  expect(said.code, said.stderr).toBe(0)
  await postgres.start('postgres-0')
  expect(await ask('SELECT count(*), pg_is_in_recovery() FROM said')).toBe('2|f')
  await endRestored()
  const data = '/var/lib/postgresql/data'
  await postgres.exec('postgres-backup-0', 'sh', '-c', `mv ${data}/wal ${data}/wal.before && rm -rf ${data}/restored`)
  await isReceived()
  await baseBackup()
  await ask("INSERT INTO said VALUES ('after the restore')")
  await isReceived()
  const again = await restore()
  expect(again.code, again.stderr).toBe(0)
  expect(await postgres.query(restored, 'SELECT count(*) FROM said')).toBe('3')
})

test('of base backups the last two stay, and the log that they need', async () => {
  const [first] = volume('base').sort()
  await ask('SELECT pg_switch_wal()')
  await baseBackup()
  expect(volume('base')).toHaveLength(2)
  expect(volume('base')).not.toContain(first)
  await ask('SELECT pg_switch_wal()')
  const logs = volume('wal').length
  await baseBackup()
  expect(volume('wal').length).toBeLessThanOrEqual(logs)
})

const endRestored = () =>
  postgres.exec('postgres-backup-0', 'pg_ctl', '-D', '/var/lib/postgresql/data/restored', '-m', 'fast', 'stop')
