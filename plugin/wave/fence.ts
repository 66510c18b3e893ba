import type { Finding } from '../finding.ts'
import type { KubernetesObject } from '../kind.ts'
import type { Wave } from '../kinds/wave.ts'
import type { Cluster } from '../kinds/cluster.ts'

interface Project {
  readonly sourceRepos?: readonly string[]
  readonly destinations?: readonly { readonly server?: string; readonly namespace?: string }[]
}

/** Takes a wave, the AppProject of its name if there is one, and the cluster, returns what Argo CD would not let its components do. */
export function outsideFence(wave: Wave, project: KubernetesObject | undefined, cluster: Cluster): Finding[] {
  const { kind, metadata, spec } = wave
  const at = (...path: string[]) => ({ kind, name: metadata.name, path })
  if (!project) {
    const fact = `there is no AppProject ${metadata.name}`
    return [{ at: at('metadata', 'name'), fact, remedy: 'add it to apps/project.yaml' }]
  }
  const { sourceRepos = [], destinations = [] } = project.spec as Project
  const server = cluster.spec.server ?? 'https://kubernetes.default.svc'
  const spaces = destinations.filter((one) => one.server === server).map(({ namespace }) => namespace)
  const remedy = `add it to the AppProject ${metadata.name} in apps/project.yaml, or correct it`
  return Object.entries(spec.components).flatMap(([name, { namespace, chart }]) => {
    const place = at('spec', 'components', name)
    const space = namespace ?? spec.namespace
    const repository = chart?.repository ?? cluster.spec.repository
    return [
      ...(spaces.includes(space)
        ? []
        : [{ at: place, fact: `${space} at ${server} is no destination of its project`, remedy }]),
      ...(sourceRepos.includes(repository)
        ? []
        : [{ at: place, fact: `${repository} is no repository of its project`, remedy }]),
    ]
  })
}
