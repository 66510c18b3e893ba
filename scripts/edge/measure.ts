import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A command to time. */
export interface Timed {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Takes a command, returns how long its whole process took in milliseconds, and what it printed; throws with its message when it fails. */
export function time({ command, args, cwd, env = {} }: Timed): Promise<{ took: number; printed: string }> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const printed: Buffer[] = []
    let message = ''
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => (message += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve({ took: performance.now() - start, printed: Buffer.concat(printed).toString() })
      else reject(new Error(`${command} ${args.join(' ')} in ${cwd}: ${message}`))
    })
  })
}

/** Takes commands, runs them in turn, a number of times that does not count and then one that does, and returns each one's times. */
export async function inTurn(commands: readonly Timed[], times: number, before = 1): Promise<number[][]> {
  const runs = commands.map((): number[] => [])
  for (let round = -before; round < times; round++) {
    for (const [index, command] of commands.entries()) {
      const { took } = await time(command)
      if (round >= 0) runs[index]!.push(took)
    }
  }
  return runs
}

/** Takes files and work, runs the work in a temporary folder that holds them, and removes it afterwards. */
export async function withTree<T>(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'platform-kernel-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      writeFileSync(path.join(folder, file), text)
    }
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
