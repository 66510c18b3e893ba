import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { endAfterTests } from '../e2e/end.ts'
import { openPostgres, passwords, type Login, type Postgres } from './postgres/servers.ts'

let postgres: Postgres
const kernel: Login = { user: 'kernel', password: passwords.superuser }
const scripts = '/etc/postgres-scripts'

const ask = (sql: string, host?: string): Promise<string> => postgres.query({ ...kernel, ...(host && { host }) }, sql)
const until = (what: string, sql: string, answer: string, host?: string): Promise<unknown> =>
  postgres.servers.until(what, async () => (await ask(sql, host)) === answer)
const run = (pod: string, script: string) => postgres.exec(pod, 'sh', `${scripts}/${script}`)

async function startPod(name: string): Promise<void> {
  const said = await postgres.prepare(name)
  expect(said.code, said.stderr).toBe(0)
  await postgres.start(name)
}

beforeAll(async () => {
  postgres = await openPostgres()
})
endAfterTests(() => postgres)

test('the primary starts, and the standby follows it by its slot', async () => {
  await startPod('postgres-0')
  await startPod('postgres-1')
  const state = 'SELECT application_name, state FROM pg_stat_replication'
  await until('the standby streams', state, 'postgres-1|streaming')
  expect(await ask('SELECT slot_name, active FROM pg_replication_slots')).toBe('postgres_1|t')
  expect(await ask('SELECT pg_is_in_recovery()', 'postgres-1')).toBe('t')
  await expect(ask('CREATE TABLE t (id int)', 'postgres-1')).rejects.toThrow('read-only transaction')
})

test('both run with what is rendered', async () => {
  for (const host of ['postgres-0', 'postgres-1']) {
    for (const [name, value] of [
      ['wal_level', 'logical'],
      ['data_checksums', 'on'],
      ['max_slot_wal_keep_size', '50GB'],
      ['max_connections', '700'],
      ['ssl_min_protocol_version', 'TLSv1.3'],
    ])
      expect(await ask(`SHOW ${name}`, host), `${host} ${name}`).toBe(value)
    expect(await ask('SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL', host)).toBe('0')
    expect(await ask('SELECT count(*) FROM pg_file_settings WHERE error IS NOT NULL', host)).toBe('0')
  }
  expect(await ask("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'platform_kernel'")).toBe(
    'b|C.UTF-8',
  )
})

describe('who may log in', () => {
  const replicator: Login = { user: 'replicator', password: passwords.replicator }

  test('nobody without TLS', async () => {
    await expect(postgres.query({ ...kernel, tls: 'disable' }, 'SELECT 1')).rejects.toThrow('no encryption')
  })
  test('nobody with another password', async () => {
    await expect(postgres.query({ ...kernel, password: 'other' }, 'SELECT 1')).rejects.toThrow('authentication failed')
  })
  test('what replicates reaches no database of a service', async () => {
    await expect(postgres.query(replicator, 'SELECT 1')).rejects.toThrow('pg_hba.conf rejects connection')
    expect(await postgres.query({ ...replicator, database: 'postgres' }, 'SELECT current_user')).toBe('replicator')
  })
})

test('a renewed certificate is served without a restart', async () => {
  const serial = async (): Promise<string> => {
    const words = ['s_client', '-starttls', 'postgres', '-connect', `${postgres.addressOf('postgres-0')}:5432`]
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      `openssl ${words.join(' ')} </dev/null | openssl x509 -noout -serial`,
    ])
    return stdout
  }
  const started = await ask('SELECT pg_postmaster_start_time()')
  postgres.startSidecar('postgres-0', { WATCH_SECONDS: '1' })
  const before = await serial()
  await postgres.servers.until(
    'the sidecar has looked',
    async () => (await ask('SELECT pg_conf_load_time()')) > started,
  )
  postgres.renewCertificate('postgres-0')
  await postgres.servers.until('another certificate is served', async () => (await serial()) !== before, 30_000)
  expect(await ask('SELECT pg_postmaster_start_time()')).toBe(started)
})

test('a standby that was killed catches up', async () => {
  await ask('CREATE TABLE numbers (n int PRIMARY KEY)')
  await postgres.kill('postgres-1')
  await ask('INSERT INTO numbers SELECT generate_series(1, 1000)')
  await startPod('postgres-1')
  await until('the standby has all', 'SELECT count(*) FROM numbers', '1000', 'postgres-1')
})

/** Writes numbers, one a transaction, until the server is gone; gives the last that was acknowledged. */
async function writeUntilKilled(from: number, host: string): Promise<number> {
  let acknowledged = from - 1
  const writing = (async () => {
    for (let n = from; ; n += 20) {
      const commits = Array.from({ length: 20 }, (_, at) => `BEGIN; INSERT INTO numbers VALUES (${n + at}); COMMIT;`)
      await ask(commits.join(' '), host)
      acknowledged = n + 19
    }
  })()
  const stopped = writing.catch(() => {})
  await postgres.servers.until('some are written', async () => acknowledged > from + 100)
  await postgres.kill(host)
  await stopped
  return acknowledged
}

test('a primary that was killed has every commit that it acknowledged', async () => {
  const last = await writeUntilKilled(1001, 'postgres-0')
  await startPod('postgres-0')
  expect(Number(await ask('SELECT count(*) FROM numbers'))).toBeGreaterThanOrEqual(last)
  await until('the standby follows again', 'SELECT count(*) FROM pg_stat_replication', '1')
})

