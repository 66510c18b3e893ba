import type { Finding } from './finding.ts'

/** A Kubernetes object, or one of our own kinds, as it was parsed. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  [field: string]: unknown
}

/** A Kustomize patch for the objects of one owner; `at` is the field that asked for it. */
export interface ObjectPatch {
  readonly at: readonly string[]
  readonly target: { readonly kind: string; readonly name?: string }
  readonly patch: string
}

/** What a kind becomes: objects with the patches on them, or findings. */
export type Expansion =
  | { readonly objects: readonly KubernetesObject[]; readonly patches?: readonly ObjectPatch[] }
  | { readonly findings: readonly Finding[] }
