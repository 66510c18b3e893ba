import type { Finding } from '../../plugin/finding.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'
import { type Fields, isFields } from '../schemas/problem.ts'

/** What Kubernetes makes in every namespace. */
const everywhere = 'kube-root-ca.crt'

/**
 * Takes what each component of a cluster renders, by its folder, returns ConfigMaps that pods cannot start without and that no
 * component makes.
 */
export function missingConfigMaps(components: ReadonlyMap<string, readonly KubernetesObject[]>): Finding[] {
  const made = new Set(
    [...components.values()]
      .flat()
      .filter(({ kind }) => kind === 'ConfigMap')
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  )
  return [...components].flatMap(([folder, objects]) =>
    objects.flatMap(({ kind, metadata, spec }) =>
      [...new Set(neededIn(spec))]
        .filter((name) => name !== everywhere && !made.has(`${metadata.namespace}/${name}`))
        .map((name) => ({
          at: { file: folder },
          fact: `${kind}/${metadata.name} needs a ConfigMap ${name}, and no component makes it`,
          remedy: `add it to ${folder}, as under configMapGenerator, or mark it as optional`,
        })),
    ),
  )
}

/** The names of ConfigMaps in volumes, variables and envFrom, wherever a pod template is, but for those that may be missing. */
function neededIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(neededIn)
  if (!isFields(value)) return []
  return Object.entries(value).flatMap(([field, inner]) => {
    const refers = ['configMap', 'configMapKeyRef', 'configMapRef'].includes(field) && isFields(inner)
    return refers && (inner as Fields).optional !== true && typeof (inner as Fields).name === 'string'
      ? [(inner as Fields).name as string]
      : neededIn(inner)
  })
}
