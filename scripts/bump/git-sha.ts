/** What an image is pinned to: the SHA of the commit it was built from and, where known, the digest of its bytes. */
export interface Pin {
  readonly tag: string
  readonly digest?: string
}

/** Why a word is no pin. */
export interface NotAPin {
  readonly fact: string
  readonly remedy: string
}

const shape = '<sha>[@sha256:<digest>]: 40 of 0-9 and a-f, as `git rev-parse HEAD` prints it'

/** Takes `<sha>[@sha256:<digest>]`, returns the pin; refuses anything but a full lower-case SHA and a full lower-case sha256. */
export function parsePin(word: string): Pin | NotAPin {
  const [tag = '', ...rest] = word.split('@')
  if (tag.startsWith('sha256:')) {
    return { fact: 'is a digest without its git SHA', remedy: `write ${shape}` }
  }
  const wrongTag = whyNotSha(tag)
  if (wrongTag) return wrongTag
  if (rest.length === 0) return { tag }
  const digest = rest.join('@')
  return whyNotDigest(digest) ?? { tag, digest }
}

/** Takes a word, returns why it is no full git SHA, or undefined when it is one. */
export function whyNotSha(word: string): NotAPin | undefined {
  if (/^[0-9a-f]{40}$/.test(word)) return undefined
  if (word === '') return { fact: 'has no git SHA', remedy: `write ${shape}` }
  const stranger = /[^0-9a-fA-F]/u.exec(word)?.[0]
  if (stranger === undefined) {
    if (word.length === 64) return { fact: 'is as long as a digest', remedy: `write ${shape}` }
    if (word.length < 40) {
      const remedy = `write all 40: git rev-parse ${word}, in the clone of the service`
      return { fact: `is a short SHA, ${word.length} characters of 40`, remedy }
    }
    if (word.length > 40) return { fact: `is no git SHA: ${word.length} characters, not 40`, remedy: `write ${shape}` }
    return { fact: 'is a SHA in upper case; registries tell them apart', remedy: `write ${word.toLowerCase()}` }
  }
  if (/^(latest|main|master|head|stable|edge|v?\d+(\.\d+)*)$/i.test(word) && word.length < 40) {
    return { fact: 'is a name that moves, no git SHA', remedy: `write ${shape}` }
  }
  return { fact: `is no git SHA: ${show(stranger)} is not among 0-9 and a-f`, remedy: `write ${shape}` }
}

/** Takes a word, returns why it is no full sha256 digest, or undefined when it is one. */
export function whyNotDigest(word: string): NotAPin | undefined {
  if (/^sha256:[0-9a-f]{64}$/.test(word)) return undefined
  const remedy = 'write sha256: and 64 of 0-9 and a-f, as the registry prints it'
  if (!word.startsWith('sha256:')) return { fact: 'has a digest that does not begin with sha256:', remedy }
  const hex = word.slice('sha256:'.length)
  const stranger = /[^0-9a-f]/u.exec(hex)?.[0]
  if (stranger !== undefined) return { fact: `has a digest with ${show(stranger)} in it`, remedy }
  return { fact: `has a digest of ${hex.length} characters, not 64`, remedy }
}

function show(character: string): string {
  const code = character.codePointAt(0)!
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  return code > 32 && code < 127 ? `"${character}"` : name
}
