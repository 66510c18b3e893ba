import { type Files, join } from '../files.ts'
import type { Source } from '../kustomization.ts'

interface Reference {
  readonly path: (string | number)[]
  readonly target: string
  readonly remote: boolean
}

/** Takes a folder and its kustomization, returns what that names: folders, and files of patches, replacements, generators and configurations. */
export function references(folder: string, source: Source, files: Files): Reference[] {
  const value = (source.document.toJS() ?? {}) as Record<string, unknown>
  const entries: { path: (string | number)[]; entry: unknown }[] = []
  for (const field of ['resources', 'components', 'bases', 'configurations', 'crds', 'generators', 'transformers']) {
    const list = value[field]
    if (Array.isArray(list)) list.forEach((entry: unknown, index) => entries.push({ path: [field, index], entry }))
  }
  const { patches } = value
  if (Array.isArray(patches)) {
    patches.forEach((patch: unknown, index) => {
      if (typeof patch === 'object' && patch !== null && 'path' in patch)
        entries.push({ path: ['patches', index, 'path'], entry: patch.path })
    })
  }
  if (Array.isArray(value.replacements))
    value.replacements.forEach((replacement: unknown, index) => {
      const { path } = (replacement ?? {}) as { path?: unknown }
      if (path !== undefined) entries.push({ path: ['replacements', index, 'path'], entry: path })
    })
  entries.push(...generatorFiles(value.configMapGenerator))
  return entries.flatMap(({ path, entry }) => {
    if (typeof entry !== 'string') return []
    const target = join(folder, entry)
    if (files.kind(target) !== undefined) return [{ path, target, remote: false }]
    // What Kustomize would take for a repository or an address (kustomize, api/internal/git/repospec.go).
    const remote =
      /^[a-z][a-z0-9+.-]*::?\/?\/|^[^/]*@|^(github|gitlab|bitbucket)\.|[?&](ref|version)=|\.git(\/|$)/i.test(entry)
    return [{ path, target: remote ? entry : target, remote }]
  })
}

/** The files that a ConfigMap is made of: written as a path, or as a key and a path. */
function generatorFiles(generators: unknown): { path: (string | number)[]; entry: unknown }[] {
  if (!Array.isArray(generators)) return []
  return generators.flatMap((generator: unknown, index) => {
    const { files, envs, env } = (generator ?? {}) as Record<string, unknown>
    const path = ['configMapGenerator', index]
    return [files, envs, env]
      .flat()
      .flatMap((entry) => (typeof entry === 'string' ? [{ path, entry: entry.replace(/^[^=/]*=/, '') }] : []))
  })
}
