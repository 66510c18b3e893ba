/** An image reference, taken apart. */
export interface Image {
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
}

/** Takes `repository[:tag][@digest]`, returns its parts; text after the first `@` is the digest, whatever it is. */
export function parseImage(reference: string): Image {
  const [named = '', digest] = reference.split(/@(.*)/s)
  const colon = named.lastIndexOf(':')
  // A colon before the last slash belongs to a registry's port.
  const tagged = colon > named.lastIndexOf('/')
  return {
    repository: tagged ? named.slice(0, colon) : named,
    ...(tagged && { tag: named.slice(colon + 1) }),
    ...(digest !== undefined && { digest }),
  }
}

/** Whether the text is a whole git commit id as CI tags images with: 40 lower-case hex digits. */
export const isGitSha = (text: string): boolean => /^[0-9a-f]{40}$/.test(text)

/** Whether the text is a content digest: `sha256:` and 64 lower-case hex digits. */
export const isDigest = (text: string): boolean => /^sha256:[0-9a-f]{64}$/.test(text)
