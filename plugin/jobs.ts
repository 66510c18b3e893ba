import { createHash } from 'node:crypto'
import { emit } from './emit.ts'
import type { KubernetesObject } from './kind.ts'

/**
 * Takes the finished objects of a build, returns them, each Job with a hash at the end of its name: of its content, and of
 * the ConfigMaps of the build that it mounts. A Job cannot be changed, only be another one: so one that is changed, or is to
 * read something else, runs; one that is as it was does not, and Argo CD removes the one before.
 */
export const jobsNamedByContent = (objects: readonly KubernetesObject[]): KubernetesObject[] =>
  objects.map((object) => {
    if (object.kind !== 'Job' || !object.apiVersion.startsWith('batch/')) return object
    const mounted = mountedBy(object)
    const read = objects.filter(
      ({ kind, metadata }) =>
        kind === 'ConfigMap' && metadata.namespace === object.metadata.namespace && mounted.has(metadata.name),
    )
    const hash = createHash('sha256')
      .update(emit([object, ...read]))
      .digest('hex')
      .slice(0, 8)
    return { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-${hash}` } }
  })

interface PodTemplate {
  readonly spec?: {
    readonly volumes?: readonly {
      readonly configMap?: { readonly name?: string }
      readonly projected?: { readonly sources?: readonly { readonly configMap?: { readonly name?: string } }[] }
    }[]
  }
}

/** The names of the ConfigMaps that the pods of a Job mount. */
function mountedBy({ spec }: KubernetesObject): Set<string | undefined> {
  const volumes = (spec as { template?: PodTemplate } | undefined)?.template?.spec?.volumes ?? []
  return new Set(
    volumes.flatMap(({ configMap, projected }) => [
      configMap?.name,
      ...(projected?.sources ?? []).map((source) => source.configMap?.name),
    ]),
  )
}
