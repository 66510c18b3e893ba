import path from 'node:path'
import { installedSettings } from '../installed.ts'
import { createNamespace, pluginFolder } from '../platform.ts'
import type { Json } from '../rig/api.ts'
import type { Argocd } from '../rig/argocd.ts'
import type { Repository } from '../rig/repository.ts'
import { type Rig, type RigOptions, startRig } from '../rig/rig.ts'
import { infra, services, smallPlatform, type Tree } from './tree.ts'

/** A rig with a small platform in waves: its repository, and an Argo CD that runs its root. */
export interface Waves {
  readonly rig: Rig
  readonly argocd: Argocd
  readonly repository: Repository
  /** Commits the files, has Argo CD look at git, and gives the commit. */
  commit(files: Record<string, string | undefined>): Promise<string>
  /** Waits until the commit has gone through all waves, and every Application is Synced and Healthy. */
  arrived(revision: string, milliseconds?: number): Promise<void>
  /** Every Application by its name. */
  applications(): Promise<Map<string, Json>>
}

/** A deadline is noticed when Argo CD looks next, and a test cannot wait the minute that is installed. */
const impatient = ['--app-resync=10', '--app-resync-jitter=0']

/**
 * Starts a rig with the small platform, or what is made of it, committed and its root applied, as bootstrap applies them. A patient
 * Argo CD looks by itself as often as it is installed to.
 */
export async function startWaves(
  change: (tree: Tree, url: string, rig: Rig) => Tree | Promise<Tree> = (tree) => tree,
  options: RigOptions & { helm?: string; patient?: boolean } = {},
  environment = 'dev',
): Promise<Waves> {
  const rig = await startRig({ lifecycle: { readyAfter: 500, completeAfter: 500 }, ...options })
  try {
    for (const name of [infra, services]) await createNamespace(rig, name)
    const repository = await rig.repository('platform')
    await repository.commit(await change(smallPlatform(repository.url, environment), repository.url, rig))
    const settings = await installedSettings()
    const helm = options.helm !== undefined && { helm: options.helm }
    const plugin = await pluginFolder(rig.folder)
    const controller = options.patient ? [] : impatient
    const argocd = await rig.argocd({ plugin, ...helm, ...settings, controller })
    const applied = ['apps/project.yaml', `clusters/${environment}/root.yaml`]
    for (const file of applied)
      await rig.kubectl(['apply', '--server-side', '--force-conflicts', '-f', path.join(repository.folder, file)])
    const applications = async () => {
      const { items } = await rig.api.get('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications')
      return new Map((items as Json[]).map((application) => [application.metadata.name as string, application]))
    }
    return {
      rig,
      argocd,
      repository,
      applications,
      commit: async (files) => {
        const revision = await repository.commit(files, Object.keys(files).join(', ') || 'Nothing')
        await argocd.refresh('root')
        return revision
      },
      arrived: (revision, milliseconds = 90_000) =>
        rig
          .until(
            `${revision} has arrived`,
            async () => {
              const all = [...(await applications()).values()]
              const behind = all.filter((application) => !isDone(application, revision)).map(summary)
              if (behind.length > 0) throw new Error(behind.join('\n'))
              const { data } = await rig.api.get('/api/v1/namespaces/argocd/configmaps/deployed')
              return data.commit === revision
            },
            milliseconds,
          )
          .then(() => {}),
    }
  } catch (error) {
    await rig.stop('keep')
    throw error
  }
}

function isDone({ metadata, spec, status, operation }: Json, revision: string): boolean {
  const { sync, health, operationState } = status ?? {}
  const isIdle = !operation && (!operationState || operationState.phase === 'Succeeded')
  // What the commit does not change stays at the commit that did.
  const wanted = metadata.name === 'root' ? revision : spec.source.targetRevision
  return sync?.revision === wanted && sync.status === 'Synced' && health?.status === 'Healthy' && isIdle
}

const summary = ({ metadata, spec, status }: Json): string =>
  JSON.stringify({
    name: metadata.name,
    stamp: spec.source.targetRevision,
    revision: status?.sync?.revision,
    sync: status?.sync?.status,
    health: status?.health?.status,
    operation: [status?.operationState?.phase, status?.operationState?.message],
    conditions: status?.conditions?.map(({ message }: Json) => message),
  })
