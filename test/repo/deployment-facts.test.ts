import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Deployment } from 'kubernetes-types/apps/v1.js'
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js'
import type { ConfigMap, Container, PodSpec, Probe, Service } from 'kubernetes-types/core/v1.js'
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js'
import { afterAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { merge } from '../../plugin/generate.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'
import type { ServiceDefinition } from '../../plugin/kinds/service-definition.ts'
import { quantityValue } from '../../plugin/service/quantity.ts'
import { worldOf } from '../../plugin/world.ts'
import { findKustomize } from '../../scripts/edge/kustomize.ts'
import { environments } from '../../scripts/environments.ts'
import { type Ended, root, runPlugin } from '../plugin.ts'

/** The twelve services that run as Deployments (deployment facts, §1). */
const twelve = [
  'audit',
  'billing',
  'data-layer',
  'domain-resolver',
  'event-bus',
  'files',
  'gateway',
  'iam',
  'integration-hub',
  'module-registry',
  'money',
  'notify',
]

/** Those under most load, for which the guide wants an autoscaler. */
const scaled = ['data-layer', 'gateway', 'iam', 'money']

interface Rendered {
  readonly name: string
  readonly definition: ServiceDefinition
  readonly objects: readonly KubernetesObject[]
  readonly deployment: Deployment
  readonly pod: PodSpec
  readonly app: Container
  readonly proxies: readonly Container[]
  readonly service: Service
}

interface Environment {
  readonly text: string
  readonly objects: readonly KubernetesObject[]
  readonly services: readonly Rendered[]
}

async function read(environment: string): Promise<Environment> {
  const folder = `overlays/${environment}/services`
  const [{ code, stdout, stderr }, { command }] = await Promise.all([runPlugin(folder), findKustomize(root)])
  expect(code, stderr).toBe(0)
  const { objects: definitions } = await merge(folder, worldOf(root, folder, command))
  const objects = parseAllDocuments(stdout, { version: '1.1' }).map((document) => document.toJS() as KubernetesObject)
  const services = ofKind<Deployment>(objects, 'Deployment').map((deployment): Rendered => {
    const { name } = deployment.metadata
    const pod = deployment.spec!.template.spec!
    return {
      name,
      definition: definitions.find(({ metadata }) => metadata.name === name) as unknown as ServiceDefinition,
      objects: objects.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === name),
      deployment,
      pod,
      app: pod.containers[0]!,
      proxies: [...pod.containers.slice(1), ...(pod.initContainers ?? [])],
      service: ofKind<Service>(objects, 'Service').find(({ metadata }) => metadata.name === name)!,
    }
  })
  return { text: stdout, objects, services }
}

/** One render for each environment, however many statements look at it. */
const rendered = new Map(environments.map((environment) => [environment as string, read(environment)]))

const ofKind = <Kind>(objects: readonly KubernetesObject[], kind: string): (KubernetesObject & Kind)[] =>
  objects.filter((object) => object.kind === kind) as (KubernetesObject & Kind)[]

const each = <Value>(value: (name: string) => Value): Record<string, Value> =>
  Object.fromEntries(twelve.map((name) => [name, value(name)]))

const variable = ({ app }: Rendered, name: string) => app.env?.find((entry) => entry.name === name)

const written = (objects: readonly KubernetesObject[]): string[] =>
  [...ofKind<VaultSecret>(objects, 'VaultStaticSecret'), ...ofKind<VaultSecret>(objects, 'VaultDynamicSecret')].map(
    ({ spec }) => spec.destination.name,
  )

interface VaultSecret {
  spec: { mount: string; path: string; vaultAuthRef: string; destination: { name: string } }
}

const budgetOf = ({ initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 }: Probe): number =>
  initialDelaySeconds + periodSeconds * failureThreshold

