import { format, line, median } from './bench/figures.ts'
import { byHand, type FileTree, manyServices } from './bench/trees.ts'
import { filesUnder } from './check/tree.ts'
import type { Desk, Outcome } from './command.ts'
import { inTurn, time, type Timed, withTree } from './edge/measure.ts'
import { kustomizeArguments, kustomizeGogc } from '../plugin/world.ts'
import { environments } from './environments.ts'

export const usage = `npm run bench [largest | rig]
  times the plugin, kustomize and bump side by side in one run; largest (default 300) is the most services to try
  rig: what a real repo-server takes with the plugin and without, and the sidecar's memory (builds the rig first, needs Go)`

const rounds = 11
const sizes = [12, 100, 300, 1000]

/** What a plugin that does nothing but run Kustomize would cost: node, and its output passed on. */
const passOn = `require('node:child_process').execFile(process.env.KUSTOMIZE, process.env.KUSTOMIZE.endsWith('kubectl') ? ['kustomize', '.'] : ['build', '.'], { maxBuffer: 2 ** 30 }, (error, text) => { if (error) throw error; process.stdout.write(text) })`

/** Times everything side by side and prints the medians as they come. */
export async function run(words: string[], { bundle, files, kustomize, root }: Desk): Promise<Outcome> {
  const [largest = '300', extra] = words
  if (largest === 'rig' && extra === undefined) {
    const { benchRendering } = await import('../test/e2e/bench-rendering.ts')
    await benchRendering((text) => process.stdout.write(text))
    return {}
  }
  if (extra !== undefined || !/^\d+$/.test(largest)) return { wrongWords: true }
  const { command, version } = await kustomize()
  const plugin = await bundle()
  const env = { KUSTOMIZE: command, NODE_COMPILE_CACHE: `${root}/node_modules/.cache/platform-kernel/compile` }
  const print = (text: string) => process.stdout.write(text)
  const ours = (folder: string): Timed => ({ command: process.execPath, args: [plugin], cwd: folder, env })
  // Kustomize runs in both as the plugin runs it, so that only what is ours differs.
  const nothing = (folder: string): Timed => {
    return { command: process.execPath, args: ['-e', passOn], cwd: folder, env: { ...env, GOGC: kustomizeGogc } }
  }
  const theirs = (folder: string): Timed => ({ command, args: kustomizeArguments(command), cwd: folder })

  print(`kustomize: ${command} (${version}), node ${process.versions.node}\n\n`)
  const iam = `${root}/overlays/prod/services/iam`
  print('one service (iam in prod)\n')
  const [plain = [], rendered = []] = await inTurn([nothing(iam), ours(iam)], rounds)
  print(line('node that only runs kustomize', plain) + line('the plugin', rendered))
  print(`  the plugin beyond node + kustomize: ${format(median(rendered.map((ms, index) => ms - plain[index]!)))}\n\n`)

  const definition = files.read('base/services/iam/definition.yaml') ?? ''
  const shared = Object.fromEntries(
    ['base/shared', 'overlays/prod/shared']
      .flatMap((folder) => filesUnder(folder, files))
      .map((path) => [path, files.read(path) ?? '']),
  )
  for (const count of [1, ...sizes.filter((size) => size <= Number(largest))]) {
    await beside(count, manyServices(definition, shared, count))
  }

  async function beside(count: number, tree: FileTree): Promise<void> {
    await withTree(tree, async (folder) => {
      const list = `${folder}/overlays/prod/services`
      const { printed } = await time(ours(list))
      await withTree(byHand(printed), async (hand) => {
        const pair = [ours(list), theirs(`${hand}/overlays/prod/services`)]
        const [fast = [], slow = []] = await inTurn(
          pair,
          count === 1 ? rounds : count > 100 ? 1 : 3,
          count > 100 ? 0 : 1,
        )
        print(
          `${count} ${count === 1 ? 'service' : 'services'}, beside kustomize on the same objects written by hand, with a patch and a pin each\n`,
        )
        print(line('the plugin', fast) + line('kustomize by hand', slow))
        print(`  by hand takes ${(median(slow) / median(fast)).toFixed(1)} times as long\n\n`)
      })
    })
  }

  print('the real twelve\n')
  const folders = environments.map((name) => `${root}/overlays/${name}/services`)
  const [whole = []] = await inTurn([ours(folders.at(-1)!)], 5)
  const all: number[] = []
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    await Promise.all(folders.map((folder) => time(ours(folder))))
    all.push(performance.now() - start)
  }
  print(line('one environment', whole) + line('all environments at once', all))

  print('\nbump\n')
  const bump = (...args: string[]): Timed => ({
    command: process.execPath,
    args: ['scripts/start.mjs', 'bump', ...args],
    cwd: root,
  })
  const [bumped = [], npm = []] = await inTurn(
    [
      bump('iam', 'a'.repeat(40), 'prod', 'plan'),
      { command: 'npm', args: ['run', '-s', 'bump', 'iam', 'a'.repeat(40), 'prod', 'plan'], cwd: root },
    ],
    rounds,
  )
  print(line('bump (plan)', bumped) + line('bump through npm', npm))
  return {}
}
