import { setTimeout } from 'node:timers/promises'
import { allowedInstead } from '../plugin/nearest.ts'
import type { Desk, Outcome } from './command.ts'
import { environments } from './environments.ts'
import { stopOnSignal } from './edge/stop-on-signal.ts'
import { type Row, show } from './sandbox/table.ts'

export const usage = `npm run sandbox [environment]
  a real control plane and a real Argo CD on this machine, with the services of the environment (default dev) as the last
  commit has them; follows new commits until Ctrl-C`

/** Starts the rig on the current commit, shows how it fares, and follows the branch until it is told to stop. */
export async function run([environment = 'dev', extra]: string[], { files, git, root }: Desk): Promise<Outcome> {
  if (extra !== undefined) return { wrongWords: true }
  if (!environments.some((name) => name === environment)) {
    const remedy = allowedInstead(environment, environments)
    return { findings: [{ at: { file: environment }, fact: 'there is no such environment', remedy }] }
  }
  if ((await git('rev-parse', 'HEAD')) === undefined) {
    return {
      findings: [{ at: { file: '.' }, fact: 'is no git repository with a commit', remedy: 'git init, and commit' }],
    }
  }
  const stopped = stopOnSignal()
  const { startSandbox } = await import('../test/e2e/sandbox.ts')
  const services = files
    .list(`overlays/${environment}/services`)
    .filter((name) => files.kind(`overlays/${environment}/services/${name}`) === 'folder')
  process.stderr.write('starting a control plane and Argo CD …\n')
  const sandbox = await startSandbox(root, environment, services)
  try {
    const dirty = await git('status', '--porcelain', '--', 'base', 'overlays')
    const note = dirty ? '\nChanges that are not committed are not shown.' : ''
    process.stdout.write(
      `export KUBECONFIG=${sandbox.kubeconfig}\nCommit, and watch it roll out. Ctrl-C ends everything.${note}\n\n`,
    )
    let before: Row[] = []
    while (!stopped.aborted) {
      await sandbox.follow((await git('rev-parse', 'HEAD'))?.trim() ?? '')
      const now = await sandbox.rows()
      show(before, now)
      before = now
      await setTimeout(500, undefined, { signal: stopped }).catch(() => undefined)
    }
  } finally {
    await sandbox.stop()
  }
  return { notes: 'everything is stopped\n' }
}
