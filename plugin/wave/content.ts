import { createHash } from 'node:crypto'
import type { Files } from '../files.ts'
import type { Layer } from '../overlay.ts'

/** What a component is made of. */
export interface Content {
  /** Of every file that a render of it reads; the same wherever the tree stands. */
  readonly hash: string
  /** Folders of the tree, none within another, that hold all these files. */
  readonly folders: readonly string[]
}

/** Takes the kustomizations that a component is built from, returns what it is made of. */
export function contentOf(layers: readonly Layer[], files: Files): Content {
  const hash = createHash('sha256')
  for (const file of [...new Set(layers.flatMap(({ reads }) => reads))].sort())
    hash.update(`${file}\0${files.read(file) ?? ''}\0`)
  return { hash: hash.digest('hex').slice(0, 16), folders: outermost(layers.map(({ folder }) => folder)) }
}

/** Takes folders, returns those that are within no other of them, sorted. */
export function outermost(folders: readonly string[]): string[] {
  const sorted = [...new Set(folders)].sort()
  return sorted.filter((folder) => !sorted.some((other) => folder.startsWith(`${other}/`)))
}
