import type { Finding } from '../../plugin/finding.ts'
import { parseImage } from '../../plugin/image.ts'
import type { ServiceDefinition } from '../../plugin/kinds/service-definition.ts'
import { allowedInstead } from '../../plugin/nearest.ts'
import { portsOf, standardPort } from '../../plugin/service/ports.ts'

/**
 * Takes the definitions of one environment and the names of those that are refused already, returns calls that reach nothing,
 * images that two services share and topics that contradict each other.
 */
export function wrongReferences(definitions: readonly ServiceDefinition[], refused: readonly string[] = []): Finding[] {
  const byName = new Map(definitions.map((definition) => [definition.metadata.name, definition]))
  return [
    ...definitions.flatMap((caller) => wrongCalls(caller, byName, refused)),
    ...sharedImages(definitions),
    ...unpublished(definitions),
    ...settingsSaidTwice(definitions),
  ]
}

/** A copied definition that kept the image would run the other's binary under its own name. */
function sharedImages(definitions: readonly ServiceDefinition[]): Finding[] {
  const usedBy = new Map<string, string>()
  const named = ({ metadata, spec }: ServiceDefinition): boolean =>
    parseImage(spec.image).repository.endsWith(`/${metadata.name}`)
  // The service that the image is named for is the one that is right.
  const inOrder = definitions.toSorted((a, b) => Number(named(b)) - Number(named(a)))
  return inOrder.flatMap(({ kind, metadata, spec }) => {
    const { repository } = parseImage(spec.image)
    const other = usedBy.get(repository)
    if (other === undefined) usedBy.set(repository, metadata.name)
    if (other === undefined) return []
    const at = { kind, name: metadata.name, path: ['spec', 'image'] }
    return [{ at, fact: `${repository} is the image of ${other}`, remedy: `write the image of ${metadata.name}` }]
  })
}

function wrongCalls(
  caller: ServiceDefinition,
  byName: ReadonlyMap<string, ServiceDefinition>,
  refused: readonly string[],
): Finding[] {
  const findings: Finding[] = []
  for (const [callee, ports] of Object.entries(caller.spec.calls ?? {})) {
    const called = byName.get(callee)
    for (const [port, { port: number = standardPort(port), optional = false }] of Object.entries(ports)) {
      const at = { kind: caller.kind, name: caller.metadata.name, path: ['spec', 'calls', callee, port] }
      if (!called) {
        if (optional || refused.includes(callee)) continue
        findings.push({
          at,
          fact: `this environment runs no service ${callee}`,
          remedy: `${allowedInstead(callee, [...byName.keys()])} (or optional: true, if the service works without it)`,
        })
        continue
      }
      const listening = portsOf(called.spec)
      const found = listening.find(({ name }) => name === port)
      const list = listening.map(({ name, port }) => `${name} (${port})`).join(', ')
      if (!found) findings.push({ at, fact: `${callee} has no port ${port}`, remedy: `it has ${list}` })
      else if (found.port !== number)
        findings.push({
          at,
          fact: `${callee} listens for ${port} at ${found.port}, not at ${number}`,
          remedy: `write port: ${found.port}`,
        })
    }
  }
  return findings
}

/** A topic that somebody reads and nobody in the environment writes is most likely a slip in its name. */
function unpublished(definitions: readonly ServiceDefinition[]): Finding[] {
  const published = definitions.flatMap(({ spec }) => Object.keys(spec.topics?.publishes ?? {}))
  return definitions.flatMap(({ kind, metadata, spec }) =>
    Object.keys(spec.topics?.consumes ?? {})
      .filter((topic) => topic !== '*' && !published.includes(topic))
      .map((topic) => ({
        at: { kind, name: metadata.name, path: ['spec', 'topics', 'consumes', topic] },
        fact: `no service of this environment publishes ${topic}`,
        remedy: allowedInstead(topic, [...new Set(published)]),
      })),
  )
}

/** Settings of a topic stand in one definition, so that there is one answer to what they are. */
function settingsSaidTwice(definitions: readonly ServiceDefinition[]): Finding[] {
  const saidBy = new Map<string, string>()
  return definitions.flatMap(({ kind, metadata, spec }) => {
    const findings: Finding[] = []
    for (const side of ['publishes', 'consumes'] as const) {
      for (const [topic, settings] of Object.entries(spec.topics?.[side] ?? {})) {
        if (Object.keys(settings).length === 0) continue
        const other = saidBy.get(topic)
        const at = { kind, name: metadata.name, path: ['spec', 'topics', side, topic] }
        if (other)
          findings.push({
            at,
            fact: `the settings of ${topic} are also in ${other}`,
            remedy: 'keep them in one definition',
          })
        saidBy.set(topic, metadata.name)
      }
    }
    return findings
  })
}
