import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { beforeAll, describe, expect, test } from 'vitest'
import { endAfterTests } from '../e2e/end.ts'
import type { Json } from '../e2e/rig/api.ts'
import { type Rig, startRig } from '../e2e/rig/rig.ts'
import { openPostgres, passwords, type Postgres } from './postgres/servers.ts'
import { render } from './rendered.ts'
import { applyVault } from './vault/applied.ts'
import { definedRights, type Rights } from './vault/definitions.ts'
import { kubectlFor, openNodes, type Nodes } from './vault/nodes.ts'
import { rendered } from './vault/rendered.ts'
import { runbook } from './vault/runbook.ts'
import { accepts, verifyAlways, type Stage } from './vault/tokens.ts'

/** Three real nodes as rendered for prod, which ask a real API server who speaks and make logins in a real PostgreSQL. */
const names = ['vault-0', 'vault-1', 'vault-2']
const rights = definedRights()
const domain = 'platform-infra.svc.cluster.local'
let rig: Rig
let postgres: Postgres
let nodes: Nodes
let kubectl: string
let configuration: Json[]
let unsealKeys: string[]
/** A root token of the test's own: the runbook revokes the first. */
let admin: string

beforeAll(async () => {
  rig = await startRig({ nodes: { stateless: 1, stateful: 3 } })
  await applyVault(rig, 'prod')
  configuration = await rendered('vault-configuration')
  postgres = await openPostgres()
  nodes = await openNodes(rig, await rendered('vault'), {
    hosts: { [`postgres-rw.${domain}`]: postgres.addressOf('postgres-rw') },
    authority: readFileSync(postgres.authority, 'utf8'),
  })
  kubectl = kubectlFor(nodes, names)
  for (const name of names) await nodes.start(name)
})
endAfterTests(() => rig)
endAfterTests(() => postgres)
endAfterTests(() => nodes && { tails: nodes.servers.tails, stop: nodes.stop })

/** Asks as root, at the first node that is given; fails with what Vault said. */
async function asked(method: string, path: string, body?: object, node = 'vault-0'): Promise<Json> {
  const { code, body: answer } = await nodes.ask(node, method, path, admin, body)
  if (code > 299) throw new Error(`${method} ${path}  ${code} ${JSON.stringify(answer)}`)
  return answer
}

async function succeeds(ended: Promise<{ code: number | null; stdout: string; stderr: string }>): Promise<string> {
  const { code, stdout, stderr } = await ended
  expect(code, `${stdout}\n${stderr}`).toBe(0)
  return stdout
}

const voters = async (node: string): Promise<string[]> => {
  const { data } = await asked('GET', 'sys/storage/raft/configuration', undefined, node)
  return data.config.servers.filter(({ voter }: Json) => voter).map((it: Json) => it.node_id)
}

const activeLabels = async (): Promise<string[]> => {
  const { items } = await rig.api.get(
    '/api/v1/namespaces/platform-infra/pods?labelSelector=vault-active%3Dtrue%2Capp.kubernetes.io%2Fcomponent%3Dserver',
  )
  return items.map(({ metadata }: Json) => metadata.name)
}

const login = async (service: string): Promise<string> => {
  const account = `platform-${service}`
  const jwt = await rig.kubectl(['create', 'token', account, '-n', 'platform-services', '--audience=vault'])
  const { code, body } = await nodes.ask('vault-0', 'PUT', 'auth/kubernetes/login', undefined, {
    role: account,
    jwt: jwt.trim(),
  })
  expect(code, JSON.stringify(body)).toBe(200)
  return body.auth.client_token
}

const configured = (): Promise<string> =>
  succeeds(nodes.job(configuration, 'Job', 'vault-configuration', { RETRY_SECONDS: '1' }))

/** All that the configuration is about, as text; times of reading left out. */
async function state(): Promise<Record<string, Json>> {
  const found: Record<string, Json> = {}
  for (const list of ['sys/policies/acl', 'auth/kubernetes/role']) {
    const { data } = await asked('LIST', list)
    for (const key of data.keys.filter((it: string) => it !== 'root'))
      found[`${list}/${key}`] = (await asked('GET', `${list}/${key}`)).data
  }
  for (const path of ['sys/audit', 'sys/mounts', 'auth/kubernetes/config', 'secret/config'])
    found[path] = (await asked('GET', path)).data
  for (const path of ['platform/infra/postgres', 'platform/valkey', 'platform/integration-hub/encryption-key'])
    found[path] = (await asked('GET', `secret/data/${path}`)).data
  return found
}

