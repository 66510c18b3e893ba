/** A place in a file; line and column count from 1. */
export interface FilePlace {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** A field of a merged object, whose file is looked for only when the finding is reported. */
export interface ObjectPlace {
  readonly kind: string
  readonly name: string
  readonly path: readonly string[]
  /** True when the name of the field is wrong, not its value. */
  readonly onKey?: boolean
}

export type Place = FilePlace | ObjectPlace

/** What is wrong (`fact`), where, and what to do about it (`remedy`); a list of them is a refusal. */
export interface Finding {
  readonly at: Place
  readonly fact: string
  readonly remedy: string
}

/** Takes a place, returns its text: `file:line:column`, or `Kind/name field.path` when no file is known. */
export function formatPlace(at: Place): string {
  if ('file' in at) return [at.file, at.line, at.column].filter((part) => part !== undefined).join(':')
  const object = `${at.kind}/${at.name}`
  return at.path.length === 0 ? object : `${object} ${at.path.join('.')}`
}

/** Takes findings, returns the text a person reads: for each `place  fact`, then the remedy on a line of its own. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings.map(({ at, fact, remedy }) => `${formatPlace(at)}  ${fact}\n  ${remedy}\n`).join('')
}
