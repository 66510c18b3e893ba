import type { Finding } from './finding.ts'
import { isDigest, isGitSha, parseImage } from './image.ts'
import type { KubernetesObject } from './kind.ts'

/** How one image was to be pinned: an image of ours by git SHA (and digest where asked for), any other by version and digest. */
export interface PinRule {
  readonly ours: ReadonlySet<string>
  readonly requireDigests: boolean
}

/** Takes an image reference and the rule for it, returns why it is not pinned, or nothing. */
export function unpinned(reference: string, { ours, requireDigests }: PinRule): string | undefined {
  const { repository, tag, digest } = parseImage(reference)
  if (digest !== undefined && !isDigest(digest)) return `${digest} is no digest: sha256: and 64 hex digits`
  if (ours.has(repository)) {
    if (tag === undefined) return `${repository} is not pinned`
    if (!isGitSha(tag)) return `${tag} is no git SHA: 40 lower-case hex digits`
    return requireDigests && digest === undefined ? `${repository} is pinned without a digest` : undefined
  }
  if (tag === undefined) return `${repository} has no version`
  if (!/\d/.test(tag) || /latest|nightly|edge/.test(tag)) return `${tag} is a moving tag`
  return digest === undefined ? `${repository}:${tag} is pinned without a digest, and a tag can be moved` : undefined
}

/** Takes an object, returns every container image in it with its field path, wherever a pod spec may be. */
function images(object: KubernetesObject): { path: string[]; image: string }[] {
  const found: { path: string[]; image: string }[] = []
  const visit = (value: unknown, path: string[]): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, key]
      if (/^(init|ephemeral)?containers$/i.test(key) && Array.isArray(inner)) {
        inner.forEach((container: unknown, index) => {
          const image =
            typeof container === 'object' && container !== null && 'image' in container ? container.image : ''
          found.push({ path: [...here, String(index), 'image'], image: typeof image === 'string' ? image : '' })
        })
      } else visit(inner, here)
    }
  }
  // Elsewhere the word means other things: a policy names containers without an image.
  if (['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'].includes(object.kind))
    visit(object, [])
  return found
}

/** Takes a finished object and the rule, returns each container image in it that is not pinned. */
export function pin(object: KubernetesObject, rule: PinRule): Finding[] {
  return images(object).flatMap(({ path, image }) => {
    const fact = unpinned(image, rule)
    const at = { kind: object.kind, name: object.metadata.name, path }
    return fact ? [{ at, fact, remedy: 'pin it: ours by git SHA, any other as name:version@sha256:…' }] : []
  })
}
