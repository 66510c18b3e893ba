import type { Finding } from '../finding.ts'
import type { Expansion, KubernetesObject, Surroundings } from '../kind.ts'
import { type Needs, needsIn } from './needs.ts'

/**
 * Takes an object of a computed kind and what surrounds it, returns the ConfigMap that `dataOf` makes of the definitions, or
 * what `wrongIn` them is.
 */
export function computedConfigMap(
  { kind, metadata }: KubernetesObject,
  { objects }: Surroundings,
  dataOf: (needs: readonly Needs[]) => Record<string, string>,
  wrongIn: (needs: readonly Needs[]) => Finding[] = () => [],
): Expansion {
  const needs = needsIn(objects)
  if (needs.length === 0) {
    const remedy = "list the environment's services beside it, under resources: ../../services"
    const at = { kind, name: metadata.name, path: ['kind'] }
    return { findings: [{ at, fact: 'there is no ServiceDefinition to compute it from', remedy }] }
  }
  const findings = wrongIn(needs)
  if (findings.length > 0) return { findings }
  const labels = { 'app.kubernetes.io/part-of': 'platform-kernel' }
  return { objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, labels }, data: dataOf(needs) }] }
}
