/** A file's text and its path from the repository's root, written with `/`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** What a command may read; the edge supplies it, so that commands stay values in, values out. */
export interface Files {
  /** The text of a file, or undefined where there is none. */
  read(path: string): string | undefined
  /** The names of a folder's entries; empty where there is no folder. */
  list(folder: string): string[]
}

/** A file to be rewritten: `before` is what the command read and decided on. */
export interface Edit {
  readonly path: string
  readonly before: string
  readonly after: string
}
