import { type Amount, type Demand, demandsIn, meshProxy, rolling, sum } from './capacity/demand.ts'
import { node, nodesFor } from './capacity/nodes.ts'
import { quotaFile, quotaOf } from './capacity/quota.ts'
import type { Desk, Outcome } from './command.ts'
import { environments } from './environments.ts'

export const usage = `npm run capacity
  writes what the services of each environment ask for, computed from their renders: docs/capacity.md, and the quota of
  their namespace in overlays/<env>/infra/foundation`

export const capacityFile = 'docs/capacity.md'

/** Writes the capacity table of all environments, and the quota of each. */
export async function run(words: string[], desk: Desk): Promise<Outcome> {
  if (words.length > 0) return { wrongWords: true }
  const renders: Record<string, string> = {}
  for (const environment of environments) {
    const { code, stdout, stderr } = await desk.render(`overlays/${environment}/services`)
    if (code !== 0) return { notes: stderr, failed: true }
    renders[environment] = stdout
    desk.replace(quotaFile(environment), quotaOf(stdout))
  }
  const text = capacityTable(renders)
  desk.replace(capacityFile, text)
  return { output: text }
}

/** Takes a render of each environment, returns the text of the capacity table. */
export function capacityTable(renders: Readonly<Record<string, string>>): string {
  const rows = Object.entries(renders).flatMap(([environment, manifests]) => {
    const all = demandsIn(manifests)
    return [
      row(environment, 'fewest replicas', all, ({ fewest }) => fewest),
      row(environment, 'most replicas', all, ({ most }) => most),
      row(environment, 'most replicas, all rolling at once', all, rolling),
    ]
  })
  const proxy = `${cores(meshProxy.requests.cpu)} and ${mebibytes(meshProxy.requests.memory)}`
  return `# Capacity

What the services of each environment ask for. Written by \`npm run capacity\` from the renders; a test fails when it is stale.

Counted: every container, the Vault Proxy (a native sidecar), and for each pod the proxy that the mesh injects, with
Istio's default requests (${proxy}). The last row of an environment has every Deployment roll at the same time: one pod
more, and those that still end. The next pod goes 10 s after the last at the soonest, and each has its grace to end (45 s
for most), in which it still counts, for its node as for a quota. That row is the ResourceQuota of \`platform-services\`.
Nodes are of 4 cores and 16 GiB, of which pods can use ${cores(node.cpu)} and ${mebibytes(node.memory)}; each pod goes to the first node with
room, largest first. What runs on \`node-type: stateful\` nodes is not in this table: its components are not here yet.

| environment | at | pods | requests: cores | requests: memory | limits: cores | limits: memory | nodes \`node-type: stateless\` |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}
`
}

function row(environment: string, at: string, all: readonly Demand[], replicas: (demand: Demand) => number): string {
  const pods = all.flatMap((demand) => Array.from({ length: replicas(demand) }, () => demand))
  const [requests, limits] = [sum(pods.map((pod) => pod.requests)), sum(pods.map((pod) => pod.limits))]
  const nodes = nodesFor(pods.filter(({ nodeType }) => nodeType === 'stateless').map((pod) => pod.requests))
  return `| ${[environment, at, pods.length, ...both(requests), ...both(limits), nodes].join(' | ')} |`
}

const both = ({ cpu, memory }: Amount): string[] => [cores(cpu), mebibytes(memory)]

const cores = (cpu: number): string => cpu.toFixed(2)

const mebibytes = (memory: number): string => `${Math.round(memory / 2 ** 20)} MiB`
