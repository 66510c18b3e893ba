import type { Finding } from '../../plugin/finding.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'
import type { Plan } from './plan.ts'
import type { Target } from './target.ts'

/** Takes what a cluster would run, returns the images that no one has built: pins of forty zeros. */
export function placeholders({ install, renders }: Plan, { name, facts }: Target): Finding[] {
  return [
    ...plugin(install, `clusters/${name}/cluster.yaml`, facts.plugin),
    ...[...renders].flatMap(unbuilt(facts.environment)),
  ]
}

const unbuilt =
  (environment: string) =>
  ([folder, objects]: readonly [string, readonly KubernetesObject[]]): Finding[] => {
    const names = [...new Set(objects.filter((object) => imagesOf(object).some(isPlaceholder)).map(nameOf))]
    if (names.length === 0) return []
    const isServices = folder === `overlays/${environment}/services`
    const pins = names.length === 1 ? `${names[0]} <sha>` : names.map((name) => `${name}=<sha>`).join(' ')
    const remedy = isServices ? `npm run bump ${pins} ${environment}` : 'write the SHA of an image that was built'
    return [{ at: { file: folder }, fact: `${names.join(', ')}: pinned to forty zeros, which no image has`, remedy }]
  }

/** The plugin's version stands in two places: what runs, and what Argo CD's cache is told of it. */
function plugin(install: readonly KubernetesObject[], file: string, told: string): Finding[] {
  const image = install.flatMap(imagesOf).find((image) => /\/argocd-plugin:/.test(image))
  const running = image?.split(':')[1]
  if (running === undefined || running === told) {
    if (!isPlaceholder(`:${told}`)) return []
    const remedy = `build its image (docs/argocd.md, «Upgrade the plugin»), and write its SHA there and as plugin in ${file}`
    const fact = 'the plugin is pinned to forty zeros, which no image has'
    return [{ at: { file: 'plugin/install/kustomization.yaml' }, fact, remedy }]
  }
  const fact = `says plugin: ${told}, and plugin/install/kustomization.yaml installs ${running}`
  return [{ at: { file }, fact, remedy: 'write the same SHA into both' }]
}

const isPlaceholder = (image: string): boolean => /:0{40}(@|$)/.test(image)

const nameOf = ({ metadata }: KubernetesObject): string => metadata.labels?.['app.kubernetes.io/name'] ?? metadata.name

function imagesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'image' && typeof inner === 'string' ? [inner] : imagesOf(inner),
  )
}
