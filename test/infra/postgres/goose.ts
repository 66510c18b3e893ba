import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from '../../e2e/rig/build.ts'
import type { Login, Postgres } from './servers.ts'

/** Takes a login and migrations by the name of their file, runs goose with the command, and gives what it says; fails with it. */
export async function goose(
  { folder, authority, addressOf }: Postgres,
  { user, password, database = 'platform_kernel' }: Login,
  migrations: Record<string, string>,
  command: string,
): Promise<string> {
  const { binaries } = await build()
  const files = mkdtempSync(join(folder, 'migrations-'))
  for (const [name, text] of Object.entries(migrations)) writeFileSync(join(files, name), text)
  const query = new URLSearchParams({ sslmode: 'verify-full', sslrootcert: authority })
  const url = `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${addressOf('postgres-rw')}/${database}?${query}`
  const { stdout, stderr } = await promisify(execFile)(binaries.goose, ['-dir', files, 'postgres', url, command])
  return stdout + stderr
}
