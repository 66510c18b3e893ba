import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { ApiError, type Api, type Json } from './api.ts'
import type { ApiServer } from './api-server.ts'
import type { Context } from './context.ts'

export interface ArgocdOptions {
  /** The folder that holds plugin.yaml, for cmp-server. */
  plugin?: string
  /** The Lua health script of Application: in argocd-cm before the controller starts, else its cluster cache never uses it. */
  applicationHealth?: string
  /** Further entries of argocd-cm. */
  config?: Record<string, string>
  /** Further variables of the servers, such as ARGOCD_CMP_CHUNK_SIZE. */
  environment?: Record<string, string>
  repoServer?: string[]
  controller?: string[]
}

export interface Argocd {
  /** host:port of repo-server's gRPC, without TLS. */
  repoServer: string
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
  const { servers, loopback } = context
  await installConfig(context, api, options)
  const ports = {
    redis: await loopback.freePort(),
    repo: await loopback.freePort(),
    metrics: await loopback.freePort(),
  }
  const at = (port: number) => `${loopback.address}:${port}`
  const environment = prepare(context, kubeconfig('admin'))
  const start = (name: string, args: string[]) =>
    servers.start(name, context.built.binaries.argocd, args, {
      ...environment,
      ARGOCD_BINARY_NAME: name,
      ...options.environment,
    })

  servers.start('redis', context.built.binaries.redis, [at(ports.redis)])
  if (options.plugin) start('argocd-cmp-server', [`--config-dir-path=${options.plugin}`])
  start('argocd-repo-server', [
    `--address=${loopback.address}`,
    `--port=${ports.repo}`,
    `--metrics-address=${loopback.address}`,
    `--metrics-port=${ports.metrics}`,
    `--redis=${at(ports.redis)}`,
    '--disable-tls',
    '--client-ca-path=',
    ...(options.repoServer ?? []),
  ])
  await servers.until('argocd-repo-server is ready', async () => {
    const sockets = readdirSync(environment.ARGOCD_PLUGINSOCKFILEPATH)
    return (!options.plugin || sockets.length > 0) && (await fetch(`http://${at(ports.metrics)}/healthz`)).ok
  })
  const startController = () =>
    start('argocd-application-controller', [
      `--namespace=${namespace}`,
      `--repo-server=${at(ports.repo)}`,
      `--redis=${at(ports.redis)}`,
      '--repo-server-plaintext',
      // It listens on all addresses whatever it is told: any free port.
      '--metrics-port=0',
      ...(options.controller ?? []),
    ])
  let controller = startController()

  const get = (name: string): Promise<Json | undefined> =>
    api.get(`${applications}/${name}`).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 404) return undefined
      throw error
    })
  return {
    repoServer: at(ports.repo),
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
  return { ...(applicationHealth === undefined ? {} : { [health]: applicationHealth }), ...config }
}

function prepare({ folder, built, servers }: Context, kubeconfig: string) {
  const own = (name: string) => {
    const path = join(folder, 'argocd', name)
    mkdirSync(path, { recursive: true })
    return path
  }
  const bin = own('bin')
  symlinkSync(built.binaries.kustomize, join(bin, 'kustomize'))
  // So that a plugin's `node` is the one that runs the tests.
  symlinkSync(process.execPath, join(bin, 'node'))
  // repo-server runs it for every commit, also where no signature is asked for; without it, all it says is "permission denied".
  writeFileSync(join(bin, 'git-verify-wrapper.sh'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
  const gnupg = own('gnupg')
  chmodSync(gnupg, 0o700)
  return {
    PATH: [bin, servers.environment.PATH].join(delimiter),
    HOME: own('home'),
    TMPDIR: own('tmp'),
    KUBECONFIG: kubeconfig,
    // https://kubernetes.default.svc is then the kubeconfig's server.
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_TLS_DATA_PATH: own('tls'),
    ARGOCD_SSH_DATA_PATH: own('ssh'),
    ARGOCD_GPG_DATA_PATH: own('gpg'),
    ARGOCD_GNUPGHOME: gnupg,
    ARGOCD_ASK_PASS_SOCK: join(own('sockets'), 'ask-pass'),
    ARGOCD_PLUGINSOCKFILEPATH: own('plugins'),
    ARGOCD_CMP_WORKDIR: own('cmp'),
    // Else three failures of one commit are remembered for an hour.
    ARGOCD_PAUSE_GEN_AFTER_FAILED_ATTEMPTS: '0',
  }
}
