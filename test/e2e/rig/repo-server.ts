import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Context } from './context.ts'
import { openGenerate } from './generate.ts'

export interface RepoServerOptions {
  /** The folder that holds plugin.yaml, for cmp-server. */
  plugin?: string
  /** The Helm to render charts with; without it, there is none. */
  helm?: string
  /** Further variables of the servers, such as ARGOCD_CMP_CHUNK_SIZE. */
  environment?: Record<string, string>
  /** Variables of one server only. */
  repoServerEnvironment?: Record<string, string>
  pluginEnvironment?: Record<string, string>
  repoServer?: string[]
}

export interface RepoServer {
  /** host:port of its gRPC, without TLS. */
  address: string
  /** host:port of its redis. */
  redis: string
  /** The id of cmp-server's process, where there is a plugin. */
  cmpServer: number | undefined
  /** Asks for manifests without the controller. */
  generate: ReturnType<typeof openGenerate>
  /** Starts another of Argo CD's servers with the same variables. */
  start(name: string, args: string[], environment?: Record<string, string>): { stop(): Promise<void> }
}

/** Starts redis, repo-server and, with a plugin, cmp-server, none of which needs a control plane; gives them once they serve. */
export async function startRepoServer(
  context: Context,
  options: RepoServerOptions = {},
  more: NodeJS.ProcessEnv = {},
): Promise<RepoServer> {
  const { servers, loopback, built } = context
  const at = async () => `${loopback.address}:${await loopback.freePort()}`
  const [redis, address, metrics] = [await at(), await at(), await at()]
  const environment = { ...prepare(context, options), ...more, ...options.environment }
  const start = (name: string, args: string[], own: Record<string, string> = {}) =>
    servers.start(name, built.binaries.argocd, args, { ...environment, ...own, ARGOCD_BINARY_NAME: name })
  const port = (place: string) => place.split(':')[1]

  servers.start('redis', built.binaries.redis, [redis])
  const cmpServer = options.plugin
    ? start('argocd-cmp-server', [`--config-dir-path=${options.plugin}`], options.pluginEnvironment)
    : undefined
  const flags = [
    `--address=${loopback.address}`,
    `--port=${port(address)}`,
    `--metrics-address=${loopback.address}`,
    `--metrics-port=${port(metrics)}`,
    `--redis=${redis}`,
    '--disable-tls',
    '--client-ca-path=',
    ...(options.repoServer ?? []),
  ]
  start('argocd-repo-server', flags, options.repoServerEnvironment)
  const sockets = environment.ARGOCD_PLUGINSOCKFILEPATH
  await servers.until('argocd-repo-server is ready', async () => {
    return (!options.plugin || readdirSync(sockets).length > 0) && (await fetch(`http://${metrics}/healthz`)).ok
  })
  const asking = { ...servers.environment, ...environment }
  return {
    address,
    redis,
    cmpServer: cmpServer?.pid,
    start,
    generate: openGenerate(built.binaries.generate, asking, address, sockets),
  }
}

function prepare({ folder, built, servers }: Context, { helm }: RepoServerOptions) {
  const own = (name: string) => {
    const path = join(folder, 'argocd', name)
    mkdirSync(path, { recursive: true })
    return path
  }
  const bin = own('bin')
  symlinkSync(built.binaries.kustomize, join(bin, 'kustomize'))
  if (helm) symlinkSync(helm, join(bin, 'helm'))
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
