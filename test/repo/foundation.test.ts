import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Deployment } from 'kubernetes-types/apps/v1.js'
import type { ConfigMap, LimitRange } from 'kubernetes-types/core/v1.js'
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js'
import type { PriorityClass } from 'kubernetes-types/scheduling/v1.js'
import type { StorageClass } from 'kubernetes-types/storage/v1.js'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { merge } from '../../plugin/generate.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'
import type { ServiceDefinition } from '../../plugin/kinds/service-definition.ts'
import { portsOf, standardPort } from '../../plugin/service/ports.ts'
import { quantityValue } from '../../plugin/service/quantity.ts'
import { worldOf } from '../../plugin/world.ts'
import { demandsIn } from '../../scripts/capacity/demand.ts'
import { node } from '../../scripts/capacity/nodes.ts'
import { findKustomize } from '../../scripts/edge/kustomize.ts'
import { treeBelow } from '../../scripts/edge/tree.ts'
import { environments } from '../../scripts/environments.ts'
import { root, runPlugin } from '../plugin.ts'
import { closedSides, type End } from './network-policies.ts'

const parse = (text: string): KubernetesObject[] =>
  parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as KubernetesObject)

async function render(folder: string): Promise<string> {
  const { code, stdout, stderr } = await runPlugin(folder)
  expect(code, stderr).toBe(0)
  return stdout
}

async function read(environment: string) {
  const services = `overlays/${environment}/services`
  const { command } = await findKustomize(root)
  const [rendered, foundation, { objects }] = await Promise.all([
    render(services),
    render(`overlays/${environment}/infra/foundation`),
    merge(services, worldOf(root, services, command)),
  ])
  return { rendered, foundation: parse(foundation), definitions: objects as unknown as ServiceDefinition[] }
}

const all = new Map(environments.map((environment) => [environment as string, read(environment)]))

const ofKind = <Kind>(objects: readonly KubernetesObject[], kind: string): (KubernetesObject & Kind)[] =>
  objects.filter((object) => object.kind === kind) as (KubernetesObject & Kind)[]

const service = (name: string): End => ({
  namespace: 'platform-services',
  labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'service' },
})

/** A pod behind the name of a Service, as far as policies tell such pods apart; a host elsewhere is any public address. */
function behind(host: string): End {
  const [, name, namespace] = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(host) ?? []
  return name && namespace ? { namespace, labels: { 'app.kubernetes.io/name': name } } : { address: '93.184.216.34' }
}

const addressOf = (text: string): { host: string; port: number } => {
  const { hostname, port } = new URL(text.includes('://') ? text : `tcp://${text}`)
  return { host: hostname, port: Number(port) }
}

/** What a service is said to connect to: where, and at which port. */
function connections({ metadata, spec }: ServiceDefinition, others: readonly ServiceDefinition[]) {
  const { stores, vault } = spec.environment
  const used = [
    ...Object.keys(spec.stores ?? {}),
    ...(spec.database ? ['postgres'] : []),
    ...(spec.topics ? ['kafka'] : []),
    ...(stores['otel-collector'] ? ['otel-collector'] : []),
  ]
  const toStores = used.map((name) => [name, addressOf(stores[name]!.address)] as const)
  const toVault = spec.vault ? [['vault', addressOf(vault.address)] as const] : []
  const calls = Object.entries(spec.calls ?? {}).flatMap(([callee, ports]) =>
    Object.entries(ports).map(([port, { port: number = standardPort(port) }]) => ({
      what: `${metadata.name} calls ${callee} ${port}`,
      to: service(callee),
      port: number!,
    })),
  )
  const hosts = spec.egress === 'any' ? { any: { port: 5061 } } : (spec.egress ?? {})
  return [
    ...calls.filter(({ to }) =>
      others.some((other) => JSON.stringify(service(other.metadata.name)) === JSON.stringify(to)),
    ),
    ...[...toStores, ...toVault].map(([name, { host, port }]) => ({
      what: `${metadata.name} uses ${name}`,
      to: behind(host),
      port,
    })),
    ...Object.entries(hosts).map(([host, { port = 443 }]) => ({
      what: `${metadata.name} reaches ${host}`,
      to: behind(host),
      port,
    })),
  ]
}

