import type { Finding } from '../finding.ts'
import type { ServiceDefinition } from '../kinds/service-definition.ts'
import { allowedInstead } from '../nearest.ts'
import { unpinned } from '../pin.ts'
import { defaults, minReadySeconds } from './deployment.ts'
import { commonLabels } from './names.ts'
import { portsOf, standardPort } from './ports.ts'
import { quantityValue } from './quantity.ts'
import { literalSecrets, secretNames } from './secrecy.ts'
import { vaultProxyAddress, vaultProxyName } from './vault-proxy.ts'

/** Takes a field path, what is wrong there and what to do, and keeps it as a finding. */
export type Refuse = (path: string[], fact: string, remedy: string) => void

/** Takes a definition that fits its schema, returns what the schema cannot say is wrong with it. */
export function contradictions(definition: ServiceDefinition): Finding[] {
  const findings: Finding[] = []
  const refuse: Refuse = (path, fact, remedy) =>
    findings.push({ at: { kind: definition.kind, name: definition.metadata.name, path }, fact, remedy })
  const rules = [labels, scaling, resources, ports, stores, calls, topics, database, vaultProxy, rollout, shutdown]
  for (const rule of [...rules, literalSecrets, secretNames]) rule(definition, refuse)
  return findings
}

function labels(definition: ServiceDefinition, refuse: Refuse): void {
  const generated = commonLabels({ ...definition, metadata: { ...definition.metadata, labels: {} } })
  for (const label of Object.keys(definition.metadata.labels ?? {})) {
    if (label in generated || label === 'app.kubernetes.io/version') {
      refuse(['metadata', 'labels', label], `${label} is set by the plugin`, 'use a label of your own')
    }
  }
}

function scaling({ spec }: ServiceDefinition, refuse: Refuse): void {
  if (!spec.autoscaling) return
  const { minReplicas, maxReplicas } = spec.autoscaling
  if (spec.replicas !== undefined) {
    refuse(
      ['spec', 'replicas'],
      'replicas is set beside autoscaling, and the two would fight',
      'remove one of the two; in an overlay, null removes a field: autoscaling: null',
    )
  }
  if (minReplicas > maxReplicas) {
    refuse(
      ['spec', 'autoscaling', 'minReplicas'],
      `minReplicas ${minReplicas} is above maxReplicas ${maxReplicas}`,
      'lower minReplicas or raise maxReplicas',
    )
  }
}

function resources({ spec }: ServiceDefinition, refuse: Refuse): void {
  for (const resource of ['cpu', 'memory'] as const) {
    const request = spec.resources.requests[resource]
    const limit = spec.resources.limits[resource]
    if (quantityValue(request) > quantityValue(limit)) {
      refuse(
        ['spec', 'resources', 'requests', resource],
        `the request of ${request} is above the limit of ${limit}`,
        'raise the limit or lower the request',
      )
    }
    if (quantityValue(request) === 0) {
      refuse(
        ['spec', 'resources', 'requests', resource],
        `a request of ${request} promises nothing`,
        'ask for more than 0',
      )
    }
  }
  // 1m of memory is a thousandth of a byte: always a slip for 1M or 1Mi.
  for (const kind of ['requests', 'limits'] as const) {
    const memory = spec.resources[kind].memory
    if (quantityValue(memory) < 2 ** 20) {
      refuse(['spec', 'resources', kind, 'memory'], `${memory} is less than 1Mi`, `write ${parseInt(memory, 10)}Mi`)
    }
  }
}

function ports({ spec }: ServiceDefinition, refuse: Refuse): void {
  const seen = new Map<number, string>()
  for (const { name, port } of portsOf(spec)) {
    if (port === 0) {
      refuse(
        ['spec', 'ports', name],
        `port ${name} has no number`,
        'add port: <number>; only http and grpc have one by default',
      )
      continue
    }
    const other = seen.get(port)
    if (other)
      refuse(['spec', 'ports', name], `${port} is also the port ${other}`, 'give each port a number of its own')
    seen.set(port, name)
  }
}

