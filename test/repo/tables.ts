import { parse } from 'yaml'
import type { Files } from '../../plugin/files.ts'

/** A row of a Markdown table under its header, with the line it stands on. */
export interface Row {
  readonly line: number
  readonly header: readonly string[]
  readonly cells: readonly string[]
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())

/** Takes Markdown, returns the rows of all its tables in order. */
export function rowsOf(markdown: string): Row[] {
  const rows: Row[] = []
  let header: string[] = []
  const lines = markdown.split('\n')
  lines.forEach((text, index) => {
    if (!text.startsWith('|')) header = []
    else if (header.length === 0) header = cellsOf(text)
    else if (!/^\|[-| :]+\|$/.test(text)) rows.push({ line: index + 1, header, cells: cellsOf(text) })
  })
  return rows
}

const ticked = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '')

const top = /^(\.ci|\.github|apps|base|clusters|docs|overlays|plugin|scripts|test)\//

/** Takes a cell, returns why one of the repository's paths in it does not exist. */
const missing = (cell: string, files: Files): string[] =>
  ticked(cell)
    .map((text) => text.split(' › ')[0] ?? '')
    .filter((text) => top.test(text) && files.kind(text) === undefined)
    .map((text) => `${text} does not exist`)

/** Takes one answer of a `Where` cell, returns why it names nothing: a path, a test as `file › name`, or `open` with the path to come. */
function wrongAnswer(answer: string, files: Files): string[] {
  const opened = /^open: `([^`›]+)`$/.exec(answer)?.[1]
  if (opened !== undefined) return files.kind(opened) ? [`says open, but ${opened} exists`] : []
  const [, path, name] = /^`([^`›]+?)(?: › ([^`]+))?`$/.exec(answer) ?? []
  if (path === undefined) return [`${answer} is neither a path, nor a test, nor open`]
  if (files.kind(path) === undefined) return [`${path} does not exist`]
  if (name === undefined) return []
  const text = files.read(path) ?? ''
  const literals = [`'${name}'`, `"${name}"`, `\`${name}\``]
  return literals.some((literal) => text.includes(literal)) ? [] : [`${path} has no test ${name}`]
}

/**
 * Takes rows of answers, numbered from 1, each `Where` with answers between `<br>` or with the words `not ours`;
 * returns what is empty, out of order, or names what is not there.
 */
export function wrongAnswers(rows: readonly Row[], files: Files): string[] {
  return rows.flatMap(({ line, header, cells }, index) => {
    const cell = (name: string): string => cells[header.indexOf(name)] ?? ''
    const where = cell('Where')
    const facts = [
      ...(cells.length === header.length ? [] : [`has ${cells.length} cells, not ${header.length}`]),
      ...(cell('#') === String(index + 1) ? [] : [`is numbered ${cell('#')}, not ${index + 1}`]),
      ...header.filter((name) => cell(name) === '').map((name) => `${name} is empty`),
      ...missing(cell('Here'), files),
      ...(where === '' || where === 'not ours'
        ? []
        : where.split('<br>').flatMap((part) => wrongAnswer(part.trim(), files))),
    ]
    return facts.map((fact) => `line ${line}: ${fact}`)
  })
}

/** Takes a value and a field's path, returns what stands there; a name in the path may itself have dots. */
export function fieldOf(value: unknown, path: string): unknown {
  const [first = '', ...rest] = path.split('.')
  const names = rest.map((_, index) => [first, ...rest.slice(0, index + 1)].join('.'))
  for (const name of [first, ...names]) {
    if (typeof value !== 'object' || value === null || !(name in value)) continue
    const inner = (value as Record<string, unknown>)[name]
    if (name === path) return inner
    const found = fieldOf(inner, path.slice(name.length + 1))
    if (found !== undefined) return found
  }
  return undefined
}

/** Map or text, in one spelling. */
const canonical = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, canonical(inner)]),
      )
    : String(value)

const spelled = (text: string): string[] => {
  try {
    return [text, canonical(parse(text))]
  } catch {
    return [text]
  }
}

/**
 * Takes rows of assumed values, each `Parameter` with a file and a field in ticks, or several between `<br>`, and each
 * `Default` with the values in ticks, or with the words `not set`; returns what is empty, out of order, not there, or
 * has another value.
 */
export function wrongParameters(rows: readonly Row[], files: Files): string[] {
  return rows.flatMap(({ line, header, cells }, index) => {
    const cell = (name: string): string => cells[header.indexOf(name)] ?? ''
    const allowed = ticked(cell('Default')).flatMap(spelled)
    const unset = cell('Default').startsWith('not set')
    const facts = [
      ...(cells.length === header.length ? [] : [`has ${cells.length} cells, not ${header.length}`]),
      ...(cell('#') === String(index + 1) ? [] : [`is numbered ${cell('#')}, not ${index + 1}`]),
      ...header.filter((name) => cell(name) === '').map((name) => `${name} is empty`),
      ...cell('Parameter')
        .split('<br>')
        .flatMap((part) => wrongParameter(part.trim(), { allowed, unset }, files)),
    ]
    return facts.map((fact) => `line ${line}: ${fact}`)
  })
}

function wrongParameter(
  text: string,
  { allowed, unset }: { readonly allowed: readonly string[]; readonly unset: boolean },
  files: Files,
): string[] {
  const [, path, field] = /^`([^`]+)` `([^`]+)`$/.exec(text) ?? []
  if (path === undefined || field === undefined) return [`${text} is not a file and a field`]
  const source = files.read(path)
  if (source === undefined) return [`${path} does not exist`]
  if (!/\.ya?ml$/.test(path)) {
    if (!source.includes(field)) return [`${path} has no ${field}`]
    return unset || allowed.some((value) => source.includes(value)) ? [] : [`${path} does not say the default`]
  }
  const value = fieldOf(parse(source, { version: '1.1' }), field)
  if (unset) return value === undefined ? [] : [`${path} sets ${field}`]
  if (value === undefined) return [`${path} has no ${field}`]
  return allowed.includes(canonical(value)) ? [] : [`${field} in ${path} is ${canonical(value)}`]
}
