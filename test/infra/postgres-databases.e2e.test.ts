import { beforeAll, describe, expect, test } from 'vitest'
import { endAfterTests } from '../e2e/end.ts'
import type { Json } from '../e2e/rig/api.ts'
import { goose } from './postgres/goose.ts'
import { openPostgres, passwords, type Login, type Postgres } from './postgres/servers.ts'
import { createLogin, revokeLogin } from './postgres/statements.ts'
import { render } from './rendered.ts'

let postgres: Postgres
let objects: Json[]
const kernel: Login = { user: 'kernel', password: passwords.superuser }
const vault: Login = { user: 'vault', password: passwords.vault }

/** The list of databases, in place of what is computed from the definitions. */
const listing = (...lines: string[]): Json[] =>
  objects.map((it) => {
    if (it.kind !== 'ConfigMap' || it.metadata.name !== 'postgres-databases') return it
    return { ...it, data: { databases: lines.map((line) => `${line}\n`).join('') } }
  })

const linesOf = (): string[][] =>
  (objects.find((it) => it.metadata.name === 'postgres-databases')!.data.databases as string)
    .trim()
    .split('\n')
    .map((line) => line.split(' '))

/** A login as Vault makes it for the service, in its database. */
async function lease(service: string, database = 'platform_kernel'): Promise<Login> {
  const name = `v-${service}-${Math.random().toString(36).slice(2, 10)}`
  await postgres.query(vault, createLogin(service.replaceAll('-', '_'), name, 'of the lease'))
  return { user: name, password: 'of the lease', database }
}

const runJob = async (among: Json[] = objects): Promise<void> => {
  const said = await postgres.runJob(among)
  expect(said.code, said.stderr).toBe(0)
}

beforeAll(async () => {
  objects = await render('overlays/prod/infra/postgres-databases')
  postgres = await openPostgres()
  await postgres.prepare('postgres-0')
  await postgres.start('postgres-0')
  await runJob()
})
endAfterTests(() => postgres)

const catalog = async (): Promise<string> => {
  const databases = await postgres.query(kernel, 'SELECT datname FROM pg_database WHERE datallowconn ORDER BY 1')
  const rows = await Promise.all(
    databases.split('\n').map((database) =>
      postgres.query(
        { ...kernel, database },
        `SELECT current_database(), nspname, nspowner::regrole, nspacl FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 2;
         SELECT evtname, evtenabled FROM pg_event_trigger;
         SELECT pubname FROM pg_publication;
         SELECT defaclrole::regrole, defaclacl::text FROM pg_default_acl ORDER BY 1, 2`,
      ),
    ),
  )
  const shared = await postgres.query(
    kernel,
    // Passwords too: xmin changes with every change of a role.
    `SELECT rolname, xmin, rolpassword FROM pg_authid ORDER BY 1;
     SELECT datname, datdba::regrole, datacl FROM pg_database ORDER BY 1;
     SELECT oid, xmin, roleid::regrole, member::regrole FROM pg_auth_members ORDER BY 1`,
  )
  return [shared, ...rows].join('\n')
}

test('every database and group role of prod is there, and nobody logs in as their owner', async () => {
  const lines = linesOf()
  expect(lines.length).toBeGreaterThan(8)
  for (const [service, database] of lines) {
    const role = service!.replaceAll('-', '_')
    const login = await lease(service!, database)
    const found = await postgres.query(
      login,
      `SELECT current_user, current_schema, pg_get_userbyid(datdba), nspowner::regrole
       FROM pg_database, pg_namespace WHERE datname = current_database() AND nspname = '${role}'`,
    )
    expect(found).toBe(`${role}|${role}|database_owner|${role}`)
  }
  const roles = lines.map(([service]) => `'${service!.replaceAll('-', '_')}'`).join(', ')
  const can = 'rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication'
  const rights = `SELECT DISTINCT ${can} FROM pg_roles WHERE rolname IN (${roles}, 'database_owner')`
  expect(await postgres.query(kernel, rights)).toBe('f|f|f|f|f|f')
})

