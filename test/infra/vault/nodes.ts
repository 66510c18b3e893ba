import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Json } from '../../e2e/rig/api.ts'
import { build } from '../../e2e/rig/build.ts'
import { claimLoopback } from '../../e2e/rig/ports.ts'
import type { Rig } from '../../e2e/rig/rig.ts'
import { openServers, type Servers } from '../../e2e/rig/servers.ts'
import { makeAuthority, type Authority } from './certificates.ts'
import { container, publish, run, volumeOf, type Container, type Ended, type Surroundings } from './container.ts'
import { objectIn } from './rendered.ts'

const namespace = 'platform-infra'
const domain = `${namespace}.svc.cluster.local`

/** The nodes of the rendered StatefulSet, each at an address of its own, and what runs beside them. */
export interface Nodes {
  folder: string
  servers: Servers
  authority: Authority
  /** Starts a node's Vault; its name is that of its log. */
  start(node: string): Promise<void>
  /** Starts another container of a node's pod. */
  beside(node: string, name: string, environment?: Record<string, string>): Promise<void>
  /** Runs words in a node's container, with these on stdin. */
  exec(node: string, words: string[], input?: string): Promise<Ended>
  /** What starts these words in a node's container. */
  inside(node: string, words: string[]): Container
  /** Runs the pod of a Job, or of a CronJob, to its end. */
  job(objects: Json[], kind: 'Job' | 'CronJob', name: string, environment?: Record<string, string>): Promise<Ended>
  /** The folder of a volume of a node's pod, or of a Job's. */
  volume(pod: string, name: string): string
  /** Swaps a node's certificate for a new one, as the kubelet does after cert-manager has renewed it. */
  renew(node: string): void
  addressOf(node: string): string
  /** Asks a node with a token and gives code and body. */
  ask(node: string, method: string, path: string, token?: string, body?: object): Promise<{ code: number; body: Json }>
  stop(logs?: 'remove' | 'keep'): Promise<void>
}

/** Servers beyond the rig that nodes reach: their names with addresses, and the authority that signed their certificates. */
export interface Others {
  hosts: Record<string, string>
  authority: string
}

