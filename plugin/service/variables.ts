import type { EnvVar, EnvVarSource } from 'kubernetes-types/core/v1.js'
import type { ServiceDefinition } from '../kinds/service-definition.ts'
import type { Finding } from '../finding.ts'
import { databaseSecretKey, databaseSecretName, secretName } from './names.ts'
import { portsOf, standardPort } from './ports.ts'
import { quantityValue } from './quantity.ts'
import { vaultProxyAddress } from './vault-proxy.ts'

interface Source {
  readonly name: string
  readonly from: readonly string[]
  /** True when no field of the definition names the variable. */
  readonly isFixed?: boolean
  readonly value: { readonly value: string } | { readonly valueFrom: EnvVarSource }
}

/** Share of the memory limit at which Go's collector works harder rather than let the kernel kill the process. */
const goMemoryShare = 0.9

/** Takes a valid definition, returns the app container's variables in their order, or variables that are set twice. */
export function variables(definition: ServiceDefinition): { env: EnvVar[]; findings: Finding[] } {
  const { kind } = definition
  const { name: service } = definition.metadata
  const findings: Finding[] = []
  const taken = new Map<string, Source>()
  for (const source of sources(definition)) {
    const earlier = taken.get(source.name)
    if (earlier && (earlier.isFixed || source.isFixed)) {
      const { from } = earlier.isFixed ? source : earlier
      const at = { kind, name: service, path: from }
      findings.push({ at, fact: `${source.name} is set by the plugin`, remedy: 'remove it' })
    } else if (earlier) {
      findings.push({
        at: { kind, name: service, path: source.from },
        fact: `${source.name} is set twice, here and by ${earlier.from.join('.')}`,
        remedy: 'remove one of the two',
      })
    } else taken.set(source.name, source)
  }
  const declared = new Set<string>()
  const env: EnvVar[] = []
  // POD_NAME comes first so that the others can refer to it.
  const ordered = [...taken.values()].sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1))
  for (const { name, from, value } of ordered) {
    for (const reference of 'value' in value ? references(value.value) : []) {
      if (declared.has(reference)) continue
      findings.push({
        at: { kind, name: service, path: from },
        fact: `$(${reference}) stays as it is: Kubernetes only expands variables declared before ${name}`,
        remedy: 'write the value itself, or $(POD_NAME), which is declared first; $$( is a literal $(',
      })
    }
    declared.add(name)
    env.push({ name, ...value })
  }
  return { env, findings }
}

const rank = (name: string): number => (name === 'POD_NAME' ? 0 : 1)

/** Names that a value refers to as `$(NAME)`; `$$(NAME)` is text. */
const references = (value: string): string[] =>
  [...value.matchAll(/\$\$|\$\(([^()\s]+)\)/g)].flatMap(([, name]) => (name ? [name] : []))

function* sources(definition: ServiceDefinition): Generator<Source> {
  const { spec, metadata } = definition
  const own = spec.env ?? {}
  const text = (name: string, from: string[], value: string): Source => ({ name, from, value: { value } })
  const secret = (name: string, from: string[], secretKeyRef: { name: string; key: string }): Source => ({
    name,
    from,
    value: { valueFrom: { secretKeyRef } },
  })
  yield {
    name: 'POD_NAME',
    from: [],
    isFixed: true,
    value: { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
  }
  for (const [name, value] of Object.entries(own)) yield text(name, ['spec', 'env', name], value)
  if (own.GOMEMLIMIT === undefined) {
    const limit = Math.floor((quantityValue(spec.resources.limits.memory) * goMemoryShare) / 2 ** 20)
    yield text('GOMEMLIMIT', ['spec', 'resources', 'limits', 'memory'], `${limit}MiB`)
  }
  for (const { name, port, env } of portsOf(spec)) {
    if (env) yield text(env, ['spec', 'ports', name, 'env'], String(port))
  }
  for (const [store, { address, env }] of Object.entries(spec.environment.stores)) {
    if (env) yield text(env, ['spec', 'environment', 'stores', store, 'env'], address)
    const ownName = spec.stores?.[store]?.env
    if (ownName) yield text(ownName, ['spec', 'stores', store, 'env'], address)
  }
  for (const [callee, ports] of Object.entries(spec.calls ?? {})) {
    for (const [name, { port = standardPort(name), env }] of Object.entries(ports)) {
      const address = `${name === 'http' ? 'http://' : ''}${callee}:${port}`
      if (env) yield text(env, ['spec', 'calls', callee, name, 'env'], address)
    }
  }
  if (spec.database) {
    const { env = 'DATABASE_URL' } = spec.database
    yield secret(env, ['spec', 'database', 'env'], {
      name: databaseSecretName(metadata.name),
      key: databaseSecretKey,
    })
  }
  for (const [name, { path, key }] of Object.entries(spec.secrets ?? {})) {
    yield secret(name, ['spec', 'secrets', name], { name: secretName(metadata.name, path), key })
  }
  if (spec.vault) {
    yield { ...text('VAULT_ADDR', ['spec', 'vault'], vaultProxyAddress), isFixed: true }
    yield { ...text('VAULT_TOKEN', ['spec', 'vault'], 'the-vault-proxy-authenticates'), isFixed: true }
  }
}
