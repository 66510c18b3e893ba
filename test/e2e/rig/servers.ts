import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout } from 'node:timers/promises'
import { marker } from './process.ts'

interface Server {
  name: string
  pid: number
  stop(): Promise<void>
}

export interface Servers {
  start(name: string, file: string, args: string[], environment?: NodeJS.ProcessEnv): Server
  /** Kills the server of this name as a crash would, and gives what starts it again as it was. */
  kill(name: string): Promise<() => void>
  /** Says that the server of this name is about to end by itself, and gives its end. */
  ended(name: string): Promise<void>
  /** The environment of this rig's processes: whoever carries it ends with the rig. */
  environment: NodeJS.ProcessEnv
  /** The last lines of every server's log. */
  tails(lines?: number): string
  /** Asks until the probe gives a value, and gives it; fails after the time or when a server has died. */
  until<T>(what: string, probe: () => Promise<T | undefined | false>, milliseconds?: number): Promise<T>
  stop(logs: 'remove' | 'keep'): Promise<void>
}

/** Gives what starts servers whose logs are in the folder and which all end with this process, or at stop. */
export function openServers(folder: string): Servers {
  const logs = join(folder, 'logs')
  mkdirSync(logs, { recursive: true })
  // Nothing else of the caller's: what works in the rig must not owe it to the shell it was started from.
  const environment = { PATH: process.env.PATH, HOME: folder, [marker]: folder }
  const watchdog = startWatchdog(folder)
  const dead: string[] = []
  const running = new Map<string, { child: ChildProcess; expectEnd: () => void; again: () => void }>()
  let stopping = false

  function start(name: string, file: string, args: string[], more: NodeJS.ProcessEnv = {}): Server {
    const log = openSync(join(logs, `${name}.log`), 'a')
    // A group of its own: Ctrl-C goes to the terminal's group, and the end of the servers is the watchdog's.
    const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], env: { ...environment, ...more } })
    closeSync(log)
    let ending = false
    child.on('error', (error) => dead.push(`${name} did not start: ${error.message}`))
    child.on('exit', (code, signal) => {
      if (stopping || ending) return
      dead.push(`${name} ended with ${signal ?? code}`)
      process.stderr.write(`${join(logs, `${name}.log`)}  ${dead.at(-1)}\n${tail(logs, `${name}.log`, 20)}\n`)
    })
    child.unref()
    running.set(name, {
      child,
      expectEnd: () => void (ending = true),
      again: () => void start(name, file, args, more),
    })
    const stop = async () => {
      ending = true
      await end(child)
    }
    return { name, pid: child.pid ?? 0, stop }
  }

  async function kill(name: string): Promise<() => void> {
    const server = running.get(name)
    if (!server) throw new Error(`${name}  does not run; these do: ${[...running.keys()].join(', ')}`)
    server.expectEnd()
    await end(server.child, 'SIGKILL')
    return server.again
  }

  async function ended(name: string): Promise<void> {
    const server = running.get(name)
    if (!server) throw new Error(`${name}  does not run; these do: ${[...running.keys()].join(', ')}`)
    server.expectEnd()
    const { child } = server
    if (child.exitCode === null && child.signalCode === null) {
      child.ref()
      await new Promise<void>((resolve) => child.on('exit', () => resolve()))
    }
  }

  function tails(lines = 8): string {
    return readdirSync(logs)
      .sort()
      .map((file) => `--- ${join(logs, file)}\n${tail(logs, file, lines)}`)
      .join('\n')
  }

  // Long enough for a machine on which everything takes ten times as long: only a failure waits so long.
  async function until<T>(what: string, probe: () => Promise<T | undefined | false>, milliseconds = 120_000) {
    const deadline = Date.now() + milliseconds
    let last: unknown
    for (;;) {
      try {
        const value = await probe()
        if (value !== undefined && value !== false) return value
        last = undefined
      } catch (error) {
        last = error
      }
      const reason = dead.length ? dead.join(', ') : Date.now() > deadline ? `not after ${milliseconds / 1000} s` : ''
      if (reason) {
        throw new Error(`${logs}  ${what}: ${reason}${last ? `\n  ${String(last)}` : ''}`, { cause: last })
      }
      await setTimeout(50)
    }
  }

  async function stop(word: 'remove' | 'keep'): Promise<void> {
    stopping = true
    if (watchdog.exitCode !== null) return
    const ended = new Promise((resolve) => watchdog.on('exit', resolve))
    watchdog.ref()
    watchdog.stdin?.end(word)
    await ended
  }

  return { start, kill, ended, environment, tails, until, stop }
}

function startWatchdog(folder: string): ChildProcess {
  const file = fileURLToPath(new URL('watchdog.ts', import.meta.url))
  const child: ChildProcess = spawn(process.execPath, [file, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH },
  })
  child.unref()
  return child
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  child.kill(signal)
  const timer = globalThis.setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(timer)
}

function tail(folder: string, file: string, lines: number): string {
  const last = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').slice(-lines)
  return last.map((line) => (line.length > 400 ? `${line.slice(0, 400)}…` : line)).join('\n')
}
