import { parseAllDocuments, type Document, type Node } from 'yaml'
import type { FilePlace, Finding } from '../../plugin/finding.ts'
import type { SourceFile } from '../files.ts'

/** One YAML document that still knows where in its file everything stands. */
export interface YamlSource {
  readonly file: SourceFile
  readonly document: Document.Parsed
  /** The place of a node or of an offset in the text; the file alone for what has no range. */
  at(spot: Node | number | null | undefined): FilePlace
}

/**
 * Takes a file, returns its one YAML document; refuses broken YAML, duplicate keys, no document and several.
 * Version 1.1, because Kustomize reads with go-yaml, which follows it.
 */
export function parseSource(file: SourceFile): YamlSource | Finding[] {
  const refuse = (at: FilePlace, fact: string, remedy: string): Finding[] => [{ at, fact, remedy }]
  let documents
  try {
    documents = parseAllDocuments(file.text, { version: '1.1', prettyErrors: false, logLevel: 'error' })
  } catch (error) {
    // the parser recurses: a text of nested brackets exhausts the stack
    if (!(error instanceof RangeError)) throw error
    return refuse({ file: file.path }, 'is nested too deep to be read', 'write it flat, as Kustomize documents it')
  }
  if (!Array.isArray(documents) || documents.length === 0) {
    return refuse({ file: file.path }, 'holds nothing', 'bring it back from git, or write it')
  }
  const findings = documents
    .flatMap((document) => document.errors)
    .map((error) =>
      error.code === 'DUPLICATE_KEY'
        ? {
            at: placeAt(file, error.pos[0]),
            fact: 'the same key stands here a second time',
            remedy: 'keep one of them',
          }
        : { at: placeAt(file, error.pos[0]), fact: `is not YAML: ${error.message}`, remedy: 'mend this place' },
    )
  if (findings.length > 0) return findings
  const [document, second] = documents
  if (second !== undefined) {
    const at = placeAt(file, second.contents?.range?.[0] ?? second.range[0])
    return refuse(at, 'is a second document; Kustomize reads the first only', 'keep one document in this file')
  }
  return {
    file,
    document: document!,
    at: (spot: Node | number | null | undefined) => {
      const offset = typeof spot === 'number' ? spot : spot?.range?.[0]
      return offset === undefined ? { file: file.path } : placeAt(file, offset)
    },
  }
}

function placeAt({ path, text }: SourceFile, offset: number): FilePlace {
  const before = text.slice(0, offset)
  return { file: path, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
