import { isComputed } from './computed/needs.ts'
import { kinds } from './generated/kinds.ts'
import type { Finding } from './finding.ts'
import type { KubernetesObject, ObjectPatch, Surroundings } from './kind.ts'
import { allowedInstead } from './nearest.ts'
import { schemaFindings } from './schema-findings.ts'

const group = 'platform.septemcore.com/'

/** Whether an object of this apiVersion is one of ours. */
export const isOurs = (apiVersion: string): boolean => apiVersion.startsWith(group)

/** Objects that came from one object of ours, or one plain object as it was. */
export interface Expanded {
  readonly from: KubernetesObject
  readonly objects: readonly KubernetesObject[]
  readonly patches: readonly ObjectPatch[]
}

/** Takes what a build merged and what surrounds it, returns each object with what it becomes; refuses an unknown kind of ours and what its schema refuses. */
export async function expand(surroundings: Surroundings): Promise<{ expanded: Expanded[]; findings: Finding[] }> {
  const findings: Finding[] = []
  const expanded: Expanded[] = []
  // Beside what is computed from them, definitions are facts: their services are deployed elsewhere.
  const areFacts = surroundings.objects.some(isComputed)
  for (const from of surroundings.objects) {
    const at = { kind: from.kind, name: from.metadata.name, path: ['apiVersion'] }
    const kind = Object.hasOwn(kinds, from.kind) ? kinds[from.kind] : undefined
    if (kind && !isOurs(from.apiVersion)) {
      findings.push({ at, fact: `${from.kind} is no kind of ${from.apiVersion}`, remedy: `write ${group}v1alpha1` })
      continue
    }
    if (!isOurs(from.apiVersion)) {
      expanded.push({ from, objects: [from], patches: [] })
      continue
    }
    if (!kind) {
      const fact = `unknown kind ${from.kind}`
      findings.push({ at: { ...at, path: ['kind'] }, fact, remedy: allowedInstead(from.kind, Object.keys(kinds)) })
      continue
    }
    const { schema, expand: expandKind } = await kind.load()
    if (!kind.validate(from)) {
      findings.push(...schemaFindings(from, schema, kind.validate.errors ?? []))
      continue
    }
    if (areFacts && from.kind === 'ServiceDefinition') continue
    if (isComputed(from) && !surroundings.objects.every(isValid)) continue
    const expansion = await expandKind(from, surroundings)
    if ('findings' in expansion) findings.push(...expansion.findings)
    else expanded.push({ from, objects: expansion.objects, patches: expansion.patches ?? [] })
  }
  // What is wrong with a cluster, each of its waves says.
  return { expanded, findings: [...new Map(findings.map((one) => [JSON.stringify(one), one])).values()] }
}

/** Whether nothing is computed from it that its schema refuses. */
const isValid = (object: KubernetesObject): boolean =>
  object.kind !== 'ServiceDefinition' || kinds.ServiceDefinition!.validate(object)
