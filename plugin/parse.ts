import { type Document, parseAllDocuments } from 'yaml'
import type { Finding } from './finding.ts'
import type { KubernetesObject } from './kind.ts'

/**
 * Takes what Kustomize printed and for what, returns its objects in the order they came; refuses text that is not YAML, a document
 * that is no object with apiVersion, kind and name, and a stream without documents.
 */
export function parse(text: string, file = 'kustomize build'): { objects: KubernetesObject[]; findings: Finding[] } {
  const at = { file }
  const findings: Finding[] = []
  const objects: KubernetesObject[] = []
  // Go prints no key twice, and to look for one takes the square of a map's length: 4 s for 10,000 variables.
  const options = { version: '1.1', merge: false, uniqueKeys: false, logLevel: 'silent' } as const
  for (const document of parseAllDocuments(text, options)) {
    const [error] = document.errors
    if (error) {
      findings.push({
        at,
        fact: `Kustomize prints what is no YAML: ${error.message}`,
        remedy: 'this is a bug: report it',
      })
      continue
    }
    const value = valueOf(document)
    if (value === null) continue
    if (isObject(value)) objects.push(value)
    else
      findings.push({
        at,
        fact: `a document is no Kubernetes object: ${JSON.stringify(value).slice(0, 80)}`,
        remedy: 'give it apiVersion, kind and metadata.name',
      })
  }
  if (objects.length === 0 && findings.length === 0) {
    findings.push({
      at,
      fact: 'there are no objects, and Argo CD would take that as an order to delete everything',
      remedy: 'list at least one resource in the kustomization',
    })
  }
  return { objects, findings }
}

/** The document's value; text instead where aliases in it never end. */
function valueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS()
  } catch (error) {
    return (error as Error).message
  }
}

function isObject(value: unknown): value is KubernetesObject {
  if (typeof value !== 'object' || value === null) return false
  const { apiVersion, kind, metadata } = value as Record<string, unknown>
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata.name : undefined
  return [apiVersion, kind, name].every((text) => typeof text === 'string' && text !== '')
}
