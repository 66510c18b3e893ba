import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Json } from './api.ts'
import { go } from './go.ts'

export type ManifestName = keyof typeof manifests

export interface Source {
  /** Folder under modules/, whose go.mod and go.sum pin the source. */
  module: string
  source: string
  folder: string
  only?: string[]
}

/** What the rig installs of other projects' manifests: read from their Go modules once, then from the cache as JSON. */
export const manifests = {
  'argo-cd-crds': argoCd('manifests/crds'),
  'argo-cd-config': argoCd('manifests/base/config'),
  // What manifests/cluster-install of the same tree builds.
  'argo-cd-install': argoCd('manifests', ['install.yaml']),
  'kwok-crds': {
    module: 'kwok',
    source: 'sigs.k8s.io/kwok',
    folder: 'kustomize/crd/bases',
    only: ['kwok.x-k8s.io_stages.yaml'],
  },
  'kwok-metrics': {
    module: 'kwok',
    source: 'sigs.k8s.io/kwok',
    folder: 'kustomize/metrics/resource',
    only: ['metrics-resource.yaml'],
  },
  'cert-manager-crds': { module: 'crds', source: 'github.com/cert-manager/cert-manager', folder: 'deploy/crds' },
  'gateway-api-crds': { module: 'crds', source: 'sigs.k8s.io/gateway-api', folder: 'config/crd/standard' },
  'istio-crds': { module: 'crds', source: 'istio.io/api', folder: 'kubernetes' },
} satisfies Record<string, Source>

/** Writes the objects of these manifests to the path as a JSON list; fails when there are none. */
export async function collectManifests({ module, source, folder, only }: Source, path: string): Promise<void> {
  const { Dir } = JSON.parse(await go(module, 'mod', 'download', '-json', source)) as { Dir: string }
  const files = only ?? readdirSync(join(Dir, folder)).filter((file) => file.endsWith('.yaml'))
  const objects = files
    .flatMap((file) => parseAllDocuments(readFileSync(join(Dir, folder, file), 'utf8')))
    .map((document) => document.toJS() as Json)
    .filter((object) => object?.kind && object.kind !== 'Kustomization')
  if (!objects.length) throw new Error(`${join(Dir, folder)}  holds no objects`)
  writeFileSync(path, JSON.stringify(objects))
}

function argoCd(folder: string, only?: string[]): Source {
  return { module: 'argo-cd', source: 'github.com/argoproj/argo-cd/v3', folder, ...(only && { only }) }
}
