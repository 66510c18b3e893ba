import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { quantityValue } from '../../plugin/service/quantity.ts'
import { demandsIn, rolling } from '../../scripts/capacity/demand.ts'
import { environments } from '../../scripts/environments.ts'
import { runPlugin } from '../plugin.ts'

import type { Json } from '../e2e/rig/api.ts'

async function render(folder: string): Promise<string> {
  const { code, stdout, stderr } = await runPlugin(folder)
  expect(code, stderr).toBe(0)
  return stdout
}
const parse = (text: string): Json[] =>
  parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as Json)

const rendered = new Map(
  environments.map((environment) => [
    environment as string,
    Promise.all(
      ['infra/postgres', 'infra/postgres-databases'].map((it) => render(`overlays/${environment}/${it}`)),
    ).then((texts) => texts.flatMap(parse)),
  ]),
)

const image = /^postgres:17-alpine@sha256:[0-9a-f]{64}$/
const protectedFor = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
  'argocd.argoproj.io/compare-options': 'IgnoreExtraneous',
}
const volumes: Record<string, Record<string, string>> = {
  dev: { 'postgres-data': '5Gi' },
  staging: { 'postgres-data': '50Gi', backup: '150Gi' },
  prod: { 'postgres-data': '200Gi', backup: '600Gi' },
}

/** The size in bytes that a parameter of postgresql.conf says. */
const bytes = (text: string): number => quantityValue(text.replace(/B$/, 'i'))

