import { execFile, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Finding } from '../../../plugin/finding.ts'
import { modulesFolder } from './binaries.ts'

// A go.work above the repository or a flag in the user's environment would build something else than go.sum pins.
const goEnvironment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' }

/** There is no Go that can build the rig: a finding for whoever runs it, not a bug. */
export class NoGo extends Error {
  readonly finding: Finding
  constructor(fact: string, remedy: string) {
    super(`PATH  ${fact}\n  ${remedy}`)
    this.finding = { at: { file: 'PATH' }, fact, remedy }
  }
}

/** Gives the version of the Go that builds the rig, such as "go1.26.8"; refuses a missing or too old one in one sentence. */
export async function goVersion(): Promise<string> {
  const { module, needed } = newestRequirement()
  const remedy = `install Go ${needed} or later: https://go.dev/dl/`
  // Inside the module: with GOTOOLCHAIN=auto, go answers for the toolchain it fetches for it, or says why it cannot.
  const answer = await go(module, 'env', 'GOVERSION').catch((error: Error) => error)
  if (typeof answer !== 'string') {
    if ('code' in answer && answer.code === 'ENOENT') {
      throw new NoGo('no go on it, and the rig is built with it', remedy)
    }
    const said = 'stderr' in answer ? String(answer.stderr) : answer.message
    throw new NoGo(`the rig needs go ${needed}, and ${said.trim().split('\n').at(-1)}`, remedy)
  }
  const version = answer.trim()
  if (compare(version.replace(/^go/, ''), needed) >= 0) return version
  throw new NoGo(`go is ${version}, and the rig needs ${needed}`, remedy)
}

/** Runs go in a folder of modules/ and gives its standard output; fails with what go said. */
export async function go(module: string, ...args: string[]): Promise<string> {
  const options = { cwd: join(modulesFolder, module), env: goEnvironment, maxBuffer: 1 << 26 }
  return (await promisify(execFile)('go', args, options)).stdout
}

/** Runs go in a folder of modules/, handing each line it prints to onLine; fails with the last lines. */
export function goStreaming(module: string, args: string[], onLine: (line: string) => void): Promise<void> {
  const child = spawn('go', args, {
    cwd: join(modulesFolder, module),
    env: goEnvironment,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const tail: string[] = []
  let rest = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      tail.push(line)
      if (tail.length > 30) tail.shift()
      onLine(line)
    }
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`go ${args.join(' ')}\n  ended with ${signal ?? code}:\n${[...tail, rest].join('\n')}`))
    })
  })
}

function newestRequirement(): { module: string; needed: string } {
  const requirements = readdirSync(modulesFolder).map((module) => ({
    module,
    needed: /^go (\S+)$/m.exec(readFileSync(join(modulesFolder, module, 'go.mod'), 'utf8'))?.[1] ?? '0',
  }))
  return requirements.reduce((newest, next) => (compare(next.needed, newest.needed) > 0 ? next : newest))
}

function compare(left: string, right: string): number {
  const [a, b] = [left, right].map((version) => version.split('.').map((part) => Number.parseInt(part)))
  for (let i = 0; i < 3; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0)
    if (difference) return difference
  }
  return 0
}
