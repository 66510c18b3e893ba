import type { Finding, ObjectPlace } from './finding.ts'
import type { KubernetesObject } from './kind.ts'

/** Takes all finished objects, returns what may never reach a cluster: nothing at all, a Secret, two objects of one identity, two that write one Secret. */
export function guard(objects: readonly KubernetesObject[]): Finding[] {
  if (objects.length === 0) {
    return [
      {
        at: { file: '.' },
        fact: 'there are no objects, and Argo CD would take that as an order to delete everything',
        remedy: 'list at least one resource',
      },
    ]
  }
  const findings: Finding[] = []
  const seen = new Set<string>()
  const writers = new Map<string, string>()
  for (const { apiVersion, kind, metadata, spec } of objects) {
    const at = { kind, name: metadata.name, path: [] }
    // The version is no part of an object's identity.
    const identity = [apiVersion.split('/').slice(0, -1).join('/'), kind, metadata.namespace ?? '', metadata.name].join(
      '|',
    )
    if (seen.has(identity)) findings.push({ at, fact: 'is there twice', remedy: 'rename one of the two, or remove it' })
    if (kind === 'Job') findings.push(...wrongJob(at, metadata.name, spec))
    if (apiVersion === 'v1' && kind === 'Secret')
      findings.push({
        at,
        fact: 'a Secret would stand in git',
        remedy: 'keep the value in Vault and name its path under spec.secrets',
      })
    seen.add(identity)
    const destination = destinationOf(spec)
    if (destination === undefined) continue
    const secret = `${metadata.namespace ?? ''}/${destination}`
    const other = writers.get(secret)
    if (other !== undefined)
      findings.push({
        at,
        fact: `writes the Secret ${destination}, as does ${other}`,
        remedy: 'rename the Vault path of one',
      })
    writers.set(secret, `${kind}/${metadata.name}`)
  }
  return findings
}

/** What a Job may not say, since it is kept as what has been done, under a name that ends in a hash of it. */
function wrongJob(at: ObjectPlace, name: string, spec: unknown): Finding[] {
  const { ttlSecondsAfterFinished } = (spec ?? {}) as { ttlSecondsAfterFinished?: unknown }
  const findings: Finding[] = []
  if (ttlSecondsAfterFinished !== undefined) {
    const fact = 'would be removed when it is done, and Argo CD would make it again'
    findings.push({ at, fact, remedy: 'leave ttlSecondsAfterFinished out: the next one removes it' })
  }
  if (name.length > 54)
    findings.push({ at, fact: `its name has ${name.length} letters`, remedy: 'write at most 54: a hash follows' })
  return findings
}

/** The Secret that Vault Secrets Operator writes for an object, if it is one of its kinds. */
function destinationOf(spec: unknown): string | undefined {
  const { destination } = (spec ?? {}) as { destination?: { name?: unknown } }
  return typeof destination?.name === 'string' ? destination.name : undefined
}
