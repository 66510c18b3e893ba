import type { Finding } from '../../plugin/finding.ts'
import { quantityValue } from '../../plugin/service/quantity.ts'
import type { Amount } from '../capacity/demand.ts'
import type { Json } from '../edge/cluster.ts'

/** Three: the members of a quorum never share a node, nor, where they can help it, the replicas of a service. */
const nodesOf = (environment: string): Readonly<Record<string, number>> =>
  environment === 'dev' ? { stateless: 1, stateful: 1 } : { stateless: 3, stateful: 3 }

/** Takes an environment, the nodes of a cluster and what the services ask for at their fewest replicas, returns what there is too little of. */
export function placesFor(environment: string, nodes: readonly Json[], asked: Amount, at: Finding['at']): Finding[] {
  const usable = nodes.filter(isUsable)
  const labelled = (type: string) => usable.filter(({ metadata }) => metadata.labels?.['node-type'] === type)
  const findings = Object.entries(nodesOf(environment)).flatMap(([type, wanted]): Finding[] => {
    const found = labelled(type).length
    if (found >= wanted) return []
    return [
      {
        at,
        fact: `${found} of ${wanted} nodes for ${environment} are labelled node-type=${type}, ready and amd64`,
        remedy: `kubectl label node <node> node-type=${type}`,
      },
    ]
  })
  if (findings.length > 0) return findings
  const [cpu, memory] = (['cpu', 'memory'] as const).map((resource) =>
    labelled('stateless').reduce(
      (total, { status }) => total + quantityValue(status.allocatable?.[resource] ?? '0'),
      0,
    ),
  )
  if (cpu! >= asked.cpu && memory! >= asked.memory) return []
  const text = (cores: number, bytes: number) => `${cores.toFixed(1)} cores and ${Math.round(bytes / 2 ** 20)} MiB`
  return [
    {
      at,
      fact: `its stateless nodes have ${text(cpu!, memory!)}, and the services ask for ${text(asked.cpu, asked.memory)} at their fewest replicas`,
      remedy: 'add nodes: docs/capacity.md says how many for the most replicas',
    },
  ]
}

function isUsable({ metadata, spec, status }: Json): boolean {
  const isReady = status?.conditions?.some(({ type, status }: Json) => type === 'Ready' && status === 'True')
  return isReady && !spec?.unschedulable && metadata.labels?.['kubernetes.io/arch'] === 'amd64'
}
