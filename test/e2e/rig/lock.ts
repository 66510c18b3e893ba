import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { isAlive } from './process.ts'

/** Does the work while no other process holds the lock file, waiting for that one to finish or die; gives the work's result. */
export async function withLock<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  for (let told = false; !take(file); await setTimeout(500)) {
    const holder = Number(read(file))
    if (holder && !isAlive(holder)) rmSync(file, { force: true })
    else if (!told) {
      process.stderr.write(`waiting for ${what} in process ${holder}\n`)
      told = true
    }
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file: string): boolean {
  const own = `${file}.${process.pid}`
  writeFileSync(own, String(process.pid))
  try {
    // A link appears with its content, so that nobody reads a lock that does not name its holder yet.
    linkSync(own, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
