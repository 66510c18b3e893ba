import { isScalar, type Node, type Scalar, visit } from 'yaml'
import type { Finding } from '../../plugin/finding.ts'
import { parseImage } from '../../plugin/image.ts'
import { placeOf, readYaml, type Source } from '../../plugin/kustomization.ts'
import { emptyEntries } from '../../plugin/sources.ts'

/** Takes a YAML file that Kustomize merges, returns what YAML or Kustomize would turn into something else, and Secrets. */
export function alteredValues(file: string, text: string): Finding[] {
  const { sources, findings } = readYaml(file, text)
  return [
    ...findings,
    ...sources.flatMap((source) => [
      ...emptyEntries(source, !/^base\/services\/[^/]+\//.test(file)),
      ...scalars(source),
      ...taggedImage(source),
      ...secret(source),
    ]),
  ]
}

function scalars(source: Source): Finding[] {
  const findings: Finding[] = []
  const at = (node: Node) => {
    const { line, col } = source.lines.linePos(node.range?.[0] ?? 0)
    return { file: source.file, line, column: col }
  }
  visit(source.document, {
    Pair: (_, { key }) => (isMode(key) ? visit.SKIP : undefined),
    Scalar: (_, node) => {
      const read = changedReading(node as Scalar)
      if (read === undefined || !node.range) return
      findings.push({
        at: at(node as Scalar.Parsed),
        fact: `${node.source} is read as ${read}`,
        remedy: `${read === 'a time' ? '' : `write ${read}, or `}quote it: "${node.source}"`,
      })
    },
  })
  return findings
}

/** Modes of files are meant as octal, and are read so. */
const isMode = (key: unknown): boolean => isScalar(key) && (key.value === 'defaultMode' || key.value === 'mode')

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

/** A tag in a definition looks like the pin and is none: that of the overlay takes its place. */
function taggedImage(source: Source): Finding[] {
  const { kind, spec } = (source.document.toJS() ?? {}) as { kind?: unknown; spec?: { image?: unknown } | null }
  const image = spec?.image
  if (kind !== 'ServiceDefinition' || typeof image !== 'string') return []
  const { repository, tag, digest } = parseImage(image)
  if (tag === undefined && digest === undefined) return []
  const fact = `${image} carries a ${tag === undefined ? 'digest' : 'tag'}, and the pin of an overlay replaces it`
  return [{ at: placeOf(source, ['spec', 'image']), fact, remedy: `write ${repository}; npm run bump sets the pin` }]
}
