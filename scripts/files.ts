import type { Files } from '../plugin/files.ts'

/** A file's text and its path from the repository's root, written with `/`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** The repository as a command may read it. */
export interface Tree extends Files {
  /** The names of a folder's entries in order; empty where there is no folder. */
  list(folder: string): string[]
}

/** A file to be rewritten: `before` is what the command read and decided on. */
export interface Edit {
  readonly path: string
  readonly before: string
  readonly after: string
}
