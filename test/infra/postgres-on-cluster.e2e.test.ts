import { beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { endAfterTests } from '../e2e/end.ts'
import type { Json } from '../e2e/rig/api.ts'
import { type Rig, startRig } from '../e2e/rig/rig.ts'
import { isReady } from '../e2e/rig/ready.ts'
import { render } from './rendered.ts'

/** What the API server, the admission policies, the scheduler and the controllers make of what is rendered for prod. */
let rig: Rig
let objects: Json[]
const namespace = 'platform-infra'
const texts = (some: Json[]) => some.map((it) => stringify(it, { version: '1.1' })).join('---\n')
const apply = (some: Json[]) =>
  rig.kubectl(['apply', '--server-side', '--validate=strict', '--warnings-as-errors', '-f', '-'], texts(some))
const list = async (path: string, group = '/api/v1'): Promise<Json[]> =>
  (await rig.api.get(`${group}/namespaces/${namespace}/${path}`)).items
const members = async (): Promise<Json[]> =>
  list(`pods?labelSelector=${encodeURIComponent('app.kubernetes.io/name=postgres,app.kubernetes.io/component=server')}`)

beforeAll(async () => {
  const foundation = await render('overlays/prod/infra/foundation')
  objects = [
    ...(await render('overlays/prod/infra/postgres')),
    ...(await render('overlays/prod/infra/postgres-databases')),
  ]
  rig = await startRig({ nodes: { stateless: 1, stateful: 4 }, lifecycle: { readyAfter: 300, endAfter: 1500 } })
  await apply(foundation.filter(({ kind }) => kind === 'Namespace'))
  await apply(foundation)
  await rig.until('the namespace has its service account', () =>
    rig.api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
  )
})
endAfterTests(() => rig)

test('all is accepted, every field known, and a second apply changes nothing', async () => {
  await apply(objects)
  await apply(objects)
  expect(await rig.kubectl(['diff', '--server-side', '-f', '-'], texts(objects))).toBe('')
})

test('both members run, on two nodes, each with its volume', async () => {
  await rig.until('both are ready', async () => (await members()).filter(isReady).length === 2)
  const pods = await members()
  expect(new Set(pods.map(({ spec }) => spec.nodeName)).size).toBe(2)
  expect(pods.every(({ spec }) => spec.nodeName.startsWith('stateful'))).toBe(true)
  const claims = await list('persistentvolumeclaims')
  expect(claims.map(({ metadata, spec }) => `${metadata.name} ${spec.resources.requests.storage}`).sort()).toEqual([
    'backup-postgres-backup-0 600Gi',
    'postgres-data-postgres-0 200Gi',
    'postgres-data-postgres-1 200Gi',
  ])
  const refused = (await list('events')).filter(({ reason }) => reason === 'FailedCreate')
  expect(refused.map(({ message }) => message)).toEqual([])
})

const behind = async (service: string): Promise<string[]> =>
  (await list(`endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${service}`, '/apis/discovery.k8s.io/v1'))
    .flatMap(({ endpoints }) => endpoints ?? [])
    .map(({ targetRef }: Json) => targetRef.name as string)
    .sort()

test('each Service leads to whom it says, and after a promotion to the other', async () => {
  const services = async () => ({ rw: await behind('postgres-rw'), ro: await behind('postgres-ro') })
  await rig.until('the names are there', async () => (await behind('postgres')).length === 2)
  expect(await services()).toEqual({ rw: ['postgres-0'], ro: ['postgres-1'] })
  const before = await members()
  await apply(await render('test/infra/postgres/promoted'))
  await rig.until('they have changed places', async () => (await behind('postgres-rw'))[0] === 'postgres-1')
  expect(await services()).toEqual({ rw: ['postgres-1'], ro: ['postgres-0'] })
  const same = (pods: Json[]) => pods.map(({ metadata }) => metadata.uid).sort()
  expect(same(await members())).toEqual(same(before))
})

test('the backup of the night runs beside its volume', async () => {
  await rig.kubectl(['create', 'job', '-n', namespace, '--from=cronjob/postgres-base-backup', 'base-backup-now'])
  const placed = await rig.until('it has a node', async () => {
    const pods = await list('pods')
    const node = (start: string) => pods.find(({ metadata }) => metadata.name.startsWith(start))?.spec.nodeName
    return node('base-backup-now') && [node('base-backup-now'), node('postgres-backup-0')]
  })
  expect(placed[0]).toBe(placed[1])
})

test('a drain of both their nodes takes one at a time', async () => {
  const nodes = (await members()).map(({ spec }) => spec.nodeName as string)
  const drains = Promise.all(
    nodes.map((node) =>
      rig.kubectl(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=100s']),
    ),
  )
  let ended = false
  void drains.finally(() => (ended = true)).catch(() => {})
  let fewest = 2
  await rig.until('both are drained', async () => {
    fewest = Math.min(fewest, (await members()).filter((it) => isReady(it) && !it.metadata.deletionTimestamp).length)
    return ended
  })
  await drains
  expect(fewest).toBe(1)
  await rig.until('both are ready elsewhere', async () => {
    const pods = (await members()).filter(isReady)
    return pods.length === 2 && pods.every(({ spec }) => !nodes.includes(spec.nodeName))
  })
})
