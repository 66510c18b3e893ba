import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { binaries, modulesFolder, type Binary, type BinaryName } from './binaries.ts'
import { goStreaming, goVersion, NoGo } from './go.ts'
import { collectManifests, manifests, type ManifestName, type Source } from './manifests.ts'
import { withLock } from './lock.ts'

export interface Built {
  binaries: Record<BinaryName, string>
  manifests: Record<ManifestName, string>
}

interface Step<Name extends string = string> {
  name: Name
  path: string
  make: (path: string, progress: (text: string) => void) => Promise<void>
}

/** Builds what is missing of the rig, telling its progress on stderr, and gives where everything is; fails with what go said. */
export async function build(): Promise<Built> {
  const version = await goVersion()
  const cache = cacheFolder()
  const programs = entries<BinaryName, Binary>(binaries).map(([name, it]) => binaryStep(name, it, version, cache))
  const objects = entries<ManifestName, Source>(manifests).map(([name, it]) => manifestStep(name, it, version, cache))
  const steps = [...programs, ...objects]
  if (steps.some(isMissing)) {
    mkdirSync(cache, { recursive: true })
    await withLock(join(cache, 'lock'), 'the build of the rig', () => makeMissing(steps))
  }
  return { binaries: paths(programs), manifests: paths(objects) }
}

function entries<Name extends string, Value>(record: Record<Name, Value>): [Name, Value][] {
  return Object.entries(record) as [Name, Value][]
}

function paths<Name extends string>(steps: Step<Name>[]): Record<Name, string> {
  return Object.fromEntries(steps.map((step) => [step.name, step.path])) as Record<Name, string>
}

function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'platform-kernel-rig')
}

function binaryStep(name: BinaryName, binary: Binary, version: string, cache: string): Step<BinaryName> {
  const variables = Object.entries(binary.variables ?? {}).map(([key, value]) => `-X ${key}=${value}`)
  const tags = binary.tags === undefined ? [] : ['-tags', binary.tags]
  const flags = ['-trimpath', '-buildvcs=false', ...tags, '-ldflags', ['-s -w', ...variables].join(' ')]
  return {
    name,
    path: join(cache, `${name}-${key(binary.module, [version, binary.package, ...flags], binary.package)}`, name),
    make: async (path, progress) => {
      let packages = 0
      await goStreaming(binary.module, ['build', '-v', ...flags, '-o', path, binary.package], (line) =>
        progress(line.startsWith('go: ') ? line.slice(4) : `${++packages} packages compiled`),
      )
    },
  }
}

function manifestStep(name: ManifestName, source: Source, version: string, cache: string): Step<ManifestName> {
  return {
    name,
    path: join(cache, `${name}-${key(source.module, [version, JSON.stringify(source)])}`, `${name}.json`),
    make: (path) => collectManifests(source, path),
  }
}

/** A program of ours is the files of its own folder, beside the module's that pin the rest. */
function key(module: string, parts: string[], program = '.'): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part}\0`)
  const folder = join(modulesFolder, module)
  const own = program.startsWith('./') ? [folder, join(folder, program)] : [folder]
  for (const file of own.flatMap(filesIn)) hash.update(`${basename(file)}\0`).update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.map(({ name }) => join(folder, name)).sort()
}

function isMissing(step: Step): boolean {
  return !existsSync(step.path)
}

async function makeMissing(steps: Step[]): Promise<void> {
  const started = Date.now()
  const missing = steps.filter(isMissing)
  if (!missing.length) return
  say(`the rig: ${missing.length} of ${steps.length} parts to build; all of them take about 20 minutes on 2 cores`)
  for (const [index, step] of steps.entries()) {
    if (isMissing(step)) await make(step, `[${index + 1}/${steps.length}] ${step.name}`)
  }
  say(`the rig: built in ${seconds(started)}`)
}

async function make(step: Step, title: string): Promise<void> {
  const started = Date.now()
  const temporary = `${step.path}.${process.pid}`
  let doing = ''
  say(`${title} …`)
  const timer = setInterval(() => say(`${title} … ${seconds(started)}${doing && `, ${doing}`}`), 15_000)
  mkdirSync(join(step.path, '..'), { recursive: true })
  try {
    await step.make(temporary, (text) => (doing = text))
    renameSync(temporary, step.path)
  } finally {
    clearInterval(timer)
    rmSync(temporary, { force: true })
  }
  say(`${title} … ${seconds(started)}, done`)
}

function seconds(since: number): string {
  return `${Math.round((Date.now() - since) / 1000)} s`
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

if (import.meta.main) {
  const built = await build().catch((error: unknown) => {
    if (!(error instanceof NoGo)) throw error
    console.error(error.message)
    process.exit(1)
  })
  console.log(JSON.stringify(built, null, 2))
}
