import { isDeepStrictEqual } from 'node:util'
import type { Finding } from '../../plugin/finding.ts'
import { placeOf, readYaml } from '../../plugin/kustomization.ts'

/** Fields that the API server refuses to change, by kind (Kubernetes 1.36, `Validate…Update` of each group), and what to do instead. */
const unchangeable: Readonly<Record<string, { readonly fields: readonly string[]; readonly remedy: string }>> = {
  PriorityClass: {
    fields: ['value', 'preemptionPolicy'],
    remedy: 'put it back, and add a PriorityClass of another name',
  },
  StatefulSet: {
    fields: ['spec.podManagementPolicy', 'spec.selector', 'spec.serviceName', 'spec.volumeClaimTemplates'],
    remedy: 'put it back; to grow a volume, change its PersistentVolumeClaim, and no volume can shrink',
  },
  StorageClass: {
    fields: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
    remedy: 'put it back, and add a StorageClass of another name',
  },
}

type Fields = Record<string, unknown> & { kind?: string; metadata?: { name?: string } }

/** Takes a manifest or patch before and now, returns the fields in it that a cluster which has the object will not take. */
export function unchangeableFields(file: string, before: string, now: string): Finding[] {
  const old = readYaml(file, before).sources.map(({ document }) => (document.toJS() ?? {}) as Fields)
  return readYaml(file, now).sources.flatMap((source) => {
    const object = (source.document.toJS() ?? {}) as Fields
    const earlier = old.find(({ kind, metadata }) => kind === object.kind && metadata?.name === object.metadata?.name)
    const { fields, remedy } = unchangeable[object.kind ?? ''] ?? { fields: [], remedy: '' }
    return fields
      .filter((field) => earlier && !isDeepStrictEqual(at(earlier, field), at(object, field)))
      .map((field) => ({
        at: placeOf(source, at(object, field) === undefined ? [] : field.split('.')),
        fact: `${field} of ${object.kind} ${object.metadata?.name} was another, and can never change in a cluster`,
        remedy,
      }))
  })
}

const at = (object: Fields, field: string): unknown =>
  field.split('.').reduce<unknown>((value, key) => (value as Fields | undefined)?.[key], object)
