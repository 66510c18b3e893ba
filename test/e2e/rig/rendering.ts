import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.ts'
import { claimLoopback } from './ports.ts'
import { type RepoServer, type RepoServerOptions, startRepoServer } from './repo-server.ts'
import { createRepository, type Repository } from './repository.ts'
import { openServers } from './servers.ts'

/** The part of Argo CD that renders, and no cluster: repo-server and cmp-server, for what is asked of them directly. */
export interface Rendering extends Pick<RepoServer, 'generate' | 'cmpServer'> {
  /** Everything of it: logs/, and what a test wants to have gone afterwards. */
  folder: string
  repository(name: string): Promise<Repository>
  tails(lines?: number): string
  /** Ends every process and removes the folder; "keep" leaves the logs. */
  stop(logs?: 'remove' | 'keep'): Promise<void>
}

/** Takes what makes the options of its folder, starts repo-server and cmp-server in about a second; fails with the logs' tails. */
export async function startRendering(
  optionsIn: (folder: string) => RepoServerOptions | Promise<RepoServerOptions>,
): Promise<Rendering> {
  const built = await build()
  const loopback = await claimLoopback()
  const folder = mkdtempSync(join(tmpdir(), 'rendering-'))
  const servers = openServers(folder)
  const stop = async (logs: 'remove' | 'keep' = 'remove') => {
    await servers.stop(logs)
    loopback.release()
  }
  try {
    const options = await optionsIn(folder)
    const { generate, cmpServer } = await startRepoServer({ folder, built, loopback, servers }, options)
    const repository = (name: string) => createRepository(join(folder, 'repositories', name))
    return { folder, generate, cmpServer, repository, tails: servers.tails, stop }
  } catch (error) {
    const tails = servers.tails()
    await stop('keep')
    throw new Error(`${String(error)}\n${tails}`, { cause: error })
  }
}
