import { type ChildProcess, execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Files } from './files.ts'
import type { World } from './generate.ts'

/** For commands; in Argo CD the plugin's own deadline comes first (main.ts). */
const deadlineSeconds = 80

/** Bytes; Kustomize prints about 3 MB for a thousand services. */
const largestOutput = 256 * 2 ** 20

/** Kustomize ends before collecting garbage pays: a fifth less time, for 10 MB more. */
export const kustomizeGogc = '400'

const running = new Set<ChildProcess>()

/**
 * Takes the root of a tree, a folder in it, the Kustomize to run (a kubectl will do), maybe the commit that the tree is and
 * what its root is in the repository, starts it and returns what a build needs.
 */
export function worldOf(root: string, folder: string, command: string, revision?: string, prefix = ''): World {
  const built = kustomize(command, root, folder, prefix).then(
    (text) => ({ text }),
    (error: Error) => ({ error: error.message }),
  )
  return {
    files: filesBelow(root, prefix),
    built,
    buildTree: (tree) => buildTree(command, tree),
    build: (other) => kustomize(command, root, other, prefix).catch(() => undefined),
    revision,
  }
}

/** Ends every Kustomize that still runs, for when this process has to stop. */
export function stopBuilds(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Takes the root of a tree and what it is in the repository, returns it to read by the repository's paths. */
export function filesBelow(root: string, prefix = ''): Files {
  const files: Files = {
    read: (file) => (files.kind(file) === 'file' ? readFileSync(placeOf(root, prefix, file), 'utf8') : undefined),
    kind: (file) => {
      if (`${file}/` !== `${prefix}/` && prefix !== '' && !file.startsWith(`${prefix}/`)) return undefined
      const found = statSync(placeOf(root, prefix, file), { throwIfNoEntry: false })
      return found?.isDirectory() ? 'folder' : found?.isFile() ? 'file' : undefined
    },
  }
  return files
}

/** Where a path of the repository is on this machine. */
const placeOf = (root: string, prefix: string, file: string): string => path.join(root, file.slice(prefix.length))

/** Takes the program to run, returns the words that make it build the folder it stands in. */
export const kustomizeArguments = (command: string): string[] =>
  path.basename(command) === 'kubectl' ? ['kustomize', '.'] : ['build', '.']

/** Runs Kustomize on a folder and returns what it prints; it sees no credentials and no way to the network. */
function kustomize(command: string, root: string, folder: string, prefix = ''): Promise<string> {
  // Kustomize resolves links before it names a path.
  const real = realpathSync(root)
  const nowhere = 'http://127.0.0.1:9'
  const env = {
    PATH: process.env.PATH,
    HOME: tmpdir(),
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    GIT_ALLOW_PROTOCOL: 'none',
    GOGC: kustomizeGogc,
  }
  const limits = { maxBuffer: largestOutput, timeout: deadlineSeconds * 1000, killSignal: 'SIGKILL' } as const
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      kustomizeArguments(command),
      { cwd: placeOf(root, prefix, folder), env, ...limits },
      (error, stdout, stderr) => {
        running.delete(child)
        if (!error) resolve(stdout)
        else if (error.code === 'ENOENT') reject(new Error(`${command} is not there to run`))
        else if (error.killed) reject(new Error(`${command} was stopped after ${deadlineSeconds} s`))
        else if (error.signal)
          reject(new Error(`${command} was ended by ${error.signal}, as happens when memory is short`))
        else reject(new Error(told(stderr, real, prefix) || error.message))
      },
    )
    running.add(child)
  })
}

/** What Kustomize said, with paths as a reader of the tree knows them. */
const told = (stderr: string, root: string, prefix: string): string =>
  stderr
    .replace(/^[Ee]rror: /, '')
    .replaceAll(`${root}/`, prefix && `${prefix}/`)
    .trim()

async function buildTree(command: string, tree: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'patches-'))
  try {
    for (const [file, text] of Object.entries(tree)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      writeFileSync(path.join(folder, file), text)
    }
    return await kustomize(command, folder, '')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
