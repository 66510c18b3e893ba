import { execFile } from 'node:child_process'
import path from 'node:path'
import { bundle } from '../scripts/edge/bundle.ts'
import { findKustomize } from '../scripts/edge/kustomize.ts'

export const root = path.resolve(import.meta.dirname, '..')

/** How the plugin's process ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const prepared = Promise.all([bundle(root), findKustomize(root)])

/** Takes a folder, runs the bundled plugin in it as Argo CD would, and returns how it ended. */
export async function runPlugin(folder: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const [plugin, { command }] = await prepared
  const options = {
    cwd: path.resolve(root, folder),
    env: { ...process.env, KUSTOMIZE: command, ...env },
    maxBuffer: 2 ** 28,
  }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [plugin], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr })
    })
  })
}