test('a second run changes nothing, and two at once both succeed', async () => {
  const before = await catalog()
  await runJob()
  expect(await catalog()).toBe(before)
  await Promise.all([runJob(), runJob()])
  expect(await catalog()).toBe(before)
})

describe('a login of a service', () => {
  test('connects to its own database only, by TLS only', async () => {
    const login = await lease('money', 'platform_money')
    await expect(postgres.query({ ...login, database: 'platform_kernel' }, 'SELECT 1')).rejects.toThrow(
      'permission denied for database "platform_kernel"',
    )
    await expect(postgres.query({ ...login, database: 'postgres' }, 'SELECT 1')).rejects.toThrow('permission denied')
    await expect(postgres.query({ ...login, tls: 'disable' }, 'SELECT 1')).rejects.toThrow('no encryption')
  })

  test('makes its tables in its schema, and nothing elsewhere', async () => {
    const login = await lease('iam')
    await postgres.query(login, 'CREATE TABLE users (id int)')
    const owner = "SELECT schemaname, tableowner FROM pg_tables WHERE tablename = 'users'"
    expect(await postgres.query(login, owner)).toBe('iam|iam')
    await expect(postgres.query(login, 'CREATE TABLE public.t (id int)')).rejects.toThrow('permission denied')
    await expect(postgres.query(login, 'CREATE TABLE data_layer.t (id int)')).rejects.toThrow('permission denied')
    await expect(postgres.query(login, 'CREATE SCHEMA other')).rejects.toThrow('permission denied')
    await expect(postgres.query(await lease('data-layer'), 'SELECT * FROM iam.users')).rejects.toThrow(
      'permission denied',
    )
  })

  test('makes schemas where its definition says so', async () => {
    const login = await lease('module-registry', 'platform_module')
    await postgres.query(login, 'CREATE SCHEMA module_crm; CREATE TABLE module_crm.t (id int)')
  })

  test('reaches no role but its own', async () => {
    const login = await lease('iam')
    for (const role of ['kernel', 'data_layer', 'vault', 'database_owner', 'replicator'])
      await expect(postgres.query(login, `SET ROLE ${role}`), role).rejects.toThrow('permission denied to set role')
  })
})

const tenants = `
  CREATE TABLE orders (tenant_id text, what text);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  CREATE POLICY tenant ON orders USING (tenant_id = current_setting('app.tenant_id', true));`
const seed = `SET app.tenant_id = 'a'; INSERT INTO orders VALUES ('a', '1');
  SET app.tenant_id = 'b'; INSERT INTO orders VALUES ('b', '2');`
const asTenant = (it: string) => `SET app.tenant_id = '${it}'; SELECT what FROM orders`

describe('row security', () => {
  test('holds for the owner of the table, who turned it on and no more', async () => {
    const login = await lease('data-layer')
    await postgres.query(login, tenants + seed)
    expect(await postgres.query(login, asTenant('a'))).toBe('1')
    expect(await postgres.query(login, 'SELECT what FROM orders')).toBe('')
    await expect(
      postgres.query(login, "SET app.tenant_id = 'a'; INSERT INTO orders VALUES ('b', '3')"),
    ).rejects.toThrow('violates row-level security policy')
  })

  test('would not hold for the superuser', async () => {
    const all = 'SELECT count(*) FROM data_layer.orders'
    expect(await postgres.query(kernel, `SET app.tenant_id = 'a'; ${all}`)).toBe('2')
  })

  test('cannot be unforced by its owner', async () => {
    const login = await lease('data-layer')
    await postgres.query(login, 'ALTER TABLE orders NO FORCE ROW LEVEL SECURITY')
    expect(await postgres.query(login, asTenant('b'))).toBe('2')
  })

  test('is forced also in a schema that a service made', async () => {
    const login = await lease('module-registry', 'platform_module')
    const inSchema = `SET search_path = module_shop; ${tenants} ${seed} RESET app.tenant_id; SELECT what FROM orders`
    expect(await postgres.query(login, `CREATE SCHEMA module_shop; ${inSchema}`)).toBe('')
  })

  test.for([
    ['a role that passes it', 'ALTER ROLE money BYPASSRLS', 'money is a superuser or passes row security'],
    ['a superuser among the logins', 'CREATE ROLE s SUPERUSER IN ROLE money', 's is a superuser or passes'],
    ['a member of another role', 'GRANT cdc TO money', 'money is a member of cdc'],
    ['a service that has the rights of another', 'GRANT iam TO money', 'money is a member of iam'],
    ['a login of two services', 'CREATE ROLE s LOGIN IN ROLE money, iam', 's is a member of several services'],
  ])('makes the Job fail on %s', async ([, wrong, said]) => {
    await postgres.query(kernel, wrong!)
    const database = { ...kernel, database: 'platform_money' }
    // The attributes of a group role the Job mends itself; so the probe is asked alone.
    const probe = objects.find((it) => it.data?.['probe.sql'])!.data['probe.sql'] as string
    await expect(postgres.query(database, probe)).rejects.toThrow(said!)
    await postgres.query(kernel, 'ALTER ROLE money NOBYPASSRLS; DROP ROLE IF EXISTS s; REVOKE cdc, iam FROM money')
    await postgres.query(database, probe)
  })
})

