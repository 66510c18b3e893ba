import type { Api } from './api.ts'
import type { Kubelet } from './metrics.ts'

export type NodeType = 'stateless' | 'stateful'
export type Capacity = Record<string, string>

const zones = ['a', 'b', 'c']
const capacity: Capacity = { cpu: '8', memory: '32Gi', 'ephemeral-storage': '200Gi', pods: '110' }

/** Adds nodes of one type, spread over three zones, and gives their names; what it does not say of capacity is 8 CPUs, 32 GiB, 110 pods. */
export async function addNodes(
  api: Api,
  type: NodeType,
  count: number,
  options: { capacity?: Capacity; kubelet?: Kubelet } = {},
): Promise<string[]> {
  const resources = { ...capacity, ...options.capacity }
  const { items } = await api.get(`/api/v1/nodes?labelSelector=node-type%3D${type}`)
  const names = Array.from({ length: count }, (_, i) => `${type}-${items.length + i + 1}`)
  await Promise.all(names.map((name, i) => addNode(api, type, name, items.length + i, resources, options.kubelet)))
  return names
}

async function addNode(
  api: Api,
  type: NodeType,
  name: string,
  index: number,
  resources: Capacity,
  kubelet?: Kubelet,
): Promise<void> {
  const labels = {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'node-type': type,
    'topology.kubernetes.io/region': 'rig',
    'topology.kubernetes.io/zone': `rig-${zones[index % zones.length]}`,
  }
  const annotations = { 'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${name}/metrics/resource` }
  await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels, annotations } })
  const address = `10.${type === 'stateless' ? 1 : 2}.0.${index + 1}`
  await api.merge(`/api/v1/nodes/${name}/status`, {
    status: {
      capacity: resources,
      allocatable: resources,
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
        ...(kubelet ? [{ type: 'ExternalIP', address: kubelet.address }] : []),
      ],
      ...(kubelet && { daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } } }),
      nodeInfo: {
        architecture: 'amd64',
        bootID: name,
        containerRuntimeVersion: 'kwok://0.8.0',
        kernelVersion: 'kwok',
        kubeProxyVersion: 'v1.36.3',
        kubeletVersion: 'v1.36.3',
        machineID: name,
        operatingSystem: 'linux',
        osImage: 'kwok',
        systemUUID: name,
      },
    },
  })
}
