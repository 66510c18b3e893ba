import { statSync } from 'node:fs'
import path from 'node:path'
import { formatFindings } from './finding.ts'
import { stopBuilds, worldOf } from './world.ts'

/** The folder above that holds overlays/: all paths in messages start there. */
function rootAbove(folder: string): string {
  for (let here = folder; ; here = path.dirname(here)) {
    if (statSync(path.join(here, 'overlays'), { throwIfNoEntry: false })?.isDirectory()) return here
    if (path.dirname(here) === here) return folder
  }
}

/** The one way out: the text is written whole before the process ends with its code; a reader that left is a failure. */
function end(code: number, stream: NodeJS.WriteStream, text: string): void {
  stream.on('error', () => process.exit(1))
  stream.write(text, (error) => process.exit(error ? 1 : code))
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopBuilds()
    end(1, process.stderr, `stopped by ${signal}\n`)
  })
}

const folder = process.cwd()
const root = rootAbove(folder)
const relative = path.relative(root, folder).split(path.sep).join('/')
try {
  const world = worldOf(root, relative, process.env.KUSTOMIZE ?? 'kustomize')
  // The rest is loaded while Kustomize already runs.
  const { generate } = await import('./generate.ts')
  const result = await generate(relative, world)
  if ('manifests' in result) end(0, process.stdout, result.manifests)
  else end(1, process.stderr, formatFindings(result.findings))
} catch (error) {
  stopBuilds()
  const trace = error instanceof Error ? error.stack : String(error)
  end(70, process.stderr, `this is a bug of the plugin, not of the manifests:\n${trace}\n`)
}
