import { isDeepStrictEqual } from 'node:util'
import type { Finding } from '../../plugin/finding.ts'
import { placeOf, readYaml } from '../../plugin/kustomization.ts'

/** Fields that the API server refuses to change, by kind (Kubernetes 1.36, `Validate…Update` of each group). */
const unchangeable: Readonly<Record<string, readonly string[]>> = {
  PriorityClass: ['value', 'preemptionPolicy'],
  StorageClass: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
}

type Fields = Record<string, unknown> & { kind?: string; metadata?: { name?: string } }

/** Takes a manifest or patch before and now, returns the fields in it that a cluster which has the object will not take. */
export function unchangeableFields(file: string, before: string, now: string): Finding[] {
  const old = readYaml(file, before).sources.map(({ document }) => (document.toJS() ?? {}) as Fields)
  return readYaml(file, now).sources.flatMap((source) => {
    const object = (source.document.toJS() ?? {}) as Fields
    const earlier = old.find(({ kind, metadata }) => kind === object.kind && metadata?.name === object.metadata?.name)
    return (unchangeable[object.kind ?? ''] ?? [])
      .filter((field) => earlier && !isDeepStrictEqual(earlier[field], object[field]))
      .map((field) => ({
        at: placeOf(source, field in object ? [field] : []),
        fact: `${field} of ${object.kind} ${object.metadata?.name} was another, and can never change in a cluster`,
        remedy: `put it back, and add a ${object.kind} of another name`,
      }))
  })
}
