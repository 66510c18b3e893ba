import type { Finding } from '../../plugin/finding.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'

/** What a StatefulSet carries of whose members most have to agree. */
const quorum = 'platform.septemcore.com/quorum'

interface StatefulSet extends KubernetesObject {
  readonly spec: {
    readonly replicas?: number
    readonly volumeClaimTemplates?: readonly {
      readonly metadata: { readonly name: string }
      readonly spec: { readonly storageClassName?: string }
    }[]
  }
}

/** Takes what each component of a cluster renders, by its folder, returns what its stores could not live with. */
export function unfitStores(components: ReadonlyMap<string, readonly KubernetesObject[]>): Finding[] {
  const all = [...components.values()].flat()
  const classes = all.filter(({ kind }) => kind === 'StorageClass').map(({ metadata }) => metadata.name)
  return [...components].flatMap(([folder, objects]) => {
    const at = { file: folder }
    const sets = objects.filter(({ kind }) => kind === 'StatefulSet') as StatefulSet[]
    const claims = [
      ...sets.flatMap(({ metadata, spec }) =>
        (spec.volumeClaimTemplates ?? []).map((claim) => ({
          name: `StatefulSet/${metadata.name} ${claim.metadata.name}`,
          wanted: claim.spec.storageClassName,
        })),
      ),
      ...objects
        .filter(({ kind }) => kind === 'PersistentVolumeClaim')
        .map(({ metadata, spec }) => ({
          name: `PersistentVolumeClaim/${metadata.name}`,
          wanted: (spec as { storageClassName?: string }).storageClassName,
        })),
    ]
    return [
      ...claims
        .filter(({ wanted }) => wanted === undefined || !classes.includes(wanted))
        .map(({ name, wanted }) => ({
          at,
          fact: `${name}: ${wanted ? `no component brings a storage class ${wanted}` : 'it names no storage class'}`,
          remedy: `write one of ${classes.join(', ')}`,
        })),
      ...sets
        .filter(({ metadata, spec }) => metadata.annotations?.[quorum] === 'true' && (spec.replicas ?? 1) % 2 === 0)
        .map(({ metadata, spec }) => ({
          at,
          fact: `StatefulSet/${metadata.name}: ${spec.replicas} members bear the loss of no more than ${spec.replicas! - 1} do, since most of all have to agree`,
          remedy: 'write an odd number: 3, or 1 where it may be away',
        })),
    ]
  })
}