describe.each(environments)('in %s', (environment) => {
  const all = () => rendered.get(environment)!
  /** What each service has, by its name: a difference is then shown for all of them. */
  const facts = async <Value>(pick: (service: Rendered) => Value): Promise<Record<string, Value>> =>
    Object.fromEntries((await all()).services.map((service) => [service.name, pick(service)]))

  it('the twelve services run, and nothing else', async () => {
    const { services, objects } = await all()
    expect(services.map(({ name }) => name)).toEqual(twelve)
    expect(services.flatMap((service) => service.objects)).toHaveLength(objects.length)
  })

  it('every object is in platform-services', async () => {
    const { objects } = await all()
    expect([...new Set(objects.map(({ metadata }) => metadata.namespace))]).toEqual(['platform-services'])
  })

  it('no two objects have one name', async () => {
    const { objects } = await all()
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    expect(names).toEqual([...new Set(names)])
  })

  it('pods run as a ServiceAccount of their own, platform-<service>', async () => {
    const { objects } = await all()
    expect(ofKind(objects, 'ServiceAccount').map(({ metadata }) => metadata.name)).toEqual(
      twelve.map((name) => `platform-${name}`),
    )
    expect(await facts(({ pod }) => pod.serviceAccountName)).toEqual(each((name) => `platform-${name}`))
    expect(await facts(({ pod }) => pod.automountServiceAccountToken)).toEqual(each(() => false))
  })

  it('a rollout adds one pod at a time and takes none away before', async () => {
    expect(await facts(({ deployment }) => deployment.spec?.strategy)).toEqual(
      each(() => ({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } })),
    )
  })

  it('Deployment and Service select the label that the pods carry', async () => {
    const label = each((name) => ({ 'app.kubernetes.io/name': name }))
    expect(await facts(({ deployment }) => deployment.spec?.selector.matchLabels)).toEqual(label)
    expect(await facts(({ service }) => service.spec?.selector)).toEqual(label)
    expect(await facts(({ deployment }) => deployment.spec?.template.metadata?.labels)).toMatchObject(label)
  })

  it('every container runs as user 10001 and never as root', async () => {
    expect(await facts(({ pod }) => pod.securityContext)).toMatchObject(
      each(() => ({ runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 })),
    )
    for (const { name, app, proxies } of (await all()).services)
      for (const { securityContext } of [app, ...proxies])
        expect(Object.keys(securityContext ?? {}), name).not.toContain('runAsUser')
  })

  it('no container gains privileges, writes to its root file system or keeps a capability', async () => {
    for (const { name, app, proxies } of (await all()).services)
      for (const { securityContext } of [app, ...proxies])
        expect(securityContext, name).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
    expect(await facts(({ pod }) => pod.securityContext?.seccompProfile?.type)).toEqual(each(() => 'RuntimeDefault'))
  })

  it('services keep nothing on disk but a /tmp of limited size', async () => {
    for (const { name, pod } of (await all()).services) {
      expect(pod.volumes?.find((volume) => volume.name === 'tmp')?.emptyDir?.sizeLimit, name).toBeDefined()
      expect(
        pod.volumes?.filter((volume) => volume.persistentVolumeClaim ?? volume.hostPath),
        name,
      ).toEqual([])
    }
  })

  it('the image runs by its own entrypoint', async () => {
    expect(await facts(({ app }) => [app.command, app.args])).toEqual(each(() => [undefined, undefined]))
  })

  it('the container is named for the service', async () => {
    expect(await facts(({ pod }) => pod.containers.map(({ name }) => name))).toEqual(each((name) => [name]))
  })

  it('services listen at 8080 and 50050, but notify at 8095 and gateway at 50051', async () => {
    const ports = each((name) => ({
      grpc: name === 'gateway' ? 50051 : 50050,
      http: name === 'notify' ? 8095 : 8080,
      ...(name === 'domain-resolver' && { xds: 18000 }),
    }))
    const containerPorts = ({ app }: Rendered) =>
      Object.fromEntries((app.ports ?? []).map(({ name, containerPort }) => [name, containerPort]))
    const servicePorts = ({ service }: Rendered) =>
      Object.fromEntries((service.spec?.ports ?? []).map(({ name, port }) => [name, port]))
    expect(await facts(containerPorts)).toEqual(ports)
    expect(await facts(servicePorts)).toEqual(ports)
  })

  it('a Service tells what is spoken at each port', async () => {
    const spoken = ({ service }: Rendered) =>
      Object.fromEntries((service.spec?.ports ?? []).map(({ name, appProtocol }) => [name, appProtocol]))
    expect(await facts(spoken)).toEqual(
      each((name) => ({ grpc: 'grpc', http: 'http', ...(name === 'domain-resolver' && { xds: 'grpc' }) })),
    )
  })

  it('a binary with a variable for its port is told that port', async () => {
    const expected = {
      iam: { IAM_GRPC_PORT: '50050' },
      gateway: { GATEWAY_HOST: '0.0.0.0', GATEWAY_PORT: '8080', GATEWAY_GRPC_PORT: '50051' },
      notify: { NOTIFY_HTTP_PORT: '8095' },
      'domain-resolver': { XDS_PORT: '18000' },
    }
    const { services } = await all()
    for (const [name, variables] of Object.entries(expected))
      for (const [key, value] of Object.entries(variables)) {
        expect(
          variable(
            services.find((service) => service.name === name)!,
            key,
          )?.value,
          key,
        ).toBe(value)
      }
  })

  it('the probes ask where the service answers, every 10 s and every 5 s', async () => {
    const http = (path: string, periodSeconds: number) => ({ httpGet: { path, port: 'http' }, periodSeconds })
    expect(await facts(({ app }) => app.livenessProbe)).toMatchObject(
      each((name) => http(name === 'gateway' ? '/live' : '/health/live', 10)),
    )
    expect(await facts(({ app }) => app.readinessProbe)).toMatchObject(
      each((name) => http(name === 'gateway' ? '/ready' : '/health/ready', 5)),
    )
  })

  it('a service has more than 130 s to start before it is killed', async () => {
    for (const { name, app } of (await all()).services) {
      expect(app.startupProbe?.httpGet, name).toEqual(app.livenessProbe?.httpGet)
      expect(budgetOf(app.startupProbe!), name).toBeGreaterThan(130)
    }
  })

  it('a rollout fails later than the slowest start', async () => {
    for (const { name, app, proxies, deployment } of (await all()).services) {
      const start = [app, ...proxies].map(({ startupProbe }) => budgetOf(startupProbe!)).reduce((a, b) => a + b)
      expect(deployment.spec?.progressDeadlineSeconds, name).toBeGreaterThan(start)
    }
  })

  it('a stopping replica serves until the others know, and ends before it is killed', async () => {
    for (const { name, app, pod, definition } of (await all()).services) {
      const sleep = app.lifecycle?.preStop?.sleep?.seconds ?? 0
      expect(sleep, name).toBeGreaterThanOrEqual(5)
      // gateway says how long it takes to end, the others do not.
      const own = parseInt(definition.spec.env?.GATEWAY_SHUTDOWN_TIMEOUT ?? '1', 10)
      expect(pod.terminationGracePeriodSeconds, name).toBeGreaterThan(sleep + own)
    }
  })

  it('every image is pinned, ours by git SHA and Vault by version and digest', async () => {
    const sha = /^ghcr\.io\/septemcore\/platform-kernel\/([a-z-]+):[0-9a-f]{40}(@sha256:[0-9a-f]{64})?$/
    expect(await facts(({ app }) => sha.exec(app.image ?? '')?.[1])).toEqual(each((name) => name))
    for (const { name, proxies } of (await all()).services)
      for (const { image } of proxies)
        expect(image, name).toMatch(/^hashicorp\/vault:1\.19(\.\d+)?@sha256:[0-9a-f]{64}$/)
  })

  it('pods go to stateless nodes with amd64 processors', async () => {
    expect(await facts(({ pod }) => pod.nodeSelector)).toEqual(
      each(() => ({ 'kubernetes.io/arch': 'amd64', 'node-type': 'stateless' })),
    )
  })

  it('pods spread over zones and nodes where they can, and never wait for it', async () => {
    const wish = ({ pod }: Rendered) =>
      pod.topologySpreadConstraints?.map(({ topologyKey, whenUnsatisfiable, matchLabelKeys }) => [
        topologyKey,
        whenUnsatisfiable,
        matchLabelKeys,
      ])
    expect(await facts(wish)).toEqual(
      each(() => [
        ['topology.kubernetes.io/zone', 'ScheduleAnyway', ['pod-template-hash']],
        ['kubernetes.io/hostname', 'ScheduleAnyway', ['pod-template-hash']],
      ]),
    )
  })

  it('there is no Secret and no literal secret', async () => {
    const { objects, services, text } = await all()
    expect(ofKind(objects, 'Secret')).toEqual([])
    expect(text).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY|\b(hvs|s)\.[A-Za-z0-9]{20,}/)
    // The one address with a password in it is a template, which the operator fills in.
    expect([...text.matchAll(/:\/\/[^/\s@]+:([^/\s@]+)@/g)].map(([, password]) => password)).toEqual(
      [...text.matchAll(/:\/\/%s:(%s)@/g)].map(([, password]) => password),
    )
    for (const { name, app } of services)
      for (const { name: key, value } of app.env ?? [])
        if (/PASSWORD|SECRET|ACCESS_KEY|PRIVATE|DATABASE_URL/.test(key)) expect(value, `${name} ${key}`).toBeUndefined()
  })

  it('DATABASE_URL comes from a Secret that is written for this service alone, from a login of its own', async () => {
    const { services } = await all()
    const logins: string[] = []
    for (const service of services) {
      const found = variable(service, 'DATABASE_URL')
      const dynamic = ofKind<VaultSecret>(service.objects, 'VaultDynamicSecret')
      if (!service.definition.spec.database) {
        expect([found, dynamic], service.name).toEqual([undefined, []])
        continue
      }
      expect(dynamic.map(({ spec }) => spec.destination.name)).toEqual([found?.valueFrom?.secretKeyRef?.name])
      expect(dynamic[0]?.spec, service.name).toMatchObject({ mount: 'database', vaultAuthRef: service.name })
      expect(JSON.stringify(dynamic[0]?.spec)).toContain(
        `/${service.definition.spec.database.name}?sslmode=verify-full`,
      )
      logins.push(dynamic[0]?.spec.path ?? '')
    }
    expect(logins).toEqual([...new Set(logins)])
    expect(logins).toHaveLength(10)
  })

  it('each service has the database that the backup page lists for it', async () => {
    expect(await facts(({ definition }) => definition.spec.database?.name)).toEqual({
      audit: 'platform_kernel',
      billing: 'platform_billing',
      'data-layer': 'platform_kernel',
      'domain-resolver': 'platform_domain',
      'event-bus': undefined,
      files: 'platform_files',
      gateway: undefined,
      iam: 'platform_kernel',
      'integration-hub': 'platform_integration',
      'module-registry': 'platform_module',
      money: 'platform_money',
      notify: 'platform_notify',
    })
  })

  it('every secret variable names a Secret that is written for its service', async () => {
    for (const { name, app, objects } of (await all()).services) {
      const asked = (app.env ?? []).flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? [])
      expect([...new Set(asked)].sort(), name).toEqual(written(objects).sort())
    }
  })

  it('each service logs in to Vault as its own ServiceAccount', async () => {
    const login = ({ objects }: Rendered) =>
      ofKind<{ spec: object }>(objects, 'VaultAuth').map(({ metadata, spec }) => [metadata.name, spec])
    expect(await facts(login)).toMatchObject(
      each((name) => [
        [
          name,
          {
            method: 'kubernetes',
            kubernetes: { role: `platform-${name}`, serviceAccount: `platform-${name}`, audiences: ['vault'] },
          },
        ],
      ]),
    )
  })

  it('no JWT key is copied into a Secret', async () => {
    const { objects } = await all()
    for (const { spec } of ofKind<VaultSecret>(objects, 'VaultStaticSecret')) expect(spec.path).not.toMatch(/jwt/)
  })

  it('what uses Vault has a proxy on loopback beside it, and nothing else has one', async () => {
    const { services } = await all()
    const withProxy = services.filter(({ proxies }) => proxies.length > 0)
    expect(withProxy.map(({ name }) => name)).toEqual(['domain-resolver', 'gateway', 'iam', 'integration-hub'])
    for (const service of services) {
      const uses = service.definition.spec.vault !== undefined
      const { name, proxies, objects } = service
      expect(
        proxies.map((proxy) => [proxy.name, proxy.restartPolicy]),
        name,
      ).toEqual(uses ? [['vault-proxy', 'Always']] : [])
      expect(variable(service, 'VAULT_ADDR')?.value, name).toBe(uses ? 'http://127.0.0.1:8200' : undefined)
      const [configuration] = ofKind<ConfigMap>(objects, 'ConfigMap')
      if (!uses) {
        expect(configuration, name).toBeUndefined()
        continue
      }
      const text = Object.values(configuration?.data ?? {}).join()
      expect(text, name).toMatch(/listener "tcp" \{\s+address\s+= "127\.0\.0\.1:8200"/)
      expect(text, name).toContain('address = "https://vault.platform-infra.svc.cluster.local:8200"')
      expect(text, name).toContain('use_auto_auth_token = "force"')
      expect(text, name).toContain(`role       = "platform-${name}"`)
    }
  })

  it('services reach the Vault paths that the roles of the guide name', async () => {
    expect(await facts(({ definition }) => definition.spec.vault)).toEqual({
      ...each(() => undefined),
      'domain-resolver': {
        'secret/platform/domain-resolver/acme-challenges': 'write',
        // The guide lets it read them; but it is the one that gets them, and their keys may be nowhere else.
        'secret/platform/domain-resolver/tls-certs': 'write',
      },
      gateway: { 'secret/platform/gateway': 'read' },
      iam: { 'secret/platform/iam/jwt-keys': 'read', 'secret/platform/iam/token-store': 'write' },
      'integration-hub': { 'secret/platform/integration-hub/encryption-key': 'read' },
    })
  })

  it('VAULT_TOKEN is a word without worth', async () => {
    for (const service of (await all()).services) {
      const token = variable(service, 'VAULT_TOKEN')
      const expected = service.definition.spec.vault && { name: 'VAULT_TOKEN', value: 'the-vault-proxy-authenticates' }
      expect(token, service.name).toEqual(expected)
    }
  })

  it('Go is told to stay below the memory limit', async () => {
    for (const { name, app, proxies } of (await all()).services)
      for (const { env, resources } of [app, ...proxies]) {
        const told = env?.find((entry) => entry.name === 'GOMEMLIMIT')?.value ?? ''
        const limit = quantityValue(String(resources?.limits?.memory))
        expect(quantityValue(told.replace(/B$/, '')), name).toBeLessThan(limit)
      }
  })

  it('every service may use 500m and 128Mi, but files more for its images', async () => {
    expect(await facts(({ app }) => app.resources?.limits)).toEqual(
      each((name) => (name === 'files' ? { cpu: '1', memory: '768Mi' } : { cpu: '500m', memory: '128Mi' })),
    )
  })

  it('every service finds Kafka and Valkey, and says how it logs', async () => {
    const shared = (service: Rendered) =>
      ['KAFKA_BROKERS', 'VALKEY_URL', 'LOG_LEVEL', 'LOG_JSON', 'OTEL_EXPORTER_OTLP_ENDPOINT'].map(
        (name) => variable(service, name)?.value,
      )
    expect(await facts(shared)).toEqual(
      each(() => [
        'kafka.platform-infra.svc.cluster.local:9092',
        'valkey.platform-infra.svc.cluster.local:6379',
        environment === 'dev' ? 'debug' : 'info',
        'true',
        'http://otel-collector.platform-external.svc.cluster.local:4317',
      ]),
    )
    expect(await facts((service) => variable(service, 'VALKEY_PASSWORD')?.valueFrom?.secretKeyRef?.key)).toEqual(
      each(() => 'password'),
    )
  })

  it('every service knows the name of its pod before any other variable', async () => {
    expect(await facts(({ app }) => app.env?.[0])).toEqual(
      each(() => ({ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } })),
    )
  })

  it('addresses of other services lead to a port that is there', async () => {
    const { services } = await all()
    const open = new Map(
      services.map(({ name, service }) => [name, service.spec?.ports?.map(({ port }) => port) ?? []]),
    )
    let followed = 0
    for (const { name, app } of services)
      for (const { name: key, value = '' } of app.env ?? []) {
        const [, host = '', port] = /^(?:http:\/\/)?([a-z-]+):(\d+)$/.exec(value) ?? []
        if (port === undefined || host === 'localhost') continue
        expect(open.get(host), `${name} ${key}`).toContain(Number(port))
        followed += 1
      }
    // gateway: 11 by HTTP and 6 by gRPC; notify: iam.
    expect(followed).toBe(18)
  })

  it('events of audit are kept for 30 days, others for the 7 that are the default', async () => {
    const { services } = await all()
    const hours = services.flatMap(({ definition }) =>
      Object.values(definition.spec.topics ?? {}).flatMap((topics) =>
        Object.entries(topics).flatMap(([topic, { retentionHours }]) =>
          retentionHours === undefined ? [] : [[topic, retentionHours]],
        ),
      ),
    )
    expect(hours).toEqual([['platform.audit.events', 720]])
  })

  it('every service publishes to audit, and each domain topic has the publisher the catalogue names', async () => {
    const publishes = ({ definition }: Rendered) => Object.keys(definition.spec.topics?.publishes ?? {}).sort()
    const own: Record<string, string[]> = {
      billing: ['platform.billing.events'],
      'data-layer': ['platform.data.events'],
      'event-bus': ['*'],
      files: ['platform.files.events'],
      iam: ['platform.auth.events'],
      'module-registry': ['platform.module.events'],
      money: ['platform.money.events'],
      notify: ['platform.notify.events'],
    }
    expect(await facts(publishes)).toEqual(each((name) => ['platform.audit.events', ...(own[name] ?? [])].sort()))
  })

  it('only integration-hub may call any host', async () => {
    expect(await facts(({ definition }) => definition.spec.egress)).toEqual({
      ...each(() => undefined),
      billing: { 'api.stripe.com': {} },
      'domain-resolver': { 'acme-v02.api.letsencrypt.org': {} },
      'integration-hub': 'any',
    })
  })
})

