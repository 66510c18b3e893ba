/** A read-only view of a tree; paths are relative to its root and use forward slashes. */
export interface Files {
  /** The text of a file, or undefined where there is none. */
  read(path: string): string | undefined
  /** What is there, if anything is. */
  kind(path: string): 'file' | 'folder' | undefined
}

/** Takes a folder and a path written in it, returns the path from the root; one that leaves the root starts with `..`. */
export function join(folder: string, path: string): string {
  const parts: string[] = []
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}
