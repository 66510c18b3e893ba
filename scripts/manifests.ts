import { parseAllDocuments } from 'yaml'
import type { KubernetesObject } from '../plugin/kind.ts'

/** Takes manifests, as the plugin or Kustomize prints them, returns their objects. */
export const objectsIn = (manifests: string): KubernetesObject[] =>
  parseAllDocuments(manifests, { version: '1.1' })
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null)
