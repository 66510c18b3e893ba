import { statSync } from 'node:fs'
import path from 'node:path'

/** Where a build stands on this machine, and in the repository. */
export interface Stand {
  /** The topmost folder of the repository that is here, on this machine. */
  readonly root: string
  /** What that folder is in the repository; empty where it is the whole. */
  readonly prefix: string
  /** The folder of the build, in the repository. */
  readonly folder: string
}

/**
 * Takes the folder that the plugin runs in and the path that Argo CD gives of it (ARGOCD_APP_SOURCE_PATH), returns where
 * that is. Argo CD copies only the folder that all of an Application's manifest-generate-paths have in common
 * (getApplicationRootPath in reposerver/repository/repository.go of 3.5.3), so the root of the repository may be missing.
 */
export function standOf(here: string, sourcePath = ''): Stand {
  const root = rootAbove(here)
  if (root !== undefined) return { root, prefix: '', folder: slashed(path.relative(root, here)) }
  const said = slashed(path.normalize(sourcePath))
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  const parts = here.split(path.sep)
  let same = 0
  while (same < said.length && said.at(-1 - same) === parts.at(-1 - same)) same++
  return {
    root: parts.slice(0, parts.length - same).join(path.sep) || path.sep,
    prefix: said.slice(0, said.length - same).join('/'),
    folder: said.join('/'),
  }
}

/** The folder above that holds overlays/, if one does. */
function rootAbove(folder: string): string | undefined {
  for (let here = folder; ; here = path.dirname(here)) {
    if (statSync(path.join(here, 'overlays'), { throwIfNoEntry: false })?.isDirectory()) return here
    if (path.dirname(here) === here) return undefined
  }
}

const slashed = (text: string): string => text.split(path.sep).join('/')
