import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endAfterTests } from './end.ts'
import type { Json } from './rig/api.ts'
import type { Rule } from './rig/lifecycle.ts'
import { change, expectOrder } from './waves/changes.ts'
import { type Observed, observe } from './waves/observe.ts'
import { startWaves, type Waves } from './waves/platform.ts'
import { deployment, infra, job, service, services, statefulSet, type Tree, version } from './waves/tree.ts'

let waves: Waves
let observed: Observed
let count = 1000

beforeAll(async () => {
  waves = await startWaves()
  observed = await observe(waves.rig)
  await waves.rig.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(policy))
  await waves.arrived(await waves.commit({}), 120_000)
}, 240_000)
endAfterTests(() => waves?.rig)
// Before that: what is set up last is ended first.
afterAll(() => observed?.stop())

/** What the cluster refuses by a policy of its own: a Deployment with this label. */
const policy = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'no-forbidden' },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE', 'UPDATE'] },
          ],
        },
        validations: [
          { expression: "!('forbidden' in object.spec.template.metadata.labels)", message: 'is forbidden here' },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'no-forbidden' },
      spec: { policyName: 'no-forbidden', validationActions: ['Deny'] },
    },
  ],
}

/** A component of a wave that a test breaks, and what comes after it. */
interface Victim {
  readonly name: string
  readonly namespace: string
  readonly good: (text: string) => Tree
  readonly later: readonly string[]
}

const objects = (file: string, all: object[]): Tree => ({
  [file]: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: all }),
})
const files: Record<string, string> = {
  queue: 'overlays/dev/infra/queue/objects.yaml',
  proxy: 'clusters/dev/mesh/proxy/objects.yaml',
}
const plainVictim = (name: string, namespace: string, later: string[]): Victim => ({
  name,
  namespace,
  later,
  good: (text) => ({
    ...objects(files[name]!, [deployment(name, namespace, text)]),
    [files[name]!.replace('objects', 'kustomization')]: JSON.stringify({ resources: ['objects.yaml'] }),
  }),
})
const victims: Victim[] = [
  plainVictim('queue', infra, ['setup', 'proxy', 'one', 'two', 'three']),
  plainVictim('proxy', services, ['one', 'two', 'three']),
]

/** Each sort of broken: what is committed, how its pods live, and what a person reads at the root. */
interface Breakage {
  readonly files: (victim: Victim, text: string) => Tree
  readonly stages?: (victim: Victim, text: string) => Rule[]
  readonly said: RegExp
}
const plainBreakages: Record<string, Breakage> = {
  'that does not render': {
    files: ({ name }) => ({
      [files[name]!.replace('objects', 'kustomization')]: JSON.stringify({ resources: ['gone.yaml'] }),
    }),
    said: /cannot be rendered: .*gone\.yaml does not exist/,
  },
  'that the API server refuses': {
    files: ({ name, namespace }, text) => {
      const object: Json = deployment(name, namespace, text)
      object.spec.selector.matchLabels = { app: 'another' }
      return objects(files[name]!, [object])
    },
    said: /could not be applied: .*selector/,
  },
  'that a policy refuses': {
    files: ({ name, namespace }, text) => {
      const object: Json = deployment(name, namespace, text)
      object.spec.template.metadata.labels.forbidden = 'yes'
      return objects(files[name]!, [object])
    },
    said: /could not be applied: .*is forbidden here/,
  },
  'whose Job fails': {
    files: ({ name, namespace }, text) =>
      objects(files[name]!, [deployment(name, namespace, text), job(`${name}-job`, text, namespace)]),
    stages: ({ name }, text) => [{ pods: { image: `${name}-job:${text}` }, crashAfter: 100 }],
    said: /Job (queue|proxy)-job-[0-9a-f]{8} is Degraded: Job has reached the specified backoff limit/,
  },
  'whose Deployment never becomes ready': {
    files: ({ name, namespace }, text) => objects(files[name]!, [deployment(name, namespace, text)]),
    stages: ({ name }, text) => [{ pods: { image: `${name}:${text}` }, readyAfter: 'never' }],
    said: /Deployment (queue|proxy) is Degraded: .*exceeded its progress deadline/,
  },
  'whose StatefulSet never becomes ready': {
    files: ({ name, namespace }, text) =>
      objects(files[name]!, [deployment(name, namespace, text), statefulSet(`${name}-set`, text, namespace)]),
    stages: ({ name }, text) => [{ pods: { image: `${name}-set:${text}` }, readyAfter: 'never' }],
    said: /is not healthy 15 s after its change: StatefulSet (queue|proxy)-set is Progressing/,
  },
}

