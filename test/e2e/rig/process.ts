import { readdirSync, readFileSync } from 'node:fs'

/** The variable by which every process of a rig, and every process these start, names the rig's folder. */
export const marker = 'PLATFORM_KERNEL_RIG'

/** Gives the ids of all processes that belong to the rig in this folder, read from /proc, also those whose parent is gone. */
export function processesOf(folder: string): number[] {
  const line = `${marker}=${folder}`
  return allProcesses().filter((id) => environment(id).includes(line))
}

/** Gives the ids of all processes of this machine that were started with these words. */
export function runningWith(words: string): number[] {
  return allProcesses().filter((id) => commandOf(id).join(' ') === words)
}

/** Gives the id of the process that started this one; 0 when it has ended. */
export function parentOf(id: number): number {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** Tells whether a process with this id exists. */
export function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Gives the words a process was started with; none when it has ended. */
export function commandOf(id: number): string[] {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0').slice(0, -1)
  } catch {
    return []
  }
}

function environment(id: number): string[] {
  try {
    return readFileSync(`/proc/${id}/environ`, 'utf8').split('\0')
  } catch {
    // Ended since the folder was listed, or another user's.
    return []
  }
}