describe.each([
  { environment: 'staging', most: 6 },
  { environment: 'prod', most: 20 },
])('in $environment', ({ environment, most }) => {
  it('three replicas run, or as many as the autoscaler wants where there is one', async () => {
    const { services } = await rendered.get(environment)!
    const replicas = Object.fromEntries(services.map(({ name, deployment }) => [name, deployment.spec?.replicas]))
    expect(replicas).toEqual(each((name) => (scaled.includes(name) ? undefined : 3)))
  })

  it('exactly gateway, iam, data-layer and money are scaled, at 60 % of cpu and 75 % of memory', async () => {
    const { objects } = await rendered.get(environment)!
    const autoscalers = ofKind<HorizontalPodAutoscaler>(objects, 'HorizontalPodAutoscaler')
    expect(autoscalers.map(({ metadata }) => metadata.name)).toEqual(scaled)
    for (const { apiVersion, metadata, spec } of autoscalers) {
      const { name } = metadata
      const metric = (resource: string, averageUtilization: number) => ({
        type: 'ContainerResource',
        containerResource: { name: resource, container: name, target: { type: 'Utilization', averageUtilization } },
      })
      expect(apiVersion).toBe('autoscaling/v2')
      expect(spec, name).toMatchObject({
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: 3,
        maxReplicas: most,
        metrics: [metric('cpu', 60), metric('memory', 75)],
      })
    }
  })

  it('a node drain takes one replica of a service at a time', async () => {
    const { objects } = await rendered.get(environment)!
    const budgets = ofKind<PodDisruptionBudget>(objects, 'PodDisruptionBudget')
    expect(budgets.map(({ metadata }) => metadata.name)).toEqual(twelve)
    for (const { metadata, spec } of budgets)
      expect(spec, metadata.name).toEqual({
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: { 'app.kubernetes.io/name': metadata.name } },
      })
  })

  it('what is scaled by memory asks for more than an idle process uses', async () => {
    const { services } = await rendered.get(environment)!
    for (const { name, app } of services)
      if (scaled.includes(name)) expect(app.resources?.requests?.memory, name).toBe('128Mi')
  })
})

