import { stringify } from 'yaml'
import type { KubernetesObject } from '../../plugin/kind.ts'
import { objectsIn } from '../manifests.ts'

/** Files of a tree by their path. */
export type FileTree = Record<string, string>

/** Takes a definition's text, what all services share, and a number, returns a tree with that many services like it. */
export function manyServices(definition: string, shared: FileTree, count: number): FileTree {
  const names = Array.from({ length: count }, (_, index) => `iam${String(index).padStart(4, '0')}`)
  const tree: FileTree = { ...shared, 'overlays/prod/services/kustomization.yaml': stringify({ resources: names }) }
  for (const name of names) {
    const renamed = definition.replaceAll('name: iam', `name: ${name}`).replaceAll('kernel/iam', `kernel/${name}`)
    tree[`base/services/${name}/definition.yaml`] = renamed
    tree[`base/services/${name}/kustomization.yaml`] = stringify({ resources: ['definition.yaml'] })
    tree[`overlays/prod/services/${name}/kustomization.yaml`] = stringify({
      resources: [`../../../../base/services/${name}`],
      components: ['../../shared'],
      images: [{ name: `ghcr.io/septemcore/platform-kernel/${name}`, newTag: '0'.repeat(40) }],
    })
  }
  return tree
}

/** Takes a render, returns the tree a person would write for the same objects: bases, and overlays that patch and pin. */
export function byHand(manifests: string): FileTree {
  const services = new Map<string, KubernetesObject[]>()
  for (const object of objectsIn(manifests)) {
    const name = object.metadata.labels?.['app.kubernetes.io/name'] ?? ''
    services.set(name, [...(services.get(name) ?? []), object])
  }
  const tree: FileTree = { 'overlays/prod/services/kustomization.yaml': stringify({ resources: [...services.keys()] }) }
  for (const [name, objects] of services) {
    const base = `base/services/${name}`
    const overlay = `overlays/prod/services/${name}`
    tree[`${base}/objects.yaml`] = objects.map((object) => `---\n${stringify(object, { version: '1.1' })}`).join('')
    tree[`${base}/kustomization.yaml`] = stringify({ resources: ['objects.yaml'] })
    tree[`${overlay}/deployment.yaml`] = stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'platform-services' },
      spec: { template: { spec: { containers: [{ name, env: [{ name: 'LOG_LEVEL', value: 'warn' }] }] } } },
    })
    tree[`${overlay}/kustomization.yaml`] = stringify({
      resources: [`../../../../${base}`],
      patches: [{ path: 'deployment.yaml' }],
      images: [{ name: `ghcr.io/septemcore/platform-kernel/${name}`, newTag: '1'.repeat(40) }],
    })
  }
  return tree
}
