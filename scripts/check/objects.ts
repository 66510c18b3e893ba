import type { Finding } from '../../plugin/finding.ts'
import { patchesOf } from '../../plugin/generate.ts'
import type { ServiceDefinition } from '../../plugin/kinds/service-definition.ts'
import { restricted } from '../schemas/pod-security.ts'
import { validateObject } from '../schemas/strict.ts'
import { objectsIn } from '../manifests.ts'

/**
 * Takes a render, the folder it is of and the definitions it was made from, returns what the API server or Pod Security
 * `restricted` would refuse in it.
 */
export function refusedObjects(
  folder: string,
  manifests: string,
  definitions: readonly ServiceDefinition[],
): Finding[] {
  return objectsIn(manifests).flatMap((object) => {
    const owner = object.metadata.labels?.['app.kubernetes.io/name']
    const definition = definitions.find(({ metadata }) => metadata.name === owner)
    const overlay = { file: owner && definitions.length > 0 ? `${folder}/${owner}` : folder }
    const at = definition?.spec.patches ? patchesOf(definition) : overlay
    return [...validateObject(object), ...restricted(object)].map(({ path, fact, remedy }) => ({
      at,
      fact: `${object.kind}/${object.metadata.name} ${path.join('.')}: ${fact}`,
      remedy,
    }))
  })
}