describe('in prod', () => {
  it('every service asks for 100m and 64Mi, but files and what is scaled for more', async () => {
    const { services } = await rendered.get('prod')!
    const requests = Object.fromEntries(services.map(({ name, app }) => [name, app.resources?.requests]))
    expect(requests).toEqual(
      each((name) =>
        name === 'files'
          ? { cpu: '200m', memory: '256Mi' }
          : { cpu: '100m', memory: scaled.includes(name) ? '128Mi' : '64Mi' },
      ),
    )
  })
})

describe('in dev', () => {
  it('one replica of each runs, without autoscaler and without budget', async () => {
    const { services, objects } = await rendered.get('dev')!
    expect(services.map(({ deployment }) => deployment.spec?.replicas)).toEqual(twelve.map(() => 1))
    expect(ofKind(objects, 'HorizontalPodAutoscaler')).toEqual([])
    expect(ofKind(objects, 'PodDisruptionBudget')).toEqual([])
  })
})

describe('a service that is left out of every environment', () => {
  const copies: string[] = []
  afterAll(() => copies.forEach((copy) => rmSync(copy, { recursive: true })))

  /** Takes a service, returns how `check` ends in a copy of the repository whose overlays and waves are without it. */
  async function checkWithout(service: string): Promise<Ended> {
    const copy = mkdtempSync(path.join(tmpdir(), 'without-'))
    copies.push(copy)
    const left = ['.git', 'node_modules'].map((name) => path.join(root, name))
    cpSync(root, copy, { recursive: true, filter: (source) => !left.includes(source) })
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
    for (const environment of environments) {
      const list = path.join(copy, 'overlays', environment, 'services')
      rmSync(path.join(list, service), { recursive: true })
      const file = path.join(list, 'kustomization.yaml')
      writeFileSync(file, readFileSync(file, 'utf8').replace(`  - ${service}\n`, ''))
    }
    const wave = path.join(copy, 'apps/services.yaml')
    writeFileSync(wave, readFileSync(wave, 'utf8').replace(`    ${service}: {}\n`, ''))
    return new Promise((resolve) => {
      const child = execFile(process.execPath, ['scripts/run.ts', 'check'], { cwd: copy }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      )
    })
  }

  it('billing is not missed', async () => {
    expect(await checkWithout('billing')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing to refuse'),
    })
  })

  it('money is missed by what calls it', async () => {
    const { code, stderr } = await checkWithout('money')
    expect(code).toBe(1)
    expect(stderr).toContain('this environment runs no service money')
  })
})
