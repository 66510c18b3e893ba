import path from 'node:path'
import type { World } from '../plugin/generate.ts'
import { type Finding, formatFindings } from '../plugin/finding.ts'
import type { Command, Desk, Outcome } from './command.ts'
import type { ServiceDefinition } from '../plugin/kinds/service-definition.ts'
import type { Kustomize } from './edge/kustomize.ts'
import { treeBelow } from './edge/tree.ts'
import { replaceFile } from './edge/replace.ts'
import { eatenFlags } from './edge/npm-words.ts'

const root = path.resolve(import.meta.dirname, '..')

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  bench: () => import('./bench.ts'),
  bootstrap: () => import('./bootstrap.ts'),
  'break-glass': () => import('./break-glass.ts'),
  build: () => import('./build.ts'),
  bump: () => import('./bump.ts'),
  capacity: () => import('./capacity.ts'),
  check: () => import('./check.ts'),
  diff: () => import('./diff.ts'),
  render: () => import('./render.ts'),
  sandbox: () => import('./sandbox.ts'),
}

async function shell(folder = '', within = root) {
  const { $ } = await import('zx')
  return $({ nothrow: true, quiet: true, cwd: path.join(within, folder) })
}

async function render(within: string, folder: string, revision?: string, bundled?: string) {
  const { bundle } = await import('./edge/bundle.ts')
  const [plugin, { command }, $] = await Promise.all([bundled ?? bundle(root), kustomize(), shell(folder, within)])
  const env = { ...process.env, KUSTOMIZE: command, ...(revision && { ARGOCD_APP_REVISION: revision }) }
  const { exitCode, stdout, stderr } = await $({ env })`${process.execPath} ${plugin}`
  return { code: exitCode ?? 1, stdout, stderr }
}

const kustomize = async (): Promise<Kustomize> => (await import('./edge/kustomize.ts')).findKustomize(root)

const desk: Desk = {
  root,
  files: treeBelow(root),
  kustomize,
  bundle: async () => (await import('./edge/bundle.ts')).bundle(root),
  replace: (file, text) => replaceFile(path.join(root, file), text),
  render: (folder, revision) => render(root, folder, revision),
  renderAt: async (commit, folder) => {
    const { atCommit } = await import('./edge/at-commit.ts')
    return atCommit(root, commit, (tree) => render(tree, folder, commit))
  },
  at: async (commit, work) => {
    const { atCommit, builtPlugin } = await import('./edge/at-commit.ts')
    return atCommit(root, commit, async (tree) => {
      const plugin = builtPlugin(tree, root)
      return work({ files: treeBelow(tree), render: (folder, revision) => render(tree, folder, revision, plugin) })
    })
  },
  build: async (folder) => {
    const [{ kustomizeArguments }, { command }, $] = await Promise.all([
      import('../plugin/world.ts'),
      kustomize(),
      shell(folder),
    ])
    const { exitCode, stdout, stderr } = await $`${command} ${kustomizeArguments(command)}`
    return { code: exitCode ?? 1, stdout, stderr }
  },
  contexts: async () => (await import('./edge/cluster.ts')).readContexts(),
  cluster: async (context) => (await import('./edge/cluster.ts')).openCluster(root, context),
  stages: async () => {
    const { bundle } = await import('./edge/bundle.ts')
    const [{ worldOf }, { command }] = await Promise.all([import('../plugin/world.ts'), kustomize(), bundle(root)])
    const { finish, merge } = await import('../plugin/generate.ts')
    const { kinds } = await import('../plugin/generated/kinds.ts')
    // Each starts a Kustomize, so both stages of a folder have one.
    const worlds = new Map<string, World>()
    const world = (folder: string): World => {
      // No commit yet: what is checked is about to become one.
      const made = worlds.get(folder) ?? worldOf(root, folder, command, '0'.repeat(40))
      worlds.set(folder, made)
      return made
    }
    return {
      isDefinition: (object): object is ServiceDefinition => kinds.ServiceDefinition!.validate(object) === true,
      merge: (folder) => merge(folder, world(folder)),
      finish: (folder, merged) => finish(folder, merged, world(folder)),
    }
  },
  git: async (...words) => {
    const $ = await shell()
    const { exitCode, stdout } = await $`git ${words}`
    return exitCode === 0 ? stdout : undefined
  },
  write: async (edits) => {
    const { writeEdits } = await import('./edge/write.ts')
    return writeEdits(root, edits)
  },
}

function show({ output = '', notes = '', findings = [] }: Outcome): void {
  process.stdout.write(output)
  process.stderr.write(notes + formatFindings(findings))
}

async function main([name = '', ...words]: string[]): Promise<number> {
  const load = commands[name]
  if (!load) {
    const { allowedInstead } = await import('../plugin/nearest.ts')
    const known = Object.keys(commands)
    if (name !== '')
      show({
        findings: [{ at: { file: name }, fact: 'there is no such command', remedy: allowedInstead(name, known) }],
      })
    process.stderr.write(`usage: npm run <${known.join(' | ')}>\n`)
    return 2
  }
  const eaten: Finding[] = eatenFlags(process.env)
  if (eaten.length > 0) {
    show({ findings: eaten })
    return 2
  }
  const command = await load()
  const outcome = words.at(-1) === 'help' ? { output: `${command.usage}\n` } : await command.run(words, desk)
  show(outcome)
  if (outcome.wrongWords) process.stderr.write(`${command.usage}\n`)
  return outcome.wrongWords ? 2 : outcome.failed || (outcome.findings?.length ?? 0) > 0 ? 1 : 0
}

process.stdout.on('error', () => process.exit(1))
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof Error && 'finding' in error) {
    show({ findings: [error.finding as Finding] })
    process.exit(1)
  }
  process.stderr.write(`this is a bug:\n${error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = 70
}
