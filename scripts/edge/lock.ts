import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'

/** Another process that is writing, and the file that says so. */
export interface Holder {
  readonly pid: number
  readonly host: string
  readonly path: string
}

/**
 * Takes a folder, returns how to give the lock back, or who holds it.
 * Each process creates a file of its own and then looks for others, so the later of two always sees the earlier,
 * and the file of a dead process can be deleted by anyone: no name is ever used twice.
 */
export function tryLock(folder: string): (() => void) | Holder {
  const mine = `${prefix}${encodeURIComponent(hostname())}.${process.pid}.${randomUUID()}`
  fs.writeFileSync(join(folder, mine), '', { flag: 'wx' })
  const unlock = () => fs.rmSync(join(folder, mine), { force: true })
  try {
    const holder = fs.readdirSync(folder).flatMap((name) => (name === mine ? [] : (liveHolder(folder, name) ?? [])))[0]
    if (holder === undefined) return unlock
    unlock()
    return holder
  } catch (error) {
    unlock()
    throw error
  }
}

/** Takes the repository's root, returns the folder for locks: git's own, which git never shows, else the root. */
export function lockFolder(root: string): string {
  const git = join(root, '.git')
  const stat = fs.statSync(git, { throwIfNoEntry: false })
  if (stat?.isDirectory()) return git
  // in a worktree .git is a file that names the folder
  const [, folder] = (stat?.isFile() && /^gitdir: (.+)$/m.exec(fs.readFileSync(git, 'utf8'))) || []
  return folder !== undefined && fs.existsSync(resolve(root, folder)) ? resolve(root, folder) : root
}

const prefix = '.bump-lock.'

function liveHolder(folder: string, name: string): Holder | undefined {
  if (!name.startsWith(prefix)) return undefined
  const path = join(folder, name)
  const [, host = '', pid = ''] = /^(.+)\.(\d+)\.[^.]+$/.exec(name.slice(prefix.length)) ?? []
  const holder = { pid: Number(pid), host: decodeURIComponent(host), path }
  if (holder.host !== hostname() || isAlive(holder.pid)) return holder
  fs.rmSync(path, { force: true })
  return undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