describe.each(environments)('PostgreSQL of %s', (environment) => {
  const all = () => rendered.get(environment)!
  const ofKind = async (kind: string): Promise<Json[]> => (await all()).filter((it) => it.kind === kind)
  const find = async (kind: string, name: string): Promise<Json> =>
    (await ofKind(kind)).find((it) => it.metadata.name.replace(/-[a-z0-9]{10}$/, '') === name)!
  const podOf = (it: Json): Json => (it.spec.jobTemplate?.spec ?? it.spec).template.spec
  const pods = async (): Promise<[string, Json][]> =>
    (await all())
      .filter(({ kind }) => ['CronJob', 'Job', 'StatefulSet'].includes(kind))
      .map((it) => [it.metadata.name, podOf(it)])
  const containers = (pod: Json): Json[] => [...(pod.initContainers ?? []), ...pod.containers]
  const setting = async (name: string): Promise<string> => {
    const { data } = await find('ConfigMap', 'postgres-config')
    return new RegExp(`^${name} = '?([^'\n]+)`, 'm').exec(data['environment.conf'] + data['postgresql.conf'])![1]!
  }

  it('keeps what can never change', async () => {
    const claims = Object.fromEntries(
      (await ofKind('StatefulSet')).flatMap(({ metadata, spec }) => {
        expect(metadata.annotations).toEqual(protectedFor)
        expect(spec.serviceName).toBe(metadata.name)
        expect(spec.selector.matchLabels).toEqual({
          'app.kubernetes.io/name': 'postgres',
          'app.kubernetes.io/component': metadata.name === 'postgres' ? 'server' : 'backup',
        })
        return spec.volumeClaimTemplates.map((it: Json) => {
          expect(it.metadata.annotations).toEqual(protectedFor)
          expect(it.spec.storageClassName).toBe('fast-ssd')
          return [it.metadata.name, it.spec.resources.requests.storage]
        })
      }),
    )
    expect(claims).toEqual(volumes[environment])
  })

  it('is one primary by all that asks', async () => {
    const { PRIMARY, RESTORE_FROM } = (await find('ConfigMap', 'postgres-primary')).data
    expect(RESTORE_FROM).toBe('')
    const pod = async (service: string): Promise<string> =>
      (await find('Service', service)).spec.selector['statefulset.kubernetes.io/pod-name']
    expect(await pod('postgres-rw')).toBe(PRIMARY)
    expect(await pod('postgres-ro')).toBe(environment === 'dev' ? PRIMARY : 'postgres-1')
  })

  it('lets no pod run otherwise than the foundation wants', async () => {
    expect((await pods()).map(([name]) => name.replace(/-[0-9a-f]{8}$/, ''))).toEqual(
      environment === 'dev'
        ? ['postgres', 'postgres-databases']
        : ['postgres-base-backup', 'postgres', 'postgres-backup', 'postgres-databases'],
    )
    for (const [name, pod] of await pods()) {
      expect(pod, name).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        nodeSelector: { 'node-type': name.startsWith('postgres-databases') ? 'stateless' : 'stateful' },
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 70,
          fsGroup: 70,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      })
      for (const container of containers(pod)) {
        expect(container.image, name).toMatch(image)
        expect(container.securityContext, name).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
        for (const kind of ['requests', 'limits'])
          for (const resource of ['cpu', 'memory'])
            expect(container.resources[kind][resource], `${name} ${container.name} ${kind}`).toBeTruthy()
      }
    }
  })

  it('keeps the data on its volume, and survives a drain', async () => {
    const { spec } = await find('StatefulSet', 'postgres')
    const [server] = spec.template.spec.containers
    // Where the image declares its VOLUME.
    expect(server.volumeMounts.find((it: Json) => it.name === 'postgres-data').mountPath).toBe(
      '/var/lib/postgresql/data',
    )
    expect(server.env.find((it: Json) => it.name === 'PGDATA').value).toBe('/var/lib/postgresql/data/pgdata')
    expect(spec.template.spec).toMatchObject({
      priorityClassName: 'platform-stateful',
      terminationGracePeriodSeconds: 120,
    })
    const [term] = spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution
    expect(term).toMatchObject({ topologyKey: 'kubernetes.io/hostname', labelSelector: spec.selector })
    expect((await find('PodDisruptionBudget', 'postgres')).spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: spec.selector,
    })
    expect((await find('Service', 'postgres')).spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
    })
  })

  it('mounts every script that a container or a probe names', async () => {
    for (const [name, pod] of await pods()) {
      const maps = pod.volumes.flatMap((it: Json) => it.configMap?.name ?? [])
      const files = (await ofKind('ConfigMap'))
        .filter((it) => maps.includes(it.metadata.name))
        .flatMap((it) => Object.keys(it.data))
      const text = JSON.stringify(pod)
      const used = [...text.matchAll(/\/etc\/postgres-scripts\/([a-z-]+\.sh)/g)].map(([, file]) => file!)
      expect(used.length, name).toBeGreaterThan(0)
      for (const file of used) expect(files, name).toContain(file)
    }
  })

  it('has a certificate for every name that is used', async () => {
    const { dnsNames } = (await find('Certificate', 'postgres')).spec
    const text = JSON.stringify(await all())
    const used = new Set(text.match(/[a-z0-9.-]*postgres[a-z0-9-]*\.platform-infra\.svc\.cluster\.local/g))
    const covers = (host: string) =>
      dnsNames.some((it: string) => it === host || (it.startsWith('*.') && host.replace(/^[^.]+/, '*') === it))
    expect([...used].filter((host) => !host.startsWith('.')).filter((host) => !covers(host))).toEqual([])
  })

  it('has connections for every pod of every service at its most, and memory for them', async () => {
    const databases: string = (await find('ConfigMap', 'postgres-databases')).data.databases
    const users = new Set(
      databases
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    )
    const demands = demandsIn(await render(`overlays/${environment}/services`)).filter(({ name }) => users.has(name))
    expect(demands).toHaveLength(users.size)
    // Go's pgx opens 4 at most on nodes of 4 cores, unless told otherwise; 30 for Jobs, Debezium, Vault and people.
    const most = demands.reduce((sum, demand) => sum + rolling(demand), 0)
    expect(Number(await setting('max_connections'))).toBeGreaterThanOrEqual(most * 4 + 30)
    const { spec } = await find('StatefulSet', 'postgres')
    const limit = quantityValue(spec.template.spec.containers[0].resources.limits.memory)
    const perConnection = 5 * 2 ** 20
    const needed = bytes(await setting('shared_buffers')) + Number(await setting('max_connections')) * perConnection
    expect(needed).toBeLessThan(limit)
  })

  it('cannot fill its volume by a reader of the log that is gone', async () => {
    const kept = bytes(await setting('max_slot_wal_keep_size')) + bytes(await setting('max_wal_size'))
    expect(kept).toBeLessThan(quantityValue(volumes[environment]!['postgres-data']!) * 0.75)
  })
})
