import type { Amount } from './demand.ts'

/** What pods can use of one node of 4 cores and 16 GiB, after the system, the kubelet and the pods that run on every node. */
export const node: Amount = { cpu: 3.5, memory: 14 * 2 ** 30 }

/** Takes pods' requests, returns how many nodes hold them when each goes to the first node with room, largest first; refuses a pod larger than a node. */
export function nodesFor(pods: readonly Amount[]): number {
  const free: { cpu: number; memory: number }[] = []
  for (const pod of pods.toSorted((a, b) => share(b) - share(a))) {
    if (pod.cpu > node.cpu || pod.memory > node.memory) throw new Error('a pod asks for more than a node has')
    let place = free.find(({ cpu, memory }) => cpu >= pod.cpu && memory >= pod.memory)
    if (!place) free.push((place = { ...node }))
    place.cpu -= pod.cpu
    place.memory -= pod.memory
  }
  return free.length
}

const share = ({ cpu, memory }: Amount): number => Math.max(cpu / node.cpu, memory / node.memory)