/** Waits until the root says of the component what fits, and gives it. */
const rootSays = (name: string, said: RegExp, milliseconds = 90_000): Promise<string> =>
  waves.rig.until(
    `the root says ${said} of ${name}`,
    async () => {
      const { status } = await waves.argocd.get('root')
      const lists: Json[] = [...(status.operationState?.syncResult?.resources ?? []), ...(status.resources ?? [])]
      const messages = lists
        .filter((one) => one.name === name && one.kind === 'Application')
        .map((one) => one.health?.message ?? one.message ?? '')
      const found = messages.find((message) => said.test(message))
      if (!found) throw new Error(JSON.stringify({ messages, operation: status.operationState?.message }))
      return found
    },
    milliseconds,
  )

const next = (): string => version(count++)

describe.each(victims)('a commit to $name', (victim) => {
  test.each(Object.entries(plainBreakages))(
    '%s changes nothing later, is told at the root, and its repair goes in unattended',
    async (_, breakage) => {
      const text = next()
      const later = Object.fromEntries(victim.later.map((name) => [name, text]))
      await waves.rig.stages(breakage.stages?.(victim, text) ?? [])
      await waves.commit({ ...breakage.files(victim, text), ...change(later) })
      await rootSays(victim.name, breakage.said)
      // The root tries again and again by now, with what it has.
      const untouched = victim.later.filter((name) => observed.changed(name, text) !== undefined)
      expect(untouched).toEqual([])

      const repaired = next()
      await waves.arrived(await waves.commit(victim.good(repaired)), 120_000)
      const done = observed.finished(victim.name, repaired)
      expect(done).toBeDefined()
      for (const name of victim.later) expect(observed.changed(name, text)).toBeGreaterThan(done!)
    },
    240_000,
  )
})

/** A service whose patch makes of its Deployment what nobody runs. */
const patched = (text: string, operations: object[]): Tree =>
  service('dev', 'one', text, {
    patches: {
      quick: { target: { kind: 'Deployment' }, patch: JSON.stringify([...quickly, ...operations]) },
    },
  })
const quickly = [
  { op: 'replace', path: '/spec/minReadySeconds', value: 0 },
  { op: 'replace', path: '/spec/progressDeadlineSeconds', value: 10 },
]

const brokenServices: [string, (text: string) => Tree, RegExp, ((text: string) => Rule[])?][] = [
  [
    'that does not render',
    () => ({ 'base/services/one/definition.yaml': 'kind: ServiceDefinition\n' }),
    /cannot be rendered: .*base\/services\/one\/definition\.yaml/,
  ],
  [
    'that the API server refuses',
    (text) => patched(text, [{ op: 'replace', path: '/spec/selector/matchLabels', value: { app: 'another' } }]),
    /could not be applied: .*selector/,
  ],
  [
    'that a policy refuses',
    (text) => patched(text, [{ op: 'add', path: '/spec/template/metadata/labels/forbidden', value: 'yes' }]),
    /could not be applied: .*is forbidden here/,
  ],
  [
    'whose Deployment never becomes ready',
    (text) => service('dev', 'one', text),
    /Deployment one is Degraded: .*exceeded its progress deadline/,
    (text) => [{ pods: { image: `one:${text}` }, readyAfter: 'never' }],
  ],
]

describe('a commit to a service', () => {
  test.each(brokenServices)(
    '%s does not hold up its fellows, now or later',
    async (_, broken, saying, stages) => {
      const text = next()
      await waves.rig.stages(stages?.(text) ?? [])
      await waves.commit({ ...broken(text), ...change({ two: text }) })
      await rootSays('one', saying)
      const rolledOut = (name: string, wanted: string) =>
        waves.rig.until(`${name} is rolled out`, async () => observed.finished(name, wanted), 90_000)
      await rolledOut('two', text)
      const later = next()
      await waves.commit(change({ three: later }))
      await rolledOut('three', later)

      const repaired = next()
      await waves.arrived(await waves.commit(change({ one: repaired })), 120_000)
    },
    240_000,
  )
})

