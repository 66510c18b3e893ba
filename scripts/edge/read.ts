import fs from 'node:fs'
import { join } from 'node:path'
import type { Files } from '../files.ts'

/** Takes the repository's root, returns its files as text; a byte order mark stays in the text. */
export function filesIn(root: string): Files {
  return {
    read: (path) => orNothing(() => fs.readFileSync(join(root, path), 'utf8'), undefined),
    list: (folder) => orNothing(() => fs.readdirSync(join(root, folder)).sort(), []),
  }
}

function orNothing<T, U>(read: () => T, nothing: U): T | U {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code ?? '')) return nothing
    throw error
  }
}
