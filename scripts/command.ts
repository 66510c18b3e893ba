import type { Finding } from '../plugin/finding.ts'
import type { Merged } from '../plugin/generate.ts'
import type { ServiceDefinition } from '../plugin/kinds/service-definition.ts'
import type { Cluster, Contexts } from './edge/cluster.ts'
import type { Kustomize } from './edge/kustomize.ts'
import type { Edit, Tree } from './files.ts'

/** How a command ends: what it prints, what it refuses, and whether that is a failure. */
export interface Outcome {
  readonly output?: string
  /** For the person at the terminal, beside the output. */
  readonly notes?: string
  readonly findings?: readonly Finding[]
  readonly failed?: boolean
  /** True when the words themselves were wrong, so that the usage is shown. */
  readonly wrongWords?: boolean
}

/** A tree as a commit has it, or the work tree, and its own plugin. */
export interface TreeAt {
  readonly files: Tree
  /** Renders a folder with the bundled plugin, as Argo CD runs it; the revision is the commit that it would name. */
  readonly render: (folder: string, revision?: string) => Promise<{ code: number; stdout: string; stderr: string }>
}

/** What a command may touch. */
export interface Desk extends TreeAt {
  /** The absolute path of the repository. */
  readonly root: string
  /** The Kustomize in use; throws a sentence when there is none. */
  readonly kustomize: () => Promise<Kustomize>
  /** Builds the plugin if its sources changed and returns where the bundle is. */
  readonly bundle: () => Promise<string>
  /** Writes a generated file in one step. */
  readonly replace: (file: string, text: string) => void
  /** Runs the work on the tree of a commit, whose plugin is built first; throws what git or the build says. */
  readonly at: <T>(commit: string, work: (tree: TreeAt) => Promise<T>) => Promise<T>
  /** Renders a folder as it is in a commit, with the plugin of now; throws what git says of a commit that is not there. */
  readonly renderAt: (commit: string, folder: string) => Promise<{ code: number; stdout: string; stderr: string }>
  /** Builds a folder with Kustomize alone, which may fetch its remote bases. */
  readonly build: (folder: string) => Promise<{ code: number; stdout: string; stderr: string }>
  /** The contexts of the kubeconfig; throws a sentence when it cannot be read. */
  readonly contexts: () => Promise<Contexts>
  /** The cluster that one of the contexts leads to. */
  readonly cluster: (context: string) => Promise<Cluster>
  /** The plugin's stages, in this process. */
  readonly stages: () => Promise<{
    merge(folder: string): Promise<Merged>
    finish(folder: string, merged: Merged): Promise<{ manifests: string } | { findings: Finding[] }>
    isDefinition(object: unknown): object is ServiceDefinition
  }>
  /** Runs git and returns what it prints; undefined when it fails. */
  readonly git: (...words: string[]) => Promise<string | undefined>
  /** Writes all edits or none, and returns why none. */
  readonly write: (edits: readonly Edit[]) => Promise<Finding[]>
}

export interface Command {
  readonly usage: string
  readonly run: (words: string[], desk: Desk) => Promise<Outcome> | Outcome
}
