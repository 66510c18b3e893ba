import { createHash } from 'node:crypto'
import { emit } from './emit.ts'
import type { KubernetesObject } from './kind.ts'

/**
 * Takes a finished object, returns it; a Job with its content's hash at the end of its name. A Job cannot be changed, only
 * be another one: so a changed one runs, one that is as it was does not, and Argo CD removes the one before.
 */
export function namedByContent(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Job' || !object.apiVersion.startsWith('batch/')) return object
  const hash = createHash('sha256')
    .update(emit([object]))
    .digest('hex')
    .slice(0, 8)
  return { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-${hash}` } }
}
