import { createHash } from 'node:crypto'
import { needsIn } from '../computed/needs.ts'
import type { Files } from '../files.ts'
import type { KubernetesObject } from '../kind.ts'
import type { Layer } from '../overlay/layers.ts'
import { isOfServices, isServicesList } from '../overlay/sorts.ts'

/** What a component is made of. */
export interface Content {
  /** Of every file that a render of it reads; the same wherever the tree stands. */
  readonly hash: string
  /** Folders of the tree, none within another, that hold all these files. */
  readonly folders: readonly string[]
}

/**
 * Takes the kustomizations that a component is built from, and how to merge a folder, returns what it is made of. Of the
 * services that a component only looks at it is made of what they need: a bump changes a pin there, and nothing here.
 */
export async function contentOf(
  layers: readonly Layer[],
  files: Files,
  mergedIn: (folder: string) => Promise<readonly KubernetesObject[]>,
): Promise<Content> {
  const hash = createHash('sha256')
  const add = (what: string, text: string): unknown => hash.update(`${what}\0${text}\0`)
  const list = layers.find(({ folder }) => isServicesList(folder))?.folder
  const own = list === undefined ? layers : layers.filter(({ folder }) => !isOfServices(folder))
  for (const file of [...new Set(own.flatMap(({ reads }) => reads))].sort()) add(file, files.read(file) ?? '')
  if (list !== undefined) add(list, JSON.stringify(needsIn(await mergedIn(list))))
  return { hash: hash.digest('hex').slice(0, 16), folders: outermost(layers.map(({ folder }) => folder)) }
}

/** Takes folders, returns those that are within no other of them, sorted. */
function outermost(folders: readonly string[]): string[] {
  const sorted = [...new Set(folders)].sort()
  return sorted.filter((folder) => !sorted.some((other) => folder.startsWith(`${other}/`)))
}
