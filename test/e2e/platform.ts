import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { bundle } from '../../scripts/edge/bundle.ts'
import { treeBelow } from '../../scripts/edge/tree.ts'
import { filesUnder } from '../../scripts/check/tree.ts'
import { replicasInApplication } from '../../plugin/service/application.ts'
import type { Argocd, ArgocdOptions } from './rig/argocd.ts'
import type { Repository } from './rig/repository.ts'
import { type Rig, type RigOptions, startRig } from './rig/rig.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tree = treeBelow(root)

/** The namespace of the services, as strict as the cluster will have it. */
export const namespace = 'platform-services'

/** A rig with the repository of this tree in it, and an Argo CD that renders it with the bundled plugin. */
export interface Platform {
  readonly rig: Rig
  readonly argocd: Argocd
  readonly repository: Repository
  /** Creates the Applications of these services, and waits until all are Synced and Healthy. */
  deploy(environment: string, services: readonly string[]): Promise<void>
  /** Commits another pin for the services in the environment, has Argo CD look at git, and gives the commit. */
  bump(services: string | readonly string[], sha: string, environment: string): Promise<string>
  /** Commits the files, has Argo CD look at git for these services, and gives the commit. */
  commit(files: Record<string, string>, services: readonly string[]): Promise<string>
}

/** Takes an environment, returns the names of its services. */
export const servicesOf = (environment: string): string[] =>
  tree
    .list(`overlays/${environment}/services`)
    .filter((name) => tree.kind(`overlays/${environment}/services/${name}`) === 'folder')

/**
 * Takes options of the rig and of Argo CD (which may need the rig's folder), starts both with a namespace that enforces
 * Pod Security `restricted`; the files are in the repository instead of this tree's own.
 */
export async function startPlatform(
  options: RigOptions = {},
  argocdOptions: ArgocdOptions | ((folder: string) => ArgocdOptions) = {},
  files: Record<string, string> = {},
): Promise<Platform> {
  const rig = await startRig(options)
  try {
    await createNamespace(rig, namespace)
    const repository = await rig.repository('platform')
    await repository.commit({ ...committedTree(), ...files })
    const more = typeof argocdOptions === 'function' ? argocdOptions(rig.folder) : argocdOptions
    const argocd = await rig.argocd({ plugin: await pluginFolder(rig.folder), ...more })
    const commit: Platform['commit'] = async (changed, services) => {
      const revision = await repository.commit(changed, Object.keys(changed).join(', '))
      await Promise.all(services.map((service) => argocd.refresh(service)))
      return revision
    }
    return {
      rig,
      argocd,
      repository,
      deploy: async (environment, services) => {
        await Promise.all(
          services.map((service) => argocd.application(service, applicationSpec(repository, environment, service))),
        )
        for (const service of services) await argocd.healthy(service, { milliseconds: 120_000 })
      },
      bump: (services, sha, environment) => {
        const bumped = [services].flat()
        const pinned = bumped.map((service) => {
          const file = `overlays/${environment}/services/${service}/kustomization.yaml`
          const text = readFileSync(path.join(repository.folder, file), 'utf8')
          return [file, text.replace(/(newTag: )\S+/, `$1'${sha}'`)]
        })
        return commit(Object.fromEntries(pinned), bumped)
      },
      commit,
    }
  } catch (error) {
    await rig.stop('keep')
    throw error
  }
}

/**
 * Takes a rig and a name, creates a namespace as the foundation does, Pod Security `restricted` of 1.36 enforced, and the
 * priority classes that the services' pods name; not the foundation's quotas and admission policy.
 */
export async function createNamespace(rig: Rig, name: string): Promise<void> {
  const level = { enforce: 'restricted', 'enforce-version': 'v1.36', warn: 'restricted', 'warn-version': 'v1.36' }
  const labels = Object.fromEntries(
    Object.entries(level).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]),
  )
  await rig.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
  const classes = readFileSync(path.join(root, 'base/infra/foundation/priority-classes.yaml'), 'utf8')
  await rig.kubectl(['apply', '--server-side', '-f', '-'], classes)
}

/** The part of this tree that Argo CD reads, or these folders of it, as it is in the work tree. */
export function committedTree(folders = ['base', 'overlays']): Record<string, string> {
  const files = folders.flatMap((folder) => filesUnder(folder, tree))
  return Object.fromEntries(files.map((file) => [file, tree.read(file) ?? '']))
}

/** Takes a folder, returns one in it with the plugin's own configuration, in which only the bundle's place is another. */
export async function pluginFolder(within: string): Promise<string> {
  const folder = path.join(within, 'plugin')
  mkdirSync(folder, { recursive: true })
  const configuration = readFileSync(path.join(root, 'plugin/plugin.yaml'), 'utf8')
  writeFileSync(
    path.join(folder, 'plugin.yaml'),
    configuration.replace('/opt/platform-kernel/plugin.mjs', await bundle(root)),
  )
  return folder
}

/** Takes a service of an environment, returns the spec of its Application. */
export function applicationSpec(
  repository: Pick<Repository, 'url'>,
  environment: string,
  service: string,
  autoscaled = isAutoscaled(environment, service),
): object {
  const { syncOptions, ignoreDifferences } = replicasInApplication({ autoscaled })
  return {
    project: 'default',
    source: {
      repoURL: repository.url,
      targetRevision: 'main',
      path: `overlays/${environment}/services/${service}`,
      plugin: { name: 'platform-kernel' },
    },
    destination: { server: 'https://kubernetes.default.svc', namespace },
    syncPolicy: {
      automated: { prune: true, selfHeal: true },
      syncOptions: ['ServerSideApply=true', ...syncOptions],
      retry: { limit: 5, backoff: { duration: '1s', factor: 2, maxDuration: '10s' } },
    },
    ignoreDifferences,
  }
}

function isAutoscaled(environment: string, service: string): boolean {
  const definition = parse(tree.read(`base/services/${service}/definition.yaml`) ?? '') as {
    spec: { autoscaling?: unknown }
  }
  return environment !== 'dev' && definition.spec.autoscaling !== undefined
}
