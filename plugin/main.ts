import { tmpdir } from 'node:os'
import { formatFindings } from './finding.ts'
import { standOf } from './root.ts'
import { stopBuilds, worldOf } from './world.ts'

let isEnding = false

/** The one way out, taken once: the text is written whole before the process ends with its code; a reader that left is a failure. */
function end(code: number, stream: NodeJS.WriteStream, text: string): void {
  if (isEnding) return
  isEnding = true
  stream.on('error', () => process.exit(1))
  stream.write(text, (error) => process.exit(error ? 1 : code))
}

const refuse = (file: string, fact: string, remedy: string): void =>
  end(1, process.stderr, formatFindings([{ at: { file }, fact, remedy }]))

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopBuilds()
    end(1, process.stderr, `stopped by ${signal}\n`)
  })
}

/**
 * Seconds until the plugin gives up. Argo CD's controller and API server wait 60 s, git and queue included, and cmp-server
 * ends what they no longer wait for: only a message from before that is read.
 * https://github.com/argoproj/argo-cd/blob/v3.5.3/cmpserver/plugin/plugin.go
 */
const deadline = process.env.PLATFORM_KERNEL_DEADLINE_SECONDS ?? '45'

const { root, prefix, folder } = standOf(process.cwd(), process.env.ARGOCD_APP_SOURCE_PATH)

if (/^\d{1,4}(\.\d+)?$/.test(deadline)) {
  setTimeout(giveUp, Number(deadline) * 1000 - performance.now()).unref()
  await render()
} else {
  refuse('PLATFORM_KERNEL_DEADLINE_SECONDS', `is "${deadline}"`, 'write a number of seconds, such as 45')
}

async function render(): Promise<void> {
  try {
    const { ARGOCD_APP_REVISION: revision, KUSTOMIZE: kustomize = 'kustomize' } = process.env
    // Set in plugin/Dockerfile.
    const plugin = process.env.PLATFORM_KERNEL_PLUGIN || undefined
    const world = { ...worldOf(root, folder, kustomize, revision, prefix), plugin }
    // The rest is loaded while Kustomize already runs.
    const { generate } = await import('./generate.ts')
    const result = await generate(folder, world)
    if ('manifests' in result) end(0, process.stdout, result.manifests)
    else end(1, process.stderr, formatFindings(result.findings))
  } catch (error) {
    stopBuilds()
    // A full disk, a file that may not be read: true of the machine, not of the code.
    if (error instanceof Error && 'syscall' in error) {
      const at = 'path' in error ? String(error.path) : tmpdir()
      refuse(at, error.message, 'give the plugin what it lacks, such as room in its temporary folder')
      return
    }
    const trace = error instanceof Error ? error.stack : String(error)
    end(70, process.stderr, `this is a bug of the plugin, not of the manifests:\n${trace}\n`)
  }
}

function giveUp(): void {
  stopBuilds()
  const remedy =
    'refresh the Application; if that is no help, see what Kustomize waits for, or give the sidecar more CPU'
  refuse(folder || '.', `there is no result after ${deadline} s`, remedy)
}
