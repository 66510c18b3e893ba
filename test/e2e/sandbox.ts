import { execFileSync } from 'node:child_process'
import path from 'node:path'
import type { Row } from '../../scripts/sandbox/table.ts'
import { applicationSpec, createNamespace, namespace, pluginFolder } from './platform.ts'
import type { Json } from './rig/api.ts'
import { startRig } from './rig/rig.ts'

/** A rig that shows commits of a repository until it is stopped. */
export interface Sandbox {
  readonly kubeconfig: string
  /** Has Argo CD look at this commit, if it is another than before. */
  follow(commit: string): Promise<void>
  rows(): Promise<Row[]>
  stop(): Promise<void>
}

/** Takes a repository and the services of an environment, starts a rig with an Application for each. */
export async function startSandbox(root: string, environment: string, services: readonly string[]): Promise<Sandbox> {
  const rig = await startRig()
  try {
    await createNamespace(rig, namespace)
    // A bare repository of its own: Argo CD sees what is committed, and never locks the person's own.
    const mirror = path.join(rig.folder, 'repositories', 'mirror.git')
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', mirror])
    const push = (commit: string): void => {
      execFileSync('git', ['-C', root, 'push', '--quiet', '--force', mirror, `${commit}:refs/heads/main`], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
    }
    push('HEAD')
    const argocd = await rig.argocd({ plugin: await pluginFolder(rig.folder) })
    const repository = { url: `file://${mirror}` }
    for (const service of services) await argocd.application(service, applicationSpec(repository, environment, service))
    let followed = ''
    return {
      kubeconfig: rig.kubeconfig,
      follow: async (commit) => {
        if (commit === followed || commit === '') return
        push(commit)
        followed = commit
        await Promise.all(services.map((service) => argocd.refresh(service)))
      },
      rows: async () => {
        const { items } = await rig.api.get('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications')
        const deployments = await rig.api.get(`/apis/apps/v1/namespaces/${namespace}/deployments`)
        return (items as Json[]).map((application) => rowOf(application, deployments.items))
      },
      stop: () => rig.stop(),
    }
  } catch (error) {
    await rig.stop('keep')
    throw error
  }
}

function rowOf({ metadata, status = {} }: Json, deployments: Json[]): Row {
  const deployment = deployments.find((it) => it.metadata.name === metadata.name)
  const wrong = (status.conditions ?? []).filter(({ type }: Json) => type.endsWith('Error'))
  return {
    name: metadata.name,
    sync: status.sync?.status || 'Unknown',
    health: status.health?.status || 'Unknown',
    revision: status.sync?.revision ?? '',
    pods: deployment ? `${deployment.status?.readyReplicas ?? 0}/${deployment.spec.replicas}` : '-',
    message: wrong.map(({ message }: Json) => message).join('\n'),
  }
}
