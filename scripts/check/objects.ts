import { parseAllDocuments } from 'yaml'
import type { Finding } from '../../plugin/finding.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'
import { restricted } from '../schemas/pod-security.ts'
import { validateObject } from '../schemas/strict.ts'

/** Takes a render and the folder it is of, returns what the API server or Pod Security `restricted` would refuse in it. */
export function refusedObjects(folder: string, manifests: string): Finding[] {
  return parseAllDocuments(manifests, { version: '1.1' }).flatMap((document) => {
    const object = document.toJS() as KubernetesObject
    const owner = object.metadata.labels?.['app.kubernetes.io/name']
    return [...validateObject(object), ...restricted(object)].map(({ path, fact, remedy }) => ({
      at: { file: owner ? `${folder}/${owner}` : folder },
      fact: `${object.kind}/${object.metadata.name} ${path.join('.')}: ${fact}`,
      remedy,
    }))
  })
}
