import { isDeepStrictEqual } from 'node:util'
import type { FilePlace, Finding } from '../../plugin/finding.ts'
import type { SourceFile } from '../files.ts'
import { whyNotDigest, whyNotSha, type Pin } from './git-sha.ts'
import { findPinEntry, type PinEntry, type PinField } from './pin-entry.ts'
import { quoteOf, writeScalar } from './scalar.ts'
import { parseSource, type YamlSource } from './yaml-source.ts'

/** Takes a Kustomization and an image, returns its pin and the place of the tag; refuses a pin that is unclear or no git SHA. */
export function readPin(file: SourceFile, image: string): { pin: Pin; at: FilePlace } | Finding[] {
  const source = parseSource(file)
  if (Array.isArray(source)) return source
  const found = findPinEntry(source, image)
  if (Array.isArray(found)) return found
  const { tag, digest } = found
  const findings = [
    ...refuseValue(source, 'newTag', tag, whyNotSha),
    ...(digest ? refuseValue(source, 'digest', digest, whyNotDigest) : []),
  ]
  if (findings.length > 0) return findings
  const pin = { tag: String(tag.value.value), ...(digest && { digest: String(digest.value.value) }) }
  return { pin, at: source.at(tag.value) }
}

/**
 * Takes a Kustomization, an image and a pin, returns the text with that pin and every other byte as it was;
 * refuses an unclear entry, and a tag without digest where the entry has one.
 */
export function replacePin(file: SourceFile, image: string, pin: Pin): string | Finding[] {
  const source = parseSource(file)
  if (Array.isArray(source)) return source
  const found = findPinEntry(source, image)
  if (Array.isArray(found)) return found
  if (found.digest && pin.digest === undefined) {
    const fact = `${image} is pinned with a digest, and Kustomize would deploy the old digest under the new tag`
    const remedy = 'name the new one, <sha>@sha256:<digest>, or delete this digest line first'
    return [{ at: source.at(found.digest.key), fact, remedy }]
  }
  const after = splice(
    file.text,
    [replaceScalar(file.text, found.tag, pin.tag), digestChange(file.text, found, pin)].filter(
      (change) => change !== undefined,
    ),
  )
  return reads(source, after, found, pin) ? after : [cannotEdit(source, found)]
}

interface Change {
  readonly start: number
  readonly end: number
  readonly text: string
}

function splice(text: string, changes: readonly Change[]): string {
  return [...changes]
    .sort((a, b) => b.start - a.start)
    .reduce((whole, { start, end, text: part }) => whole.slice(0, start) + part + whole.slice(end), text)
}

function replaceScalar(text: string, { key, value }: PinField, word: string): Change {
  const [start, end] = value.range!
  return {
    start,
    end,
    text: writeScalar(word, quoteOf(text.slice(start, end)), quoteOf(text.slice(key.range![0])) || "'"),
  }
}

function digestChange(text: string, { entry, tag, digest }: PinEntry, pin: Pin): Change | undefined {
  if (pin.digest === undefined) return undefined
  if (digest) return replaceScalar(text, digest, pin.digest)
  const [start, end] = tag.value.range!
  const around = quoteOf(text.slice(tag.key.range![0]))
  const words = `${around}digest${around}: ${writeScalar(pin.digest, quoteOf(text.slice(start, end)))}`
  if (entry.flow) return { start: end, end, text: `, ${words}` }
  const lineStart = text.lastIndexOf('\n', tag.key.range![0] - 1) + 1
  const bom = text.charAt(lineStart) === '\uFEFF' ? 1 : 0
  const indent = ' '.repeat(tag.key.range![0] - lineStart - bom)
  const lineEnd = text.indexOf('\n', end)
  const usesCrlf = text.charAt((lineEnd === -1 ? text.indexOf('\n') : lineEnd) - 1) === '\r'
  const newline = usesCrlf ? '\r\n' : '\n'
  return lineEnd === -1
    ? { start: text.length, end: text.length, text: newline + indent + words }
    : { start: lineEnd + 1, end: lineEnd + 1, text: indent + words + newline }
}

/** Whether the new text says what the old one said, but for this pin: what the ranges cannot promise for every shape of YAML. */
function reads(source: YamlSource, after: string, { index }: PinEntry, pin: Pin): boolean {
  const again = parseSource({ path: source.file.path, text: after })
  if (Array.isArray(again)) return false
  const expected = valueOf(source)
  const entry = (expected as { images?: Record<string, unknown>[] } | undefined)?.images?.[index]
  if (entry === undefined) return false
  entry.newTag = pin.tag
  if (pin.digest !== undefined) entry.digest = pin.digest
  return isDeepStrictEqual(valueOf(again), expected)
}

function valueOf({ document }: YamlSource): unknown {
  try {
    return document.toJS()
  } catch {
    // an alias without an anchor, or one that multiplies beyond measure: the text has a place in neither case
    return undefined
  }
}

function cannotEdit(source: YamlSource, { tag }: PinEntry): Finding {
  const fact = 'cannot be changed here without changing what else the file says'
  return { at: source.at(tag.key), fact, remedy: 'write the entry plainly: name, newTag and digest, one per line' }
}

function refuseValue(source: YamlSource, key: string, { value }: PinField, whyNot: typeof whyNotSha): Finding[] {
  if (typeof value.value !== 'string') {
    return [{ at: source.at(value), fact: `YAML does not read this ${key} as a text`, remedy: 'put it in quotes' }]
  }
  const why = whyNot(value.value)
  return why
    ? [{ at: source.at(value), fact: `${key} ${JSON.stringify(value.value)} ${why.fact}`, remedy: why.remedy }]
    : []
}
