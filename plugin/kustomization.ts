import { type Document, LineCounter, type Node, parseAllDocuments } from 'yaml'
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
    if (!error) sources.push({ file, document: document as Document.Parsed, lines })
    else {
      const { line, col } = lines.linePos(error.pos[0])
      findings.push({
        at: { file, line, column: col },
        fact: `is not valid YAML: ${error.message}`,
        remedy: 'correct the line',
      })
    }
  }
  return { sources, findings }
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

/** Takes a document and a path of keys in it, returns the line and column where the last key's value or item stands. */
export function placeOf({ file, document, lines }: Source, path: readonly (string | number)[]): FilePlace {
  const node = path.length === 0 ? document.contents : (document.getIn(path, true) as Node | undefined)
  const offset = node?.range?.[0]
  if (offset === undefined) return { file }
  const { line, col } = lines.linePos(offset)
  return { file, line, column: col }
}