/** Whether all of a Deployment's pods are of this text and available. */
async function runs(name: string, namespace: string, text: string): Promise<boolean> {
  const { metadata, spec, status } = await waves.rig.api.get(
    `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
  )
  const isCurrent = status.observedGeneration === metadata.generation && status.replicas === spec.replicas
  const isText = spec.template.spec.containers[0].image.includes(`:${text}`)
  return isText && isCurrent && status.updatedReplicas === spec.replicas && status.availableReplicas === spec.replicas
}

test('a revert of what never became ready goes in unattended, and before what comes later', async () => {
  const [good, bad] = [next(), next()]
  const victim = plainVictim('queue', infra, [])
  await waves.arrived(await waves.commit(victim.good(good)), 120_000)
  await waves.rig.stages([{ pods: { image: `queue:${bad}` }, readyAfter: 'never' }])
  await waves.commit({ ...victim.good(bad), ...change({ proxy: bad }) })
  await rootSays('queue', /Deployment queue is Degraded/)
  expect(observed.changed('proxy', bad)).toBeUndefined()
  await waves.arrived(await waves.commit(victim.good(good)), 120_000)
  expect(await runs('queue', infra, good)).toBe(true)
  expect(observed.finished('proxy', bad)).toBeDefined()
}, 240_000)

test('what never became ready holds back the next commit too, and lets it in when it is', async () => {
  const [bad, text] = [next(), next()]
  await waves.rig.stages([{ pods: { image: `queue:${bad}` }, readyAfter: 'never' }])
  await waves.commit(plainVictim('queue', infra, []).good(bad))
  await rootSays('queue', /Deployment queue is Degraded/)
  const revision = await waves.commit(change({ one: text }))
  // The root takes it up with its next attempt, which is by then.
  await waves.rig.until(
    'the root is at the next commit',
    async () => (await waves.argocd.get('root')).status.operationState?.syncResult?.revision === revision,
    60_000,
  )
  await setTimeout(10_000)
  expect(observed.changed('one', text)).toBeUndefined()
  await waves.rig.stages([])
  await waves.arrived(revision, 120_000)
  expect(observed.changed('one', text)).toBeGreaterThan(observed.finished('queue', bad)!)
}, 240_000)

test('a commit that breaks something during a rollout, and the one that mends it, keep the order', async () => {
  const [slow, bad, good] = [next(), next(), next()]
  await waves.rig.stages([
    { pods: { image: `proxy:${slow}` }, readyAfter: 4000 },
    { pods: { image: `queue:${bad}` }, readyAfter: 'never' },
  ])
  await waves.commit(change({ proxy: slow }))
  await waves.rig.until('proxy changes', async () => observed.changed('proxy', slow), 60_000)
  await waves.commit(change({ queue: bad }))
  await rootSays('queue', /Deployment queue is Degraded/)
  const texts = { ground: good, queue: good, one: good }
  await waves.arrived(await waves.commit(change(texts)), 120_000)
  expectOrder(observed, texts)
}, 240_000)

describe('a component that falls sick by itself', () => {
  test('holds back neither a bump of another nor its undoing, and its own change still counts', async () => {
    const { rig } = waves
    await rig.stages([])
    const [good, text] = [next(), next()]
    await waves.arrived(await waves.commit(plainVictim('queue', infra, []).good(good)), 120_000)
    // Longer than its deadline after its change.
    await setTimeout(20_000)
    await rig.stages([{ pods: { image: `queue:${good}` }, readyAfter: 'never' }])
    await rig.kubectl(['delete', 'pods', '-n', infra, '-l', 'app=queue', '--wait=false'])
    await rig.until('queue is sick', async () => (await waves.argocd.get('queue')).status.health.status !== 'Healthy')
    await waves.commit(change({ one: text }))
    await rig.until('one is rolled out', async () => observed.finished('one', text), 60_000)
    await rootSays('queue', /fell sick by itself/)
    const undone = version(1)
    await waves.commit(change({ one: undone }))
    await rig.until('one is what it was', async () => runs('one', services, undone), 60_000)

    const own = next()
    await rig.stages([{ pods: { labels: { app: 'queue' } }, readyAfter: 'never' }])
    const revision = await waves.commit({ ...plainVictim('queue', infra, []).good(own), ...change({ one: own }) })
    await rootSays('queue', /is Degraded/)
    expect(observed.changed('one', own)).toBeUndefined()
    await rig.stages([])
    await waves.arrived(revision, 120_000)
    expect(observed.finished('one', own)).toBeDefined()
  }, 300_000)
})

test('a commit that comes during a rollout waits for it, and no longer', async () => {
  const [slow, late] = [next(), next()]
  await waves.rig.stages([{ pods: { image: `proxy:${slow}` }, readyAfter: 4000 }])
  await waves.commit(change({ proxy: slow }))
  await waves.rig.until('proxy changes', async () => observed.changed('proxy', slow), 60_000)
  const revision = await waves.commit(change({ two: late }))
  await waves.arrived(revision, 120_000)
  expect(observed.changed('two', late)).toBeGreaterThan(observed.finished('proxy', slow)!)
}, 180_000)
