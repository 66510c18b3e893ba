import { readFileSync } from 'node:fs'
import { ApiError, type Api, type Json } from './api.ts'
import type { ApiServer } from './api-server.ts'
import type { Context } from './context.ts'
import { type RepoServer, type RepoServerOptions, startRepoServer } from './repo-server.ts'

export interface ArgocdOptions extends RepoServerOptions {
  /** The Lua health script of Application: in argocd-cm before the controller starts, else its cluster cache never uses it. */
  applicationHealth?: string
  /** Further entries of argocd-cm. */
  config?: Record<string, string>
  controller?: string[]
  controllerEnvironment?: Record<string, string>
}

export interface Argocd {
  /** host:port of repo-server's gRPC, without TLS. */
  repoServer: string
  /** Asks for manifests without the controller. */
  generate: RepoServer['generate']
  /** Creates or merges an Application in namespace argocd. */
  application(name: string, spec: object, metadata?: object): Promise<void>
  /** Gives the Application, or undefined. */
  get(name: string): Promise<Json | undefined>
  /** Asks the controller to compare with git again. */
  refresh(name: string, how?: 'normal' | 'hard'): Promise<void>
  /** Waits until the Application is Synced and Healthy at the revision if one is given, and gives it; fails with its status. */
  healthy(name: string, options?: { revision?: string; milliseconds?: number }): Promise<Json>
  /** Stops the application controller and starts it again, as a change of its health scripts demands. */
  restartController(): Promise<void>
}

const namespace = 'argocd'
const applications = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/applications`

/** Installs Argo CD's configuration, starts its servers, and gives them once they serve. */
export async function startArgocd(
  context: Context,
  { api, kubeconfig }: ApiServer,
  options: ArgocdOptions = {},
): Promise<Argocd> {
  const { servers } = context
  await installConfig(context, api, options)
  const repoServer = await startRepoServer(context, options, { KUBECONFIG: kubeconfig('admin') })
  const startController = () => {
    const flags = [
      `--namespace=${namespace}`,
      `--repo-server=${repoServer.address}`,
      `--redis=${repoServer.redis}`,
      '--repo-server-plaintext',
      // It listens on all addresses whatever it is told: any free port.
      '--metrics-port=0',
      ...(options.controller ?? []),
    ]
    return repoServer.start('argocd-application-controller', flags, options.controllerEnvironment)
  }
  let controller = startController()

  const get = (name: string): Promise<Json | undefined> =>
    api.get(`${applications}/${name}`).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 404) return undefined
      throw error
    })
  return {
    repoServer: repoServer.address,
    generate: repoServer.generate,
    get,
    application: async (name, spec, metadata = {}) => {
      const object = {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { ...metadata, name, namespace },
        spec,
      }
      if (await get(name)) await api.merge(`${applications}/${name}`, object)
      else await api.create(applications, object)
    },
    refresh: (name, how = 'normal') =>
      api.merge(`${applications}/${name}`, { metadata: { annotations: { 'argocd.argoproj.io/refresh': how } } }),
    healthy: (name, { revision, milliseconds = 60_000 } = {}) =>
      servers.until(
        `Application ${name} is Synced and Healthy`,
        async () => {
          const application = await get(name)
          const { sync, health, conditions } = application?.status ?? {}
          const reached = !revision || sync?.revision === revision
          if (reached && sync?.status === 'Synced' && health?.status === 'Healthy') return application
          throw new Error(JSON.stringify({ sync: sync?.status, revision: sync?.revision, health, conditions }))
        },
        milliseconds,
      ),
    restartController: async () => {
      await controller.stop()
      controller = startController()
    },
  }
}

async function installConfig({ built }: Context, api: Api, options: ArgocdOptions): Promise<void> {
  await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const objects = JSON.parse(readFileSync(built.manifests['argo-cd-config'], 'utf8')) as Json[]
  for (const object of objects) {
    if (object.metadata.name === 'argocd-cm') object.data = { ...object.data, ...configuration(options) }
    await api.create(`/api/v1/namespaces/${namespace}/${object.kind.toLowerCase()}s`, object)
  }
  await api.create(`/apis/argoproj.io/v1alpha1/namespaces/${namespace}/appprojects`, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  })
}

function configuration({ applicationHealth, config }: ArgocdOptions): Record<string, string> {
  const health = 'resource.customizations.health.argoproj.io_Application'
  return { ...config, ...(applicationHealth === undefined ? {} : { [health]: applicationHealth }) }
}