test('a server that recovers, however long, is alive and not ready', async () => {
  await postgres.stopPod('postgres-1')
  const file = join(postgres.pod('postgres-1').at('/etc/postgres-config'), 'postgresql.conf')
  const rendered = readFileSync(file, 'utf8')
  // Such a standby takes no connection for as long as it is one.
  writeFileSync(
    file,
    rendered.replace('hot_standby = on', 'hot_standby = off').replace('sync_replication_slots = on', ''),
  )
  const starting = postgres.start('postgres-1').catch((error: unknown) => error)
  await postgres.servers.until('it recovers', async () => (await run('postgres-1', 'live.sh')).code === 0)
  const isReady = ['pg_isready', '-q', '-h', '/var/run/postgresql', '-U', 'kernel', '-d', 'postgres']
  expect((await postgres.exec('postgres-1', ...isReady)).code).toBe(1)
  writeFileSync(file, rendered)
  await postgres.kill('postgres-1')
  expect((await run('postgres-1', 'live.sh')).code).not.toBe(0)
  await postgres.start('postgres-1')
  await starting
})

describe('a promotion', () => {
  const changes = `SELECT count(*) FROM pg_logical_slot_get_binary_changes('cdc', NULL, NULL,
    'proto_version', '1', 'publication_names', 'cdc') WHERE get_byte(data, 0) = ascii('I')`

  test('is refused before git says so', async () => {
    const said = await run('postgres-1', 'promote.sh')
    expect(said.code).toBe(1)
    expect(said.stderr).toContain('git says that the primary is postgres-0')
  })

  test('is refused while the old primary answers, which then counts as dead', async () => {
    const failover = "SELECT slot_name FROM pg_create_logical_replication_slot('cdc', 'pgoutput', false, false, true)"
    await ask('CREATE PUBLICATION cdc FOR ALL TABLES')
    expect(await ask(failover)).toBe('cdc')
    // The copy counts once the reader has moved on from where the standby's began.
    await postgres.servers.until('the standby keeps the slot too', async () => {
      await ask('SELECT pg_log_standby_snapshot()')
      await ask(changes)
      const kept = "SELECT synced AND NOT temporary FROM pg_replication_slots WHERE slot_name = 'cdc'"
      return (await ask(kept, 'postgres-1')) === 't'
    })
    expect((await run('postgres-0', 'live.sh')).code).toBe(0)
    await postgres.sync('test/infra/postgres/promoted')
    const live = await run('postgres-0', 'live.sh')
    expect(live.code).toBe(1)
    expect(live.stderr).toContain('git says that the primary is postgres-1')
    const said = await run('postgres-1', 'promote.sh')
    expect(said.code).toBe(1)
    expect(said.stderr).toContain('postgres-0 still answers')
  })

  test('loses at most what the standby had not received when the primary was killed', async () => {
    await writeUntilKilled(100_001, 'postgres-0')
    const said = await run('postgres-1', 'promote.sh')
    expect(said.code, said.stderr).toBe(0)
    expect(await ask('SELECT pg_is_in_recovery()')).toBe('f')
    const [count, highest] = (await ask('SELECT count(*), max(n) FROM numbers WHERE n > 100000')).split('|').map(Number)
    // No commit is missing before the last that is there; what came in the second before may be.
    expect(highest! - 100_000).toBe(count)
  })

  test('keeps the place of whoever reads the log', async () => {
    const all = await ask('SELECT count(*) FROM numbers WHERE n > 100000')
    expect(await ask(changes)).toBe(all)
    await ask("SELECT pg_drop_replication_slot('cdc')")
  })

  test('the old primary does not start, whichever way it is tried', async () => {
    for (const said of [await postgres.prepare('postgres-0'), await run('postgres-0', 'start.sh')]) {
      expect(said.code).toBe(1)
      expect(said.stderr).toContain('has the data of a primary, but git says that the primary is postgres-1')
    }
  })

  test('the old primary, with an empty volume, follows the new one', async () => {
    postgres.emptyVolume('postgres-0')
    await startPod('postgres-0')
    await until('it streams', 'SELECT application_name, state FROM pg_stat_replication', 'postgres-0|streaming')
    expect(await ask('SELECT pg_is_in_recovery()', 'postgres-0')).toBe('t')
    const sum = 'SELECT sum(n) FROM numbers'
    await until('it has all', sum, await ask(sum), 'postgres-0')
    expect((await run('postgres-1', 'promote.sh')).stderr).toContain('is the primary already')
  })

  test('a primary that has lost its volume makes no new database cluster beside a standby', async () => {
    await postgres.stopPod('postgres-1')
    postgres.emptyVolume('postgres-1')
    const said = await postgres.prepare('postgres-1')
    expect(said.code).toBe(1)
    expect(said.stderr).toContain('postgres-0 has data')
  })

  test('back again, planned: nothing that was committed is lost', async () => {
    const sum = await ask('SELECT sum(n), count(*) FROM numbers', 'postgres-0')
    await postgres.sync('overlays/prod/infra/postgres')
    const said = await run('postgres-0', 'promote.sh')
    expect(said.code, said.stderr).toBe(0)
    expect(await ask('SELECT sum(n), count(*) FROM numbers')).toBe(sum)
    await startPod('postgres-1')
    await until('the standby has all', 'SELECT sum(n), count(*) FROM numbers', sum, 'postgres-1')
  })
})

test('a copy that was interrupted is not taken for data', async () => {
  await postgres.stopPod('postgres-1')
  postgres.emptyVolume('postgres-1')
  const data = '/var/lib/postgresql/data'
  await postgres.exec(
    'postgres-1',
    'sh',
    '-c',
    `mkdir ${data}/pgdata.making && echo 17 >${data}/pgdata.making/PG_VERSION`,
  )
  await startPod('postgres-1')
  await until('it streams', 'SELECT count(*) FROM pg_stat_replication', '1')
})
