import { BlockList } from 'node:net'
import type { LabelSelector } from 'kubernetes-types/meta/v1.js'
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1.js'

/** One end of a connection: a pod, or an address outside of the cluster. */
export type End =
  { readonly namespace: string; readonly labels: Readonly<Record<string, string>> } | { readonly address: string }

interface Connection {
  readonly from: End
  readonly to: End
  readonly port: number
  readonly protocol?: 'TCP' | 'UDP'
}

/**
 * Takes all policies and a connection, returns the sides that do not let it through: a pod that any policy selects for a
 * direction gets or sends only what one of those policies opens (Kubernetes, «The two sorts of pod isolation»).
 */
export function closedSides(policies: readonly NetworkPolicy[], connection: Connection): ('Egress' | 'Ingress')[] {
  return (['Egress', 'Ingress'] as const).filter((direction) => {
    const [here, there] = direction === 'Egress' ? [connection.from, connection.to] : [connection.to, connection.from]
    const holding = policies.filter((policy) => holds(policy, here, direction))
    return holding.length > 0 && !holding.some((policy) => opens(policy, direction, there, connection))
  })
}

function holds({ metadata, spec }: NetworkPolicy, end: End, direction: string): boolean {
  if ('address' in end || metadata?.namespace !== end.namespace) return false
  return (spec?.policyTypes ?? []).includes(direction) && selects(spec?.podSelector, end.labels)
}

function opens({ metadata, spec }: NetworkPolicy, direction: string, there: End, connection: Connection): boolean {
  const rules =
    direction === 'Egress'
      ? (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
      : (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
  return rules.some(
    ({ peers, ports }) =>
      (!peers || peers.some((peer) => isPeer(peer, there, metadata?.namespace ?? ''))) &&
      (!ports || ports.some((port) => isPort(port, connection))),
  )
}

function isPeer({ ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer, end: End, own: string): boolean {
  if (ipBlock)
    return (
      'address' in end && within(ipBlock.cidr, end.address) && !ipBlock.except?.some((it) => within(it, end.address))
    )
  if ('address' in end) return false
  const isThere = namespaceSelector
    ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': end.namespace })
    : end.namespace === own
  return isThere && selects(podSelector, end.labels)
}

const isPort = ({ port, endPort, protocol = 'TCP' }: NetworkPolicyPort, wanted: Connection): boolean =>
  protocol === (wanted.protocol ?? 'TCP') &&
  (port === undefined || (wanted.port >= Number(port) && wanted.port <= (endPort ?? Number(port))))

function selects(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector = {},
  labels: Readonly<Record<string, string>>,
) {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      if (operator !== 'In') throw new Error(`${operator} is not evaluated here`)
      return values.includes(labels[key] ?? '')
    })
  )
}

function within(cidr: string, address: string): boolean {
  const [network = '', bits] = cidr.split('/')
  const family = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4')
  if (family(network) !== family(address)) return false
  const list = new BlockList()
  list.addSubnet(network, Number(bits), family(network))
  return list.check(address, family(address))
}
