import type { Finding } from '../finding.ts'
import { placeOf, type Source } from '../kustomization.ts'
import { allowedInstead } from '../nearest.ts'
import { sortOf } from './sorts.ts'

/** Fields that run something, reach the network or hold a secret are refused everywhere. */
const nowhere = [
  'bases',
  'helmCharts',
  'helmChartInflationGenerator',
  'helmGlobals',
  'secretGenerator',
  'generators',
  'transformers',
  'validators',
  'openapi',
  'crds',
  'vars',
  // Their files would not count as what a component is made of, and patches says the same.
  'patchesJson6902',
  'patchesStrategicMerge',
]

const remedies: Readonly<Record<string, string>> = {
  bases: 'list the folder under resources',
  buildMetadata: 'remove it: the output would carry paths',
  commonAnnotations: 'set metadata.annotations of the definition by a patch',
  commonLabels: 'set metadata.labels of the definition by a patch',
  configMapGenerator: 'write values into spec.env of the definition',
  generatorOptions: 'remove it: there is no generator',
  helmCharts: 'a chart is an Application of its own',
  images: 'pin in overlays/<env>/services/<service>',
  labels: 'set metadata.labels of the definition by a patch',
  namePrefix: 'remove it: a service has one name everywhere',
  nameSuffix: 'remove it: a service has one name everywhere',
  namespace: 'set it in the overlay of the service',
  patches: 'patch in overlays/<env>/services/<service> or overlays/<env>/shared',
  patchesJson6902: 'list the patch under patches',
  patchesStrategicMerge: 'list the file under patches: - path: <file>',
  replacements: 'write the value where it is needed',
  replicas: 'patch spec.replicas of the definition',
  resources: 'list it in the overlay of the service',
  secretGenerator: 'name the Vault path under spec.secrets of the definition',
  vars: 'write the value where it is needed',
}

/** Takes a folder and its kustomization, returns the fields that may not stand there. */
export function refusedFields(folder: string, source: Source): Finding[] {
  const found = sortOf(folder)
  const fields = Object.keys((source.document.toJS() as Record<string, unknown> | null) ?? {})
  return fields.flatMap((field) => {
    if (['apiVersion', 'kind', 'metadata'].includes(field)) return []
    const allowed = found?.allowed
    if (allowed ? allowed.includes(field) : !nowhere.includes(field)) return []
    const fact = found ? `${field} has no effect in ${found.sort}` : `${field} is refused`
    return [
      { at: placeOf(source, [field], true), fact, remedy: remedies[field] ?? allowedInstead(field, allowed ?? []) },
    ]
  })
}
