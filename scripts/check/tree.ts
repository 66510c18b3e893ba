import type { Finding } from '../../plugin/finding.ts'
import { allowedInstead } from '../../plugin/nearest.ts'
import { environments } from '../environments.ts'
import type { Tree } from '../files.ts'

/** Takes a folder of the tree, returns every file below it. */
export function filesUnder(folder: string, files: Tree): string[] {
  return files.list(folder).flatMap((name) => {
    const path = `${folder}/${name}`
    return files.kind(path) === 'folder' ? filesUnder(path, files) : [path]
  })
}

/** Takes paths of the tree, returns those by which Argo CD would change a render behind the plugin's back. */
export function overrideFiles(paths: readonly string[]): Finding[] {
  return paths
    .filter((path) => /(^|\/)\.argocd-source(-.*)?\.yaml$/.test(path))
    .map((path) => ({
      at: { file: path },
      fact: 'Argo CD would take parameters from this file, and a render here would not',
      remedy: 'delete it, and write what it changes into the overlay',
    }))
}

/** Takes an environment and the files its build reads, returns manifests beside them that nothing names. */
export function unreadFiles(environment: string, read: readonly string[], files: Tree): Finding[] {
  return ['services', 'shared']
    .flatMap((folder) => filesUnder(`overlays/${environment}/${folder}`, files))
    .filter((path) => /\.ya?ml$/.test(path) && !/(^|\/)\.[^/]*$/.test(path) && !read.includes(path))
    .map((path) => ({
      at: { file: path },
      fact: 'no kustomization names this file, so it does nothing',
      remedy: 'list it under patches of the kustomization beside it, or delete it',
    }))
}

/** Takes the tree, returns overlays of no known environment: nothing would check, bump or render them. */
export function unknownOverlays(files: Tree): Finding[] {
  return files
    .list('overlays')
    .filter((name) => files.kind(`overlays/${name}`) === 'folder' && !environments.some((known) => known === name))
    .map((name) => ({
      at: { file: `overlays/${name}` },
      fact: `${name} is no environment that the commands know`,
      remedy: 'add it to scripts/environments.ts, in the order of promotion, or delete the folder',
    }))
}

/** Takes an environment, returns services whose folder is not listed, or listed and not there, or has no base. */
export function unlistedServices(environment: string, listed: readonly string[], files: Tree): Finding[] {
  const folder = `overlays/${environment}/services`
  const present = files.list(folder).filter((name) => files.kind(`${folder}/${name}`) === 'folder')
  const bases = files.list('base/services')
  return present.flatMap((name): Finding[] => {
    const findings: Finding[] = []
    if (!listed.includes(name)) {
      findings.push({
        at: { file: `${folder}/${name}` },
        fact: `is not listed in ${folder}/kustomization.yaml`,
        remedy: 'list it there, or delete the folder',
      })
    }
    if (!bases.includes(name)) {
      findings.push({
        at: { file: `${folder}/${name}` },
        fact: `there is no base/services/${name}`,
        remedy: allowedInstead(name, bases),
      })
    }
    return findings
  })
}
