import { isScalar, type Node, type Scalar, visit } from 'yaml'
import type { Finding } from '../../plugin/finding.ts'
import { readYaml, type Source } from '../../plugin/kustomization.ts'

/** Takes a YAML file that Kustomize merges, returns what YAML or Kustomize would turn into something else, and Secrets. */
export function alteredValues(file: string, text: string): Finding[] {
  const { sources, findings } = readYaml(file, text)
  return [...findings, ...sources.flatMap((source) => [...scalars(source), ...secret(source)])]
}

function scalars(source: Source): Finding[] {
  const findings: Finding[] = []
  const at = (node: Node) => {
    const { line, col } = source.lines.linePos(node.range?.[0] ?? 0)
    return { file: source.file, line, column: col }
  }
  visit(source.document, {
    Pair: (_, { key, value }) => {
      // Under images: a tag is Kustomize's own text, and bump keeps it quoted where it has to be.
      const name = isScalar(key) ? String(key.value) : ''
      if (value === null || (isScalar(value) && value.value === null && value.source === '')) {
        if (isScalar(key)) {
          findings.push({
            at: at(key as Scalar.Parsed),
            fact: `${name} is empty, and Kustomize drops it without a word`,
            remedy: `write ${name}: {} for an entry without settings, or ${name}: null to remove it in an overlay`,
          })
        }
      }
    },
    Scalar: (_, node) => {
      const read = changedReading(node as Scalar)
      if (read === undefined || !node.range) return
      findings.push({
        at: at(node as Scalar.Parsed),
        fact: `${node.source} is read as ${read}`,
        remedy: `write ${read}, or quote it: "${node.source}"`,
      })
    },
  })
  return findings
}

/** What a bare word becomes if that is not what stands there: YAML 1.1 has many ways to write a number or a truth. */
function changedReading(node: Scalar): string | undefined {
  const { source, value, type } = node
  if (type !== 'PLAIN' || source === undefined || value === null) return undefined
  if (/^\d{4}-\d\d?-\d\d?/.test(source)) return 'a time'
  if (/^(y|n|yes|no|on|off)$/i.test(source)) return /^(y|yes|on)$/i.test(source) ? 'true' : 'false'
  if (typeof value === 'string') return undefined
  return String(value) === source ? undefined : String(value)
}

function secret({ file, document, lines }: Source): Finding[] {
  const { contents } = document
  const { apiVersion, kind } = (document.toJS() ?? {}) as { apiVersion?: unknown; kind?: unknown }
  if (!contents || kind !== 'Secret' || apiVersion !== 'v1') return []
  const { line, col } = lines.linePos(contents.range?.[0] ?? 0)
  return [
    {
      at: { file, line, column: col },
      fact: 'a Secret stands in git',
      remedy: 'keep the value in Vault and name its path under spec.secrets; then rotate it, git keeps what it saw',
    },
  ]
}