function stores({ spec }: ServiceDefinition, refuse: Refuse): void {
  const known = Object.keys(spec.environment.stores).sort()
  for (const store of Object.keys(spec.stores ?? {})) {
    if (known.includes(store)) continue
    refuse(
      ['spec', 'stores', store],
      `${spec.environment.name} has no store ${store}`,
      `${allowedInstead(store, known)} (or add it to overlays/${spec.environment.name}/shared)`,
    )
  }
}

function calls({ spec, metadata }: ServiceDefinition, refuse: Refuse): void {
  for (const [callee, called] of Object.entries(spec.calls ?? {})) {
    if (callee === metadata.name) refuse(['spec', 'calls', callee], `${callee} calls itself`, 'remove the entry')
    for (const [port, { port: number }] of Object.entries(called)) {
      if (number === undefined && standardPort(port) === undefined) {
        refuse(['spec', 'calls', callee, port], `port ${port} has no number`, `add port: <number>, as ${callee} has it`)
      }
    }
  }
}

function topics({ spec }: ServiceDefinition, refuse: Refuse): void {
  if (spec.topics && !spec.environment.stores.kafka) {
    refuse(
      ['spec', 'topics'],
      `${spec.environment.name} has no store kafka`,
      `add it to overlays/${spec.environment.name}/shared`,
    )
  }
}

function database({ spec }: ServiceDefinition, refuse: Refuse): void {
  if (!spec.database) return
  if (!spec.environment.stores.postgres) {
    refuse(
      ['spec', 'database'],
      `${spec.environment.name} has no store postgres`,
      `add it to overlays/${spec.environment.name}/shared`,
    )
  }
  if (spec.database.migrations === 'job') {
    refuse(
      ['spec', 'database', 'migrations'],
      'a Job for migrations comes with the PostgreSQL component, which this tree does not have yet',
      'use migrations: self',
    )
  }
}

function vaultProxy({ spec, metadata }: ServiceDefinition, refuse: Refuse): void {
  if (spec.vault && metadata.name === vaultProxyName) {
    refuse(['metadata', 'name'], `${vaultProxyName} is the name of the proxy beside it`, 'name the service otherwise')
  }
  const taken = portsOf(spec).find(({ port }) => String(port) === new URL(vaultProxyAddress).port)
  if (spec.vault && taken) {
    refuse(
      ['spec', 'ports', taken.name],
      `${taken.port} is the port of the Vault Proxy in the same pod`,
      'use another port',
    )
  }
  const fact = unpinned(spec.environment.vault.image, { ours: new Set(), requireDigests: true })
  if (fact) refuse(['spec', 'environment', 'vault', 'image'], fact, 'write hashicorp/vault:<version>@sha256:<digest>')
}

function rollout({ spec }: ServiceDefinition, refuse: Refuse): void {
  const deadline = spec.progressDeadlineSeconds ?? defaults.progressDeadlineSeconds
  if (deadline <= minReadySeconds) {
    refuse(
      ['spec', 'progressDeadlineSeconds'],
      `a rollout would fail after ${deadline} s, before a replica counts as available (${minReadySeconds} s)`,
      'raise progressDeadlineSeconds',
    )
  }
}

function shutdown({ spec }: ServiceDefinition, refuse: Refuse): void {
  const grace = spec.terminationGracePeriodSeconds ?? defaults.terminationGracePeriodSeconds
  const sleep = spec.preStopSleepSeconds ?? defaults.preStopSleepSeconds
  if (sleep >= grace) {
    const said =
      spec.terminationGracePeriodSeconds === undefined ? 'preStopSleepSeconds' : 'terminationGracePeriodSeconds'
    refuse(
      ['spec', said],
      `${grace} s end before or with the ${sleep} s of preStopSleepSeconds: the process would be killed while it serves`,
      'raise terminationGracePeriodSeconds or lower preStopSleepSeconds',
    )
  }
}
