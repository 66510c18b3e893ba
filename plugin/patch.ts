import { stringify } from 'yaml'
import type { Expanded } from './expand.ts'
import type { Finding } from './finding.ts'
import type { KubernetesObject } from './kind.ts'
import { readYaml } from './kustomization.ts'
import { allowedInstead } from './nearest.ts'

/** Builds a tree of files with Kustomize and returns what it prints; throws with Kustomize's own message. */
export type BuildTree = (tree: Readonly<Record<string, string>>) => Promise<string>

/** Takes expanded objects, returns a tree in which Kustomize patches the objects of each owner and of no other, or targets that match nothing. */
export function patchTree(expanded: readonly Expanded[]): { tree: Record<string, string>; findings: Finding[] } {
  const findings = expanded.flatMap(unmatched)
  const tree: Record<string, string> = {
    'kustomization.yaml': stringify({ resources: expanded.map(({ from }) => from.metadata.name) }),
  }
  for (const { from, objects, patches } of expanded) {
    const folder = from.metadata.name
    tree[`${folder}/kustomization.yaml`] = stringify({
      resources: ['objects.yaml'],
      patches: patches.map(({ target, patch }) => ({ target, patch })),
    })
    tree[`${folder}/objects.yaml`] = objects
      .map((object) => `---\n${stringify(object, { version: '1.1', lineWidth: 0 })}`)
      .join('')
  }
  return { tree, findings }
}

function unmatched({ from, objects, patches }: Expanded): Finding[] {
  return patches.flatMap(({ at: path, target, patch }): Finding[] => {
    const ofKind = objects.filter(({ kind }) => kind === target.kind)
    const at = { kind: from.kind, name: from.metadata.name, path: [...path, 'target'] }
    if (ofKind.length === 0) {
      return [
        {
          at,
          fact: `${from.metadata.name} has no ${target.kind}`,
          remedy: allowedInstead(target.kind, [...new Set(objects.map(({ kind }) => kind))]),
        },
      ]
    }
    const names = ofKind.map(({ metadata }) => metadata.name)
    if (target.name === undefined || names.includes(target.name)) {
      const fault = unreadable(patch)
      return fault ? [{ at: { ...at, path: [...path, 'patch'] }, ...fault }] : []
    }
    return [
      {
        at,
        fact: `${from.metadata.name} has no ${target.kind} ${target.name}`,
        remedy: allowedInstead(target.name, names),
      },
    ]
  })
}

/** Why Kustomize could not read the text of a patch, if so: it takes operations, or part of an object with its head. */
function unreadable(patch: string): Pick<Finding, 'fact' | 'remedy'> | undefined {
  const { sources, findings } = readYaml('patch', patch)
  const [fault] = findings
  if (fault) return { fact: `the patch ${fault.fact}`, remedy: fault.remedy }
  const values = sources.map(({ document }): unknown => document.toJS()).filter((value) => value !== null)
  if (values.length === 0) return { fact: 'the patch is empty', remedy: 'write it, or remove the entry' }
  const isHeadless = values.some((value) => {
    if (Array.isArray(value)) return false
    const { apiVersion, kind, metadata } = (typeof value === 'object' ? value : {}) as Partial<KubernetesObject>
    return typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof metadata?.name !== 'string'
  })
  if (!isHeadless) return undefined
  return {
    fact: 'the patch does not say of what it is a part',
    remedy: 'begin it with apiVersion, kind and metadata.name',
  }
}

/** Takes a definition whose patches Kustomize refused and its message, returns that as a finding on the patches. */
export function refusedPatch(from: KubernetesObject, message: string): Finding {
  return {
    at: { kind: from.kind, name: from.metadata.name, path: ['spec', 'patches'] },
    fact: `Kustomize refuses a patch: ${message}`,
    remedy: 'correct the text of the patch',
  }
}