describe('what a person does once, as the runbook says', () => {
  test('initialises, unseals, and lets the configuration in', async () => {
    await nodes.servers.until('all nodes answer', async () => {
      const health = await Promise.all(names.map((name) => nodes.ask(name, 'GET', 'sys/health')))
      return health.every(({ code }) => code === 501)
    })
    const told = await succeeds(runbook('init', kubectl))
    unsealKeys = [...told.matchAll(/^Unseal Key \d: (\S+)$/gm)].map(([, key]) => key!)
    expect(unsealKeys).toHaveLength(5)
    const root = /^Initial Root Token: (\S+)$/m.exec(told)![1]!

    await succeeds(runbook('unseal', kubectl, `${[1, 2, 3].flatMap(() => unsealKeys.slice(0, 3)).join('\n')}\n`))
    await nodes.servers.until(
      'the first leads',
      async () => (await nodes.ask('vault-0', 'GET', 'sys/health')).code === 200,
    )
    const { body } = await nodes.ask('vault-0', 'POST', 'auth/token/create-orphan', root, { policies: ['root'] })
    admin = body.auth.client_token

    await succeeds(runbook('first-role', kubectl, `${root}\n`))
    expect((await nodes.ask('vault-0', 'GET', 'auth/token/lookup-self', root)).code).toBe(403)
  })

  test('there are three voters, and the Service of the active one finds it', async () => {
    await nodes.servers.until('three vote', async () => (await voters('vault-0')).length === 3)
    await nodes.servers.until('the pod is labelled', async () => (await activeLabels()).join() === 'vault-0')
  })
})