/** Takes a rig that has the accounts, the rendered component and what else is reached, gives its nodes; none is started. */
export async function openNodes(rig: Rig, objects: Json[], others?: Others): Promise<Nodes> {
  const built = await build()
  const folder = mkdtempSync(join(tmpdir(), 'vault-'))
  const servers = openServers(folder)
  const certificates = join(folder, 'certificates')
  mkdirSync(certificates)
  const authority = makeAuthority(certificates)
  const set = objectIn(objects, 'StatefulSet', 'vault')
  const spec: Json = set.spec.template.spec
  const names = Array.from({ length: set.spec.replicas }, (_, ordinal) => `${set.metadata.name}-${ordinal}`)
  const loopbacks = await Promise.all(names.map(() => claimLoopback()))
  const addresses = Object.fromEntries(names.map((name, index) => [name, loopbacks[index]!.address]))
  const addressOf = (node: string): string => addresses[node] ?? ''

  const cluster = rig.config.getCurrentCluster()!
  const api = new URL(cluster.server)
  const hosts: Record<string, string> = {
    [`vault.${domain}`]: addressOf('vault-0'),
    [`vault-active.${domain}`]: addressOf('vault-0'),
    'kubernetes.default.svc': api.hostname,
    ...others?.hosts,
  }
  for (const name of names) hosts[`${name}.${set.spec.serviceName}.${domain}`] = addressOf(name)
  const certificate = objectIn(objects, 'Certificate', 'vault')
  const sign = () => {
    const pair = authority.sign(certificate, Object.values(addresses))
    return { ...pair, 'ca.crt': `${pair['ca.crt']}${others?.authority ?? ''}` }
  }
  const secrets: Surroundings['secrets'] = {
    'platform-ca': { 'ca.crt': authority.certificate },
    'kube-root-ca.crt': { 'ca.crt': readFileSync(cluster.caFile ?? '', 'utf8') },
  }
  const around = (pod: string, all: Json[]): Surroundings => ({
    folder: join(folder, pod),
    objects: all,
    program: built.binaries.vault,
    hosts,
    secrets: { ...secrets, ...(addresses[pod] && { 'vault-tls': sign() }) },
    token: async (account, audience) => {
      const words = ['create', 'token', account, '-n', namespace]
      return (await rig.kubectl([...words, ...(audience ? [`--audience=${audience}`] : [])])).trim()
    },
    environment: {
      ...servers.environment,
      KUBERNETES_SERVICE_HOST: api.hostname,
      KUBERNETES_SERVICE_PORT: api.port,
    },
    // Pods of one machine share its network: each listens at its own address, and the API server at a port of its own.
    edit: (it) =>
      it
        .replaceAll(/\b(0\.0\.0\.0|127\.0\.0\.1)\b/g, addressOf(pod))
        .replaceAll('https://kubernetes.default.svc', `https://kubernetes.default.svc:${api.port}`),
    name: pod,
  })
  const pods = new Map<string, Container>()
  for (const name of names) {
    pods.set(name, await container(spec, 'vault', around(name, objects), ['vault', 'server', '-config=/vault/config']))
  }
  const inside = (node: string, words: string[]): Container => {
    const pod = pods.get(node)!
    return { ...pod, args: [...pod.args.slice(0, 5), ...words] }
  }

  return {
    folder,
    servers,
    authority,
    addressOf,
    inside,
    start: async (node) => {
      const { file, args, environment } = pods.get(node)!
      servers.start(node, file, args, environment)
    },
    beside: async (node, name, more) => {
      const { file, args, environment } = await container(spec, name, {
        ...around(node, objects),
        // Its certificate is there already.
        secrets,
      })
      servers.start(`${node}-${name}`, file, args, { ...environment, ...more })
    },
    exec: (node, words, input) => run(inside(node, words), input),
    job: async (all, kind, name, more) => {
      const object = objectIn(all, kind, name)
      const { template } = kind === 'Job' ? object.spec : object.spec.jobTemplate.spec
      const [only] = template.spec.containers
      const pod = await container(template.spec, only.name, around(name, all))
      return run({ ...pod, environment: { ...pod.environment, ...more } })
    },
    volume: (pod, name) => volumeOf({ folder: join(folder, pod) }, name),
    renew: (node) => publish(volumeOf({ folder: join(folder, node) }, 'tls'), sign()),
    ask: async (node, method, path, token, body) => {
      const agent = new Agent({ ca: authority.certificate })
      const [code, answer] = await new Promise<[number, string]>((resolve, reject) => {
        const headers = token ? { 'x-vault-token': token } : {}
        const url = new URL(`/v1/${path}`, `https://${addressOf(node)}:8200`)
        const sent = request(url, { method, agent, headers }, (response) => {
          text(response).then((it) => resolve([response.statusCode ?? 0, it]), reject)
        })
        sent.on('error', reject)
        sent.end(body && JSON.stringify(body))
      })
      return { code, body: answer === '' ? {} : JSON.parse(answer) }
    },
    stop: async (logs = 'remove') => {
      await servers.stop(logs)
      for (const { release } of loopbacks) release()
    },
  }
}

/** Writes a `kubectl` into a folder whose exec runs words in the nodes, and gives the folder: for commands as a person types them. */
export function kubectlFor(nodes: Nodes, names: string[]): string {
  const folder = join(nodes.folder, 'kubectl')
  mkdirSync(folder)
  for (const name of names) {
    const { args, environment } = nodes.inside(name, [])
    const exports = Object.entries(environment).map(([key, value]) => `export ${key}='${value ?? ''}'\n`)
    writeFileSync(join(folder, `${name}.env`), [...exports, `pod="unshare ${args.join(' ')}"\n`].join(''))
  }
  const script = `#!/bin/sh
# kubectl -n platform-infra exec [-i|-it] <pod> -c vault -- <words>
set -eu
[ "$1 $2 $3" = '-n platform-infra exec' ] && shift 3
how=
case $1 in -*) how=$1 && shift ;; esac
. '${folder}'/"$1.env"
[ "$2 $3 $4" = '-c vault --' ] && shift 4
case $how in
  # A terminal, at which a line is typed.
  -it) read -r line; printf '%s\\n' "$line" | script -qec "$pod $*" /dev/null ;;
  -i) exec $pod "$@" ;;
  *) exec $pod "$@" </dev/null ;;
esac
`
  writeFileSync(join(folder, 'kubectl'), script, { mode: 0o755 })
  return folder
}