describe.each(environments)('the foundation of %s', (environment) => {
  const it_ = async () => all.get(environment)!

  it('makes the four namespaces, which nothing but a person removes', async () => {
    const namespaces = ofKind((await it_()).foundation, 'Namespace')
    expect(namespaces.map(({ metadata }) => metadata.name)).toEqual([
      'istio-system',
      'platform-infra',
      'platform-ingress',
      'platform-services',
    ])
    for (const { metadata } of namespaces) {
      const ours = metadata.name.startsWith('platform-')
      expect(metadata.annotations, metadata.name).toEqual({
        'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
        'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
      })
      expect(metadata.labels?.['pod-security.kubernetes.io/enforce'], metadata.name).toBe(
        ours ? 'restricted' : 'privileged',
      )
      expect(metadata.labels?.['pod-security.kubernetes.io/enforce-version'], metadata.name).toBe('v1.36')
      expect(metadata.labels?.['platform.septemcore.com/pod-admission'], metadata.name).toBe(
        ours ? 'enforced' : undefined,
      )
    }
  })

  it('lets every service connect to what its definition names', async () => {
    const { foundation, definitions } = await it_()
    const policies = ofKind<NetworkPolicy>(foundation, 'NetworkPolicy')
    const wanted = definitions.flatMap((definition) =>
      connections(definition, definitions).map((connection) => ({
        ...connection,
        from: service(definition.metadata.name),
      })),
    )
    expect(wanted.length).toBeGreaterThan(60)
    const closed = wanted
      .map(({ what, ...it }) => ({ what, port: it.port, closed: closedSides(policies, it) }))
      .filter(({ closed }) => closed.length > 0)
    expect(closed).toEqual([])
  })

  const pod = (namespace: string, labels: Record<string, string> = {}): End => ({ namespace, labels })
  const named = (name: string) => ({ 'app.kubernetes.io/name': name })
  const dns = pod('kube-system', { 'k8s-app': 'kube-dns' })
  const istiod = pod('istio-system', { app: 'istiod' })
  const outside: End = { address: '203.0.113.7' }
  it.each<[string, End, End, number, ('TCP' | 'UDP')?]>([
    ['a service asks for names', service('iam'), dns, 53, 'UDP'],
    ['Vault asks the API server', pod('platform-infra', named('vault')), { address: '10.0.0.1' }, 6443],
    [
      'members of a store find each other',
      pod('platform-infra', named('kafka')),
      pod('platform-infra', named('kafka')),
      9093,
    ],
    [
      'the operator asks Vault',
      pod('vault-secrets-operator-system', named('vault-secrets-operator')),
      pod('platform-infra', named('vault')),
      8200,
    ],
    ['the public comes in', outside, pod('platform-ingress'), 443],
    ['Envoy asks gateway', pod('platform-ingress'), service('gateway'), 8080],
    ['Envoy hands sockets to notify', pod('platform-ingress'), service('notify'), 8095],
    ['a proxy asks istiod', service('iam'), istiod, 15012],
    ['Envoy asks istiod', pod('platform-ingress'), istiod, 15012],
    ['metrics are gathered', pod('platform-infra'), service('iam'), 15020],
  ])('opens where %s', async (_, from, to, port, protocol) => {
    const policies = ofKind<NetworkPolicy>((await it_()).foundation, 'NetworkPolicy')
    expect(closedSides(policies, { from, to, port, ...(protocol && { protocol }) })).toEqual([])
  })

  it.each<[string, End, End, number, string[]]>([
    ['the public to a service', outside, service('gateway'), 8080, ['Ingress']],
    ['the public to a store', outside, pod('platform-infra', named('postgres')), 5432, ['Ingress']],
    ['Envoy to any other service', pod('platform-ingress'), service('iam'), 8080, ['Egress', 'Ingress']],
    [
      'Envoy to a store',
      pod('platform-ingress'),
      pod('platform-infra', named('postgres')),
      5432,
      ['Egress', 'Ingress'],
    ],
    ['another namespace to a store', pod('default'), pod('platform-infra', named('postgres')), 5432, ['Ingress']],
    ['another namespace to Vault', pod('default'), pod('platform-infra', named('vault')), 8200, ['Ingress']],
    [
      'a service to a port of no store',
      service('iam'),
      pod('platform-infra', named('kafka')),
      9093,
      ['Egress', 'Ingress'],
    ],
    ['a store to a service', pod('platform-infra', named('postgres')), service('iam'), 8080, ['Egress', 'Ingress']],
    ['a pod that is no service to one', pod('platform-services'), service('iam'), 8080, ['Egress', 'Ingress']],
    ['a service to the API server', service('iam'), { address: '10.0.0.1' }, 6443, ['Egress']],
    [
      'a way out to the metadata of the cloud',
      service('integration-hub'),
      { address: '169.254.169.254' },
      80,
      ['Egress'],
    ],
    ['a service without a way out', service('money'), outside, 443, ['Egress']],
    ['a service to another port outside', service('billing'), outside, 25, ['Egress']],
    ['a store to the outside', pod('platform-infra', named('postgres')), outside, 443, ['Egress']],
  ])('closes %s', async (_, from, to, port, sides) => {
    const policies = ofKind<NetworkPolicy>((await it_()).foundation, 'NetworkPolicy')
    expect(closedSides(policies, { from, to, port })).toEqual(sides)
  })

  it('gives a way out to the services that declare one, and to no other', async () => {
    const { foundation, definitions } = await it_()
    const policies = ofKind<NetworkPolicy>(foundation, 'NetworkPolicy')
    const open = (name: string) => closedSides(policies, { from: service(name), to: outside, port: 443 }).length === 0
    const declared = definitions.filter(({ spec }) => spec.egress !== undefined)
    expect(definitions.map(({ metadata }) => metadata.name).filter(open)).toEqual(
      declared.map(({ metadata }) => metadata.name),
    )
  })

  it('says with every opening what it is for', async () => {
    for (const { metadata } of ofKind((await it_()).foundation, 'NetworkPolicy'))
      expect(metadata.annotations?.['kubernetes.io/description'], metadata.name).toMatch(/\S/)
  })

  it('opens no port between services that none of them has', async () => {
    const { foundation, definitions } = await it_()
    const [calls] = ofKind<NetworkPolicy>(foundation, 'NetworkPolicy').filter(
      ({ metadata }) => metadata.name === 'calls',
    )
    const there = new Set(definitions.flatMap(({ spec }) => portsOf(spec).map(({ port }) => port)))
    expect(
      calls?.spec?.ingress?.[0]?.ports?.map(({ port }) => port).filter((port) => !there.has(Number(port))),
    ).toEqual([])
  })

  it('admits every image that services run', async () => {
    const { foundation, rendered } = await it_()
    const { data = {} } = ofKind<ConfigMap>(foundation, 'ConfigMap')[0]!
    const lines = (key: string) => data[key]!.split('\n').filter(Boolean)
    const images = new Set([...rendered.matchAll(/^ +image: (\S+)$/gm)].map(([, image]) => image!))
    expect(images.size).toBe(13)
    for (const image of images) {
      const isOurs = lines('by-commit').some((start) => image.startsWith(start))
      const isListed = lines('by-digest').some((name) => image.startsWith(`${name}:`) && image.includes('@sha256:'))
      expect(isOurs || isListed, image).toBe(true)
    }
  })

  it('has the class that services name, below that of what keeps state', async () => {
    const { foundation, rendered } = await it_()
    const classes = ofKind<PriorityClass>(foundation, 'PriorityClass')
    const named = ofKind<Deployment>(parse(rendered), 'Deployment').map(
      ({ spec }) => spec?.template.spec?.priorityClassName,
    )
    expect([...new Set(named)]).toEqual(['platform-services'])
    const value = (name: string) => classes.find(({ metadata }) => metadata.name === name)?.value ?? 0
    expect(value('platform-stateful')).toBeGreaterThan(value('platform-services'))
    expect(value('platform-services')).toBeGreaterThan(0)
  })

  it('limits a pod to a node, and every service fits', async () => {
    const { foundation, rendered } = await it_()
    const [range] = ofKind<LimitRange>(foundation, 'LimitRange').filter(({ metadata }) => metadata.name === 'one-node')
    const { cpu, memory } = range?.spec?.limits[0]?.max ?? {}
    expect({ cpu: quantityValue(String(cpu)), memory: quantityValue(String(memory)) }).toEqual(node)
    for (const { name, limits } of demandsIn(rendered)) {
      expect(limits.cpu, name).toBeLessThanOrEqual(node.cpu)
      expect(limits.memory, name).toBeLessThanOrEqual(node.memory)
    }
  })

  it('keeps the data of a deleted claim, and makes volumes where their pods are', async () => {
    expect(ofKind<StorageClass>((await it_()).foundation, 'StorageClass')).toMatchObject([
      { metadata: { name: 'fast-ssd' }, reclaimPolicy: 'Retain', volumeBindingMode: 'WaitForFirstConsumer' },
    ])
  })

  it('is within the project of its Application', async () => {
    const projects = parse(readFileSync(path.join(root, 'apps/project.yaml'), 'utf8'))
    const { spec } = projects.find(({ metadata }) => metadata.name === 'infra')! as unknown as {
      spec: { destinations: { namespace: string }[]; clusterResourceWhitelist: { group: string; kind: string }[] }
    }
    for (const { apiVersion, kind, metadata } of (await it_()).foundation) {
      const { namespace } = metadata
      const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
      if (namespace) expect(spec.destinations.map((it) => it.namespace)).toContain(namespace)
      else expect(spec.clusterResourceWhitelist).toContainEqual({ group, kind })
    }
  })
})

it('an overlay says of the storage class what differs by cluster, and changes nothing else', () => {
  const tree = treeBelow(root)
  for (const environment of environments) {
    const text = tree.read(`overlays/${environment}/infra/foundation/kustomization.yaml`) ?? ''
    expect(parse(text)[0]).toEqual({
      resources: ['../../../../base/infra/foundation', 'resource-quota.yaml'],
      patches: [{ path: 'storage-class.yaml' }],
    })
    const [patch, ...others] = parse(tree.read(`overlays/${environment}/infra/foundation/storage-class.yaml`) ?? '')
    expect(others).toEqual([])
    const { apiVersion: _, kind: __, metadata: ___, ...said } = patch!
    expect(
      Object.keys(said).filter((key) => !['provisioner', 'parameters', 'allowVolumeExpansion'].includes(key)),
    ).toEqual([])
  }
})
