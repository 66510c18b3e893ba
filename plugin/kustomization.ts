import {
  type Alias,
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
} from 'yaml'
import type { FilePlace, Finding } from './finding.ts'
import { type Files, join } from './files.ts'

/** A YAML document with what is needed to say where something in it stands. */
export interface Source {
  readonly file: string
  readonly document: Document.Parsed
  readonly lines: LineCounter
}

/** Names under which Kustomize looks for its file, in no order: two of them in one folder is an error. */
const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** Takes a file of the tree, returns its YAML documents; what cannot be parsed comes back as findings. */
export function readYaml(file: string, text: string): { sources: Source[]; findings: Finding[] } {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    version: '1.1',
    merge: true,
    lineCounter: lines,
    logLevel: 'silent',
    prettyErrors: false,
  })
  const sources: Source[] = []
  const findings: Finding[] = []
  for (const document of documents) {
    const [error] = document.errors
    if (error) {
      const { line, col } = lines.linePos(error.pos[0])
      findings.push({
        at: { file, line, column: col },
        fact: `is not valid YAML: ${error.message}`,
        remedy: /^(<{7}|>{7}|={7}$)/m.test(text)
          ? 'finish the merge: its marks still stand in the file'
          : (remedies[error.code] ?? 'correct the line'),
      })
      continue
    }
    const source = { file, document: document as Document.Parsed, lines }
    const fact = unresolved(source)
    if (fact === undefined) {
      sources.push(source)
      continue
    }
    const { line, col } = lines.linePos(firstAlias(document) ?? 0)
    findings.push({ at: { file, line, column: col }, fact, remedy: 'write the value out where it is needed' })
  }
  return { sources, findings }
}

/** Where the first alias stands that leads nowhere, or else the first of all. */
function firstAlias(document: Document): number | undefined {
  const aliases: Alias[] = []
  visit(document, { Alias: (_, node) => void aliases.push(node) })
  return (aliases.find((node) => node.resolve(document) === undefined) ?? aliases[0])?.range?.[0]
}

const remedies: Readonly<Record<string, string>> = {
  BAD_INDENT: 'close the bracket, and indent all lines of one map alike',
  BLOCK_AS_IMPLICIT_KEY: 'indent the entries of one map alike, and quote a value that holds a colon and a blank',
  DUPLICATE_KEY: 'keep one of the two',
  MISSING_CHAR: 'write name: value, and close every quote and bracket',
  MULTILINE_IMPLICIT_KEY: 'write name: value, with a blank after the colon, and close every quote',
  TAB_AS_INDENT: 'indent with blanks',
}

/** What is well-formed and still has no value: an alias without its anchor, or aliases that never end. */
function unresolved({ document }: Source): string | undefined {
  try {
    document.toJS()
    return undefined
  } catch (error) {
    return `is not valid YAML: ${(error as Error).message}`
  }
}

/** Takes a folder, returns its kustomization file and documents; refuses none, two, and broken YAML. */
export function readKustomization(folder: string, files: Files): { source?: Source; findings: Finding[] } {
  const present = names.map((name) => join(folder, name)).filter((path) => files.kind(path) === 'file')
  const [file] = present
  if (file === undefined) {
    return {
      findings: [
        {
          at: { file: folder || '.' },
          fact: 'there is no kustomization.yaml',
          remedy: 'add one, or correct the path that leads here',
        },
      ],
    }
  }
  if (present.length > 1) {
    return {
      findings: [
        { at: { file }, fact: `${present.slice(1).join(' and ')} stands beside it`, remedy: 'keep one of them' },
      ],
    }
  }
  const { sources, findings } = readYaml(file, files.read(file) ?? '')
  if (findings.length > 0) return { findings }
  const [source, second] = sources
  if (source === undefined || second !== undefined) {
    return {
      findings: [
        { at: { file }, fact: `holds ${sources.length} YAML documents`, remedy: 'a kustomization is one document' },
      ],
    }
  }
  return { source, findings: [] }
}

/**
 * Takes a document and a path of keys in it, returns the line and column where the value or item at its end stands; a map,
 * a list and a value left empty begin at their key, as does everything where the key itself is wrong.
 */
export function placeOf(
  { file, document, lines }: Source,
  path: readonly (string | number)[],
  onKey = false,
): FilePlace {
  const node = path.length === 0 ? document.contents : (document.getIn(path, true) as Node | undefined)
  const isShort = isScalar(node) && node.source !== ''
  const offset = ((onKey || !isShort ? keyOf(document, path) : undefined) ?? node)?.range?.[0]
  if (offset === undefined) return { file }
  const { line, col } = lines.linePos(offset)
  return { file, line, column: col }
}

function keyOf(document: Document.Parsed, path: readonly (string | number)[]): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const name = String(path.at(-1))
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined
  return isNode(pair?.key) ? pair.key : undefined
}
