import type { Finding } from '../../plugin/finding.ts'
import { placeOf, readYaml } from '../../plugin/kustomization.ts'

interface Pin {
  readonly name: string
  readonly newTag: string
  readonly digest?: string
  readonly index: number
}

/** Takes a kustomization before and now, returns pins whose tag changed while the digest stayed: the old image would run. */
export function staleDigests(file: string, before: string, now: string): Finding[] {
  const old = new Map(pins(file, before).map((pin) => [pin.name, pin]))
  const [source] = readYaml(file, now).sources
  return pins(file, now).flatMap(({ name, newTag, digest, index }) => {
    const earlier = old.get(name)
    if (!source || !earlier || digest === undefined || earlier.newTag === newTag || earlier.digest !== digest) return []
    return [
      {
        at: placeOf(source, ['images', index, 'digest']),
        fact: `newTag changed and the digest did not: the image of ${earlier.newTag.slice(0, 12)} would run under the new tag`,
        remedy: `npm run bump <service> ${newTag}@sha256:<digest> <environment>`,
      },
    ]
  })
}

function pins(file: string, text: string): Pin[] {
  const [source] = readYaml(file, text).sources
  const { images } = (source?.document.toJS() ?? {}) as { images?: unknown }
  if (!Array.isArray(images)) return []
  return images.map((entry: unknown, index) => {
    const { name, newTag, digest } = (entry ?? {}) as Record<string, unknown>
    return {
      name: String(name),
      newTag: String(newTag),
      index,
      ...(digest !== undefined && { digest: String(digest) }),
    }
  })
}
