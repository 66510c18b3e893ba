import { join } from 'node:path'
import { format, line, median } from '../../scripts/bench/figures.ts'
import { byHand } from '../../scripts/bench/trees.ts'
import { inTurn } from '../../scripts/edge/measure.ts'
import { runPlugin } from '../plugin.ts'
import { committedTree, pluginFolder } from './platform.ts'
import { build } from './rig/build.ts'
import type { ApplicationRequest } from './rig/generate.ts'
import { type Memory, peakMemory } from './rig/memory.ts'
import { startRendering } from './rig/rendering.ts'

const rounds = 21
const path = 'overlays/prod/services/iam'
const plugin = { name: 'platform-kernel' }
const excluded = ['.git', 'node_modules']

/** What makes the way to the plugin cheap, as plugin/install sets it. */
const levers = {
  ARGOCD_CMP_CHUNK_SIZE: '262144',
  ARGOCD_REPO_SERVER_PLUGIN_TAR_EXCLUSIONS: excluded.join(';'),
  ARGOCD_REPO_SERVER_PLUGIN_USE_MANIFEST_GENERATE_PATHS: 'true',
}

/** Times what repo-server takes for one service with the plugin, beside Kustomize on the same objects written by hand, and prints it. */
export async function benchRendering(print: (text: string) => void): Promise<void> {
  const { binaries } = await build()
  const { stdout } = await runPlugin('overlays/prod/services', { KUSTOMIZE: binaries.kustomize })
  const hand = byHand(stdout)
  for (const [name, environment] of [
    ['with default settings', {}],
    ['with the settings of plugin/install', levers],
  ] as const) {
    print(`GenerateManifest of repo-server on a hard refresh, iam in prod, ${name}\n`)
    await beside({ environment, folder: pluginFolder }, 1, rounds)
    print('the same, 12 at once\n')
    await beside({ environment, folder: pluginFolder }, 12, 24)
  }
  for (const [name, repoServer] of [
    ['no parallelism limit', []],
    ['--parallelismlimit=4', ['--parallelismlimit=4']],
  ] as const) {
    print(`the sidecar's memory under 20 requests at once, ${name}\n`)
    await memory([...repoServer])
  }

  async function beside(
    { environment, folder }: { environment: Record<string, string>; folder: typeof pluginFolder },
    concurrent: number,
    times: number,
  ): Promise<void> {
    const options = async (within: string) => ({
      plugin: await folder(within),
      environment: { ...cached(within), ...environment },
    })
    const rendering = await startRendering(options)
    try {
      const ours = await rendering.repository('ours')
      await ours.commit(committedTree())
      const theirs = await rendering.repository('by-hand')
      await theirs.commit(hand)
      const pair: ApplicationRequest[] = [
        {
          repository: ours.url,
          source: { path, plugin },
          more: { annotationManifestGeneratePaths: '/base;/overlays/prod' },
        },
        { repository: theirs.url, source: { path } },
      ]
      if (concurrent === 1) {
        const all = Array.from({ length: times + 2 }, () => pair).flat()
        const answers = await rendering.generate.applications(all)
        const of = (index: number) => answers.filter((_, it) => it % 2 === index).slice(2)
        for (const { error } of answers) if (error) throw new Error(error)
        const [plugins, native] = [of(0), of(1)].map((runs) => runs.map(({ milliseconds }) => milliseconds))
        print(line('the plugin', plugins!) + line('Kustomize on the same objects by hand', native!))
        print(`  ${(median(plugins!) / median(native!)).toFixed(2)} times as long\n`)
        const env = { ...cached(rendering.folder), KUSTOMIZE: binaries.kustomize }
        const [process = [], kustomize = []] = await inTurn(
          [
            {
              command: globalThis.process.execPath,
              args: ['plugin/dist/plugin.mjs'].map((file) => join(import.meta.dirname, '../..', file)),
              cwd: join(ours.folder, path),
              env,
            },
            { command: binaries.kustomize, args: ['build', '.'], cwd: join(theirs.folder, path) },
          ],
          times,
        )
        print(line('of that, the plugin alone', process) + line('of that, kustomize by hand alone', kustomize))
        const [streamed] = await rendering.generate.plugin(plugin.name, [
          {
            root: ours.folder,
            folder: join(ours.folder, path),
            exclude: 'ARGOCD_CMP_CHUNK_SIZE' in environment ? excluded : [],
          },
        ])
        print(`  streamed to the plugin: ${streamed?.bytes} bytes in ${streamed?.chunks} messages\n\n`)
        return
      }
      for (const [index, name] of ['the plugin', 'Kustomize on the same objects by hand'].entries()) {
        const requests = Array.from({ length: times }, (_, it) => ({ ...pair[index]!, name: `asked-${it}` }))
        const started = performance.now()
        const answers = await rendering.generate.applications(requests, { concurrent })
        for (const { error } of answers) if (error) throw new Error(error)
        const took = performance.now() - started
        print(
          line(
            name,
            answers.map(({ milliseconds }) => milliseconds),
          ),
        )
        print(`    ${times} of them took ${format(took).trim()}\n`)
      }
      print('\n')
    } finally {
      await rendering.stop()
    }
  }

  async function memory(repoServer: string[]): Promise<void> {
    const options = async (within: string) => ({
      plugin: await pluginFolder(within),
      environment: { ...cached(within), ...levers },
      repoServer,
    })
    const rendering = await startRendering(options)
    try {
      const ours = await rendering.repository('ours')
      await ours.commit(committedTree())
      const requests = Array.from({ length: 60 }, (_, it) => ({
        repository: ours.url,
        name: `asked-${it}`,
        source: { path, plugin },
        more: { annotationManifestGeneratePaths: '/base;/overlays/prod' },
      }))
      const idle = await peakMemory(rendering.cmpServer!, async () => {})
      const { peak, plugins, result } = await peakMemory(rendering.cmpServer!, () =>
        rendering.generate.applications(requests, { concurrent: 20 }),
      )
      for (const { error } of result) if (error) throw new Error(error)
      print(`  cmp-server alone: ${inMb(idle.peak)}\n`)
      print(`  at its peak, with ${plugins} plugins at once: ${inMb(peak)}\n\n`)
    } finally {
      await rendering.stop()
    }
  }
}

/** Where the image keeps what node has compiled. */
const cached = (folder: string) => ({ NODE_COMPILE_CACHE: join(folder, 'node-compile-cache') })

const inMb = ({ rss, pss }: Memory): string =>
  `${(pss / 1024).toFixed(0)} MB (shared pages counted once; ${(rss / 1024).toFixed(0)} MB as the sum of RSS)`