describe('what Vault does', () => {
  test('a lease that ends takes its login and sessions along, and no data', async () => {
    const login = await lease('iam')
    await postgres.query(login, 'CREATE TABLE kept (id int); SET ROLE none; CREATE TABLE iam.own (id int)')
    const session = postgres.query(login, 'SELECT pg_sleep(60)')
    const ended = expect(session).rejects.toThrow(/terminat/)
    await postgres.servers.until('the session is there', async () => {
      const count = await postgres.query(
        kernel,
        `SELECT count(*) FROM pg_stat_activity WHERE usename = '${login.user}'`,
      )
      return count === '1'
    })
    await postgres.query(vault, revokeLogin(login.user))
    await ended
    await expect(postgres.query(login, 'SELECT 1')).rejects.toThrow('authentication failed')
    expect(await postgres.query(await lease('iam'), "SELECT to_regclass('kept'), to_regclass('own')")).toBe('kept|')
  })

  test('it can make nothing but logins of services', async () => {
    await expect(postgres.query(vault, 'CREATE ROLE other SUPERUSER')).rejects.toThrow('permission denied')
    await expect(postgres.query(vault, 'CREATE ROLE other LOGIN IN ROLE kernel')).rejects.toThrow('permission denied')
    await expect(postgres.query(vault, 'CREATE ROLE other LOGIN IN ROLE cdc')).rejects.toThrow('permission denied')
    await expect(postgres.query(vault, 'CREATE ROLE other BYPASSRLS')).rejects.toThrow('permission denied')
    await expect(postgres.query(vault, 'SET ROLE kernel')).rejects.toThrow('permission denied')
  })
})

test('Debezium’s login reads the changes of one service, whole tables too, and nothing else', async () => {
  const cdc: Login = { user: 'cdc', password: passwords.cdc }
  await postgres.query(cdc, "SELECT pg_create_logical_replication_slot('debezium', 'pgoutput', false, false, true)")
  const login = await lease('data-layer')
  await postgres.query(login, 'CREATE TABLE changed (id int PRIMARY KEY); INSERT INTO changed VALUES (7)')
  expect(await postgres.query(cdc, 'SELECT id FROM data_layer.changed')).toBe('7')
  expect(await postgres.query(cdc, 'SELECT count(*) FROM data_layer.orders')).toBe('2')
  const changes = `SELECT count(*) FROM pg_logical_slot_peek_binary_changes('debezium', NULL, NULL,
    'proto_version', '1', 'publication_names', 'cdc') WHERE get_byte(data, 0) = ascii('I')`
  expect(await postgres.query(cdc, changes)).toBe('1')
  await expect(postgres.query(cdc, 'SELECT * FROM iam.kept')).rejects.toThrow('permission denied')
  await postgres.query(kernel, "SELECT pg_drop_replication_slot('debezium')")
})

