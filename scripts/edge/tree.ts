import { readdirSync } from 'node:fs'
import path from 'node:path'
import { filesBelow } from '../../plugin/world.ts'
import type { Tree } from '../files.ts'

/** Takes the repository's root, returns it to read; a byte order mark stays in a file's text. */
export function treeBelow(root: string): Tree {
  const files = filesBelow(root)
  return {
    ...files,
    list: (folder) => (files.kind(folder) === 'folder' ? readdirSync(path.join(root, folder)).sort() : []),
  }
}
