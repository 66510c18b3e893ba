import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export interface Repository {
  folder: string
  url: string
  /** Writes the files (undefined removes one), commits them to main, and gives the commit's SHA. */
  commit(files: Record<string, string | undefined>, message?: string): Promise<string>
}

/** Makes an empty git repository in the folder, whose branch is main; fails with what git said. */
export async function createRepository(folder: string): Promise<Repository> {
  mkdirSync(folder, { recursive: true })
  await git(folder, 'init', '--quiet', '--initial-branch=main')
  const commit: Repository['commit'] = async (files, message = 'Change') => {
    for (const [path, content] of Object.entries(files)) {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      if (content === undefined) rmSync(file)
      else writeFileSync(file, content)
    }
    await git(folder, 'add', '--all')
    await git(folder, 'commit', '--quiet', '--allow-empty', '--message', message)
    return (await git(folder, 'rev-parse', 'HEAD')).trim()
  }
  let last: Promise<unknown> = Promise.resolve()
  return {
    folder,
    url: `file://${folder}`,
    // One after the other: git refuses a second writer.
    commit: (...args) => {
      const next = last.then(() => commit(...args))
      last = next.catch(() => {})
      return next
    },
  }
}

async function git(folder: string, ...args: string[]): Promise<string> {
  const identity = ['-c', 'user.name=rig', '-c', 'user.email=rig@localhost', '-c', 'commit.gpgSign=false']
  return (await promisify(execFile)('git', ['-C', folder, ...identity, ...args])).stdout
}