describe('goose, by which the services change their tables', () => {
  const files = {
    '1_orders.sql': `-- +goose Up\n${tenants}\n-- +goose Down\nDROP TABLE orders;\n`,
    '2_more.sql': '-- +goose Up\nALTER TABLE orders ADD more text;\n-- +goose Down\nALTER TABLE orders DROP more;\n',
  }

  test('migrates up and down as a login of the service, and a later login goes on where it was', async () => {
    await goose(postgres, await lease('files', 'platform_files'), { '1_orders.sql': files['1_orders.sql'] }, 'up')
    const later = await lease('files', 'platform_files')
    expect(await goose(postgres, later, files, 'up')).toContain('version: 2')
    await postgres.query(later, seed)
    expect(await postgres.query(later, asTenant('a'))).toBe('1')
    const owners = "SELECT DISTINCT schemaname, tableowner FROM pg_tables WHERE schemaname = 'files'"
    expect(await postgres.query(later, owners)).toBe('files|files')
    expect(await goose(postgres, later, files, 'down')).toContain('OK')
    await expect(postgres.query(later, 'SELECT more FROM orders')).rejects.toThrow('does not exist')
  })

  test('migrates as the owner where a Job does it, and not as the service', async () => {
    const line = 'ledger platform_ledger job no'
    await runJob(listing(...linesOf().map((it) => it.join(' ')), line))
    const owner = await lease('ledger-owner', 'platform_ledger')
    await postgres.query(vault, `ALTER ROLE "${owner.user}" SET search_path = ledger`)
    await goose(postgres, owner, files, 'up')
    const login = await lease('ledger', 'platform_ledger')
    await postgres.query(login, seed)
    expect(await postgres.query(login, asTenant('b'))).toBe('2')
    await expect(goose(postgres, login, files, 'down')).rejects.toThrow(/permission denied|must be owner/)
    await goose(postgres, owner, files, 'reset')
    await postgres.query(owner, 'DROP TABLE goose_db_version')
  })
})

describe('migrations by a Job', () => {
  const line = 'ledger platform_ledger job no'

  test('its login changes tables, the service’s only what is in them', async () => {
    await runJob(listing(...linesOf().map((it) => it.join(' ')), line))
    const migration = await lease('ledger-owner', 'platform_ledger')
    await postgres.query(migration, `SET search_path = ledger; ${tenants}`)
    const login = await lease('ledger', 'platform_ledger')
    await postgres.query(login, seed)
    expect(await postgres.query(login, asTenant('a'))).toBe('1')
    for (const refused of [
      'CREATE TABLE t (id int)',
      'ALTER TABLE orders DISABLE ROW LEVEL SECURITY',
      'DROP TABLE orders',
    ])
      await expect(postgres.query(login, refused), refused).rejects.toThrow(/permission denied|must be owner/)
  })

  test('a service can go from one way to the other and back', async () => {
    await runJob(listing(line.replace('job', 'self')))
    const login = await lease('ledger', 'platform_ledger')
    await postgres.query(login, 'ALTER TABLE orders ADD more text')
    expect(await postgres.query(login, asTenant('b'))).toBe('2')
    await runJob(listing(line))
    await expect(postgres.query(login, 'ALTER TABLE orders ADD again text')).rejects.toThrow('must be owner')
    expect(await postgres.query(login, asTenant('b'))).toBe('2')
  })

  test('what is no longer listed stays, and is named', async () => {
    const said = await postgres.runJob(objects)
    expect(said.code, said.stderr).toBe(0)
    expect(said.stdout).toContain('database platform_ledger')
    expect(said.stdout).toContain('role ledger')
    await lease('ledger', 'platform_ledger')
  })
  test('a person takes it away, and no login of it is left', async () => {
    await postgres.query(kernel, 'DROP DATABASE platform_ledger WITH (FORCE)')
    await postgres.query(kernel, 'DROP ROLE ledger, ledger_owner')
    const said = await postgres.runJob(objects)
    expect(said.stdout).not.toContain('ledger')
  })
})
