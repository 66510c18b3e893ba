import type { Files } from './files.ts'
import type { Finding } from './finding.ts'

/** A Kubernetes object, or one of our own kinds, as it was parsed. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    finalizers?: string[]
  }
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

/** What a kind may look at beside the object itself. */
export interface Surroundings {
  /** The folder of the build. */
  readonly folder: string
  /** Every object of the build, as Kustomize merged it. */
  readonly objects: readonly KubernetesObject[]
  readonly files: Files
  /** The commit that is rendered; undefined where nobody said it. */
  readonly revision: string | undefined
  /** The git SHA of the plugin that runs; undefined outside of its image. */
  readonly plugin: string | undefined
  /** Merges another folder of the tree; gives no objects where that fails. */
  readonly mergedIn: (folder: string) => Promise<readonly KubernetesObject[]>
}

/** Takes objects, returns surroundings in which there is nothing but them. */
export const alone = (objects: readonly KubernetesObject[]): Surroundings => ({
  folder: '',
  objects,
  files: { read: () => undefined, kind: () => undefined },
  revision: undefined,
  plugin: undefined,
  mergedIn: async () => [],
})
