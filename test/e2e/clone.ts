import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { root } from '../plugin.ts'
import { treeBelow } from '../../scripts/edge/tree.ts'
import { committedTree } from './platform.ts'
import type { Repository } from './rig/repository.ts'

/** What a command needs of this repository, beside the tree that it is about. */
export function code(): Record<string, string> {
  const tree = treeBelow(root)
  const single = ['.gitignore', 'package.json', 'package-lock.json', 'tsconfig.json']
  const folders = committedTree(['plugin', 'scripts'])
  const kept = Object.entries(folders).filter(([file]) => !/^plugin\/(dist|generated)\//.test(file))
  return { ...Object.fromEntries(kept), ...Object.fromEntries(single.map((file) => [file, tree.read(file) ?? ''])) }
}

/** A command that runs. */
export interface Running {
  /** Waits until it has shown this. */
  shows(what: RegExp, seconds?: number): Promise<void>
  /** Waits until it ends, and gives its exit code and all it has shown. */
  readonly ended: Promise<{ code: number | null; shown: string }>
  stop(): void
}

/** A person's clone of a repository that holds the code, with the dependencies of this one. */
export class Clone {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'person-'))
  readonly kubeconfig: string
  readonly #running = new Set<ChildProcess>()

  constructor(repository: Repository, kubeconfig: string) {
    this.kubeconfig = kubeconfig
    execFileSync('git', ['clone', '--quiet', repository.url, this.folder])
    symlinkSync(path.join(root, 'node_modules'), path.join(this.folder, 'node_modules'))
  }

  pull(): void {
    execFileSync('git', ['-C', this.folder, 'pull', '--quiet', '--ff-only'])
  }

  /** Types `npm run` and these words. */
  npm(...words: string[]): Running {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, KUBECONFIG: this.kubeconfig }
    const child = spawn(process.execPath, ['scripts/start.mjs', ...words], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    let shown = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (shown += chunk.toString()))
    const ended = new Promise<{ code: number | null; shown: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, shown })),
    )
    return {
      ended,
      stop: () => child.kill('SIGINT'),
      shows: async (what, seconds = 120) => {
        const until = Date.now() + seconds * 1000
        while (!what.test(shown)) {
          if (Date.now() > until || child.exitCode !== null)
            throw new Error(`${String(what)} was not shown (exit code ${child.exitCode}):\n${shown}`)
          await setTimeout(200)
        }
      },
    }
  }

  /** Ends what still runs in it, and removes it. */
  remove(): void {
    for (const child of this.#running) child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}