describe('the Job vault-configuration', () => {
  let first: Record<string, Json>
  let told: string

  test('makes what is missing', async () => {
    told = await configured()
    first = await state()
    expect(Object.keys(first['sys/audit']).sort()).toEqual(['file/', 'stdout/'])
    expect(first['secret/config']).toBeDefined()
    expect(Object.keys(first['platform/infra/postgres'].data).sort()).toEqual([
      'cdc',
      'replicator',
      'superuser',
      'vault',
    ])
    expect(first['platform/valkey'].data.password).toMatch(/^[0-9a-f]{64}$/)
    expect(Buffer.from(first['platform/integration-hub/encryption-key'].data.key, 'base64')).toHaveLength(32)
  })

  test('says nothing of secrets', () => {
    const { data } = first['platform/infra/postgres']
    const said = told + nodes.servers.tails(10_000)
    for (const secret of Object.values<string>(data)) expect(said).not.toContain(secret)
  })

  test('changes nothing when it runs again, but adds a key that a secret lacks', async () => {
    const { superuser, replicator, vault } = passwords
    await asked('PUT', 'secret/data/platform/infra/postgres', { data: { superuser, replicator, vault } })
    const said = await configured()
    expect(said).toContain('secret/platform/infra/postgres made: cdc')
    expect(said).not.toMatch(/written|mounted|enabled|valkey|encryption/)
    const { 'platform/infra/postgres': then, ...others } = await state()
    const { 'platform/infra/postgres': _, ...before } = first
    expect(others).toEqual(before)
    expect(then.data).toEqual({ superuser, replicator, vault, cdc: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('does not let another account in', async () => {
    const jwt = await rig.kubectl(['create', 'token', 'vault-snapshot', '-n', 'platform-infra', '--audience=vault'])
    const body = { role: 'vault-configuration', jwt: jwt.trim() }
    expect((await nodes.ask('vault-0', 'PUT', 'auth/kubernetes/login', undefined, body)).code).toBe(403)
  })
})

describe('each service', () => {
  const all = [...new Set(rights.flatMap(({ reads }) => reads))]
  const data = (path: string): string => path.replace(/^secret\//, 'secret/data/')

  beforeAll(async () => {
    for (const path of all) {
      const { code } = await nodes.ask('vault-0', 'GET', data(path), admin)
      if (code === 404) await asked('PUT', data(path), { data: { seen: 'yes' } })
    }
  })

  test('has one role, and services that need nothing of Vault have none', async () => {
    const { keys } = (await asked('LIST', 'auth/kubernetes/role')).data
    const users = rights.filter(({ reads, database }) => reads.length > 0 || database)
    expect(keys.filter((it: string) => it.startsWith('platform-'))).toEqual(users.map((it) => `platform-${it.service}`))
  })

  test.each(rights)(
    '$service reads and writes what its definition says, and is refused the rest',
    async (it: Rights) => {
      const token = await login(it.service)
      const outcome = async (method: string, path: string, body?: object) =>
        (await nodes.ask('vault-0', method, path, token, body)).code
      const read = await Promise.all(all.map(async (path) => [path, await outcome('GET', data(path))]))
      expect(Object.fromEntries(read)).toEqual(
        Object.fromEntries(all.map((path) => [path, it.reads.includes(path) ? 200 : 403])),
      )
      const written = all.filter((path) => path !== 'secret/platform/valkey')
      const wrote = await Promise.all(
        written.map(async (path) => [path, await outcome('PUT', data(path), { data: { seen: it.service } })]),
      )
      expect(Object.fromEntries(wrote)).toEqual(
        Object.fromEntries(written.map((path) => [path, it.writes.includes(path) ? 200 : 403])),
      )
      for (const path of ['sys/policies/acl', 'secret/metadata/', 'auth/kubernetes/role', 'database/roles'])
        expect(await outcome('LIST', path), path).toBe(403)
      expect(await outcome('GET', 'secret/data/platform/infra/postgres')).toBe(403)
      for (const other of rights.filter(({ service }) => service !== it.service))
        expect(await outcome('GET', `database/creds/${other.service}`), other.service).toBe(403)
    },
  )
})

describe('logins of PostgreSQL', () => {
  test('are there for each service, when the Job beside makes its databases meanwhile', async () => {
    const ready = (async () => {
      await succeeds(postgres.prepare('postgres-0'))
      await postgres.start('postgres-0')
      return succeeds(postgres.runJob(await render('overlays/prod/infra/postgres-databases')))
    })()
    const job = nodes.job(await rendered('vault-databases'), 'Job', 'vault-databases', { RETRY_SECONDS: '1' })
    await ready
    const said = await succeeds(job)
    for (const { service, database } of rights) if (database) expect(said).toContain(`${service} has a login\n`)
    const left = await postgres.query(
      { user: 'kernel', password: passwords.superuser },
      `SELECT count(*) FROM pg_roles WHERE rolvaliduntil IS NOT NULL`,
    )
    expect(left).toBe('0')
  })

  test('belong to their service, make its tables, and end with their lease', async () => {
    const token = await login('iam')
    const { body } = await nodes.ask('vault-0', 'GET', 'database/creds/iam', token)
    expect(body.lease_duration).toBe(86_400)
    const { username: user, password } = body.data
    expect(user).toMatch(/^iam-[a-z0-9]{12}-\d{10}$/)
    const made = await postgres.query(
      { user, password },
      'CREATE TABLE sessions (id int); SELECT tableowner, schemaname FROM pg_tables WHERE tablename = $$sessions$$',
    )
    expect(made).toBe('iam|iam')
    // What a login makes as itself is kept for the service.
    await postgres.query({ user, password }, 'SET ROLE NONE; CREATE TABLE iam.own (id int)')
    const open = postgres.query({ user, password }, 'SELECT pg_sleep(60)').catch((error: Error) => error.message)
    await nodes.servers.until('a session is open', async () => {
      const count = `SELECT count(*) FROM pg_stat_activity WHERE usename = '${user}'`
      return (await postgres.query({ user: 'kernel', password: passwords.superuser }, count)) === '1'
    })
    const revoked = await nodes.ask('vault-0', 'PUT', 'sys/leases/revoke', token, {
      lease_id: body.lease_id,
      sync: true,
    })
    expect(revoked.code, JSON.stringify(revoked.body)).toBe(204)
    expect(await open).toMatch(/terminating connection/)
    await expect(postgres.query({ user, password }, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
    const owners = await postgres.query(
      { user: 'kernel', password: passwords.superuser },
      `SELECT string_agg(tableowner, ',') FROM pg_tables WHERE schemaname = 'iam'`,
    )
    expect(owners).toBe('iam,iam')
  })
})

describe('the keys of tokens', () => {
  const day = 86_400
  const start = 1_800_000_000
  const path = 'platform/iam/jwt-keys'
  const keys = async () => (await asked('GET', `secret/data/${path}`)).data.data

  test('are rotated through three quarters, and no token is ever refused', async () => {
    await asked('DELETE', `secret/metadata/${path}`)
    const stages: Stage[] = []
    const rotate = async (time: number, kind: 'Job' | 'CronJob' = 'CronJob') => {
      const name = kind === 'Job' ? 'jwt-rotation-first' : 'jwt-rotation'
      const said = await succeeds(nodes.job(configuration, kind, name, { NOW: String(time) }))
      expect(said).not.toContain('PRIVATE')
      stages.push({ since: time, keys: await keys() })
    }
    await rotate(start, 'Job')
    for (const quarter of [0, 1, 2]) {
      // Of the runs of each day, those that may have something to do; each some minutes later than the day before.
      for (const of of [1, 87, 88, 89, 90]) await rotate(start + (quarter * 90 + of) * day + quarter * 600 + of)
    }
    await rotate(start + 271 * day + 2000)
    // The same secret does not change when nothing is to do.
    const { data } = await asked('GET', `secret/data/${path}`)
    await rotate(start + 271 * day + 2001)
    expect((await asked('GET', `secret/data/${path}`)).data.metadata.version).toBe(data.metadata.version)

    expect(verifyAlways(stages)).toBeGreaterThan(500)
    const signers = [...new Set(stages.map((it) => it.keys.current_kid))]
    expect(signers).toHaveLength(4)
    for (const kid of signers.slice(1)) {
      const published = stages.find((it) => it.keys.next_kid === kid)!.since
      const used = stages.find((it) => it.keys.current_kid === kid)!.since
      expect(used - published).toBeGreaterThanOrEqual(2 * 3600)
      const before = stages.findLast((it) => it.since < used)!.keys
      expect(used - Number(before.current_since)).toBeGreaterThanOrEqual(90 * day)
      expect(used - Number(before.current_since)).toBeLessThan(91 * day)
    }
    const last = stages.at(-1)!.keys
    expect(Object.keys(last).sort()).toEqual(['current', 'current_kid', 'current_public', 'current_since'])
    const [header, claims] = [{ alg: 'ES256', kid: signers[0] }, {}].map((it) =>
      Buffer.from(JSON.stringify(it)).toString('base64url'),
    )
    expect(accepts(last, `${header}.${claims}.`)).toBe(false)
  })

  test('are nowhere else: neither an older version nor the engine that made them', async () => {
    const { current_version, versions } = (await asked('GET', `secret/metadata/${path}`)).data
    expect(Object.keys(versions)).toEqual([String(current_version)])
    await expect(asked('LIST', 'jwt-rotation/keys')).rejects.toThrow(/404/)
  })

  test('are what iam reads', async () => {
    const token = await login('iam')
    const { body } = await nodes.ask('vault-0', 'GET', `secret/data/${path}`, token)
    expect(body.data.data.current).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/)
  })
})

describe('the sidecar', () => {
  const serial = (node: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: nodes.addressOf(node), port: 8200, ca: nodes.authority.certificate }, () => {
        resolve(socket.getPeerCertificate().serialNumber)
        socket.destroy()
      })
      socket.on('error', reject)
    })

  test('has Vault serve a renewed certificate, and moves a large audit log away', async () => {
    const before = await serial('vault-0')
    await nodes.beside('vault-0', 'reloader', { RELOAD_SECONDS: '0.2', AUDIT_LOG_BYTES: '50000', AUDIT_LOGS_KEPT: '2' })
    const logs = nodes.volume('vault-0', 'audit')
    await nodes.servers.until('a log is moved', async () => readdirSync(logs).some((it) => it.startsWith('audit.log.')))
    await asked('GET', 'sys/mounts')
    await nodes.servers.until('a new log is written', async () => existsSync(join(logs, 'audit.log')))
    nodes.renew('vault-0')
    await nodes.servers.until('the new one is served', async () => (await serial('vault-0')) !== before)
    expect(readdirSync(logs).filter((it) => it.startsWith('audit.log.')).length).toBeLessThanOrEqual(2)
  })
})

describe('a snapshot', () => {
  test('is saved by the CronJob, and brings back what was lost', async () => {
    const objects = await rendered('vault')
    const before = (await asked('GET', 'secret/data/platform/valkey')).data.data
    await succeeds(nodes.job(objects, 'CronJob', 'vault-snapshot'))
    const folder = nodes.volume('vault-snapshot', 'snapshots')
    const [file, ...others] = readdirSync(folder)
    expect(file).toMatch(/^\d{8}T\d{6}Z\.snap$/)
    expect(others).toEqual([])

    await asked('DELETE', 'secret/metadata/platform/valkey')
    const input = Buffer.concat([Buffer.from(`${admin}\n`), readFileSync(join(folder, file!))])
    await succeeds(runbook('restore', kubectl, input))
    const after = await nodes.servers.until('it is there again', async () =>
      asked('GET', 'secret/data/platform/valkey'),
    )
    expect(after.data.data).toEqual(before)
  })
})

test('when the leader dies another leads, with all that was written', async () => {
  const before = (await asked('GET', 'secret/data/platform/valkey')).data.data
  await nodes.servers.until('three vote', async () => (await voters('vault-0')).length === 3)
  const again = await nodes.servers.kill('vault-0')
  const after = await nodes.servers.until('another leads', () =>
    asked('GET', 'secret/data/platform/valkey', undefined, 'vault-1'),
  )
  expect(after.data.data).toEqual(before)
  const active = await nodes.servers.until('its pod is labelled', async () =>
    (await activeLabels()).find((name) => name !== 'vault-0'),
  )
  expect(['vault-1', 'vault-2']).toContain(active)
  // The one that comes back is sealed, and follows when it is unsealed.
  again()
  await nodes.servers.until('it is sealed', async () => (await nodes.ask('vault-0', 'GET', 'sys/health')).code === 503)
  for (const key of unsealKeys.slice(0, 3)) await nodes.ask('vault-0', 'PUT', 'sys/unseal', undefined, { key })
  await nodes.servers.until('it follows', async () => (await nodes.ask('vault-0', 'GET', 'sys/health')).code === 429)
})
