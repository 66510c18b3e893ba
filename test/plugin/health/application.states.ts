import type { HealthObject, State } from './state.ts'

const stamp = 'a'.repeat(40)
const before = 'b'.repeat(40)
const content = { old: '1111111111111111', wanted: '2222222222222222' }

/** The deadline of the component, in seconds. */
const deadline = 600

const source = (targetRevision: string, hash: string) => ({
  repoURL: 'https://example.org/platform.git',
  path: 'overlays/prod/infra/postgres',
  targetRevision,
  plugin: { name: 'platform-kernel', env: [{ name: 'CONTENT', value: hash }] },
})

const wanted = source(stamp, content.wanted)

/** Seconds before now, as Argo CD writes a time. */
const ago = (now: Date, seconds: number): string =>
  new Date(now.getTime() - seconds * 1000).toISOString().replace(/\.\d+Z/, 'Z')

/** An entry of the history: a whole sync that went through, so many seconds ago. */
const entry = (now: Date, of: object, seconds: number) => ({
  id: 1,
  revision: stamp,
  source: of,
  deployStartedAt: ago(now, seconds + 2),
  deployedAt: ago(now, seconds),
})

interface Status {
  readonly sync?: object
  readonly health?: object
  readonly history?: object[]
  readonly operationState?: object
  readonly conditions?: object[]
  readonly resources?: object[]
}

const object =
  (
    status?: (now: Date) => Status,
    annotations: Record<string, string> = {},
    spec: object = { source: wanted },
  ): State['object'] =>
  (now): HealthObject => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: 'postgres',
      annotations: { 'platform.septemcore.com/deadline-seconds': String(deadline), ...annotations },
    },
    spec,
    ...(status && { status: status(now) }),
  })

const compared = (status: string, of: object = wanted) => ({ status, revision: stamp, comparedTo: { source: of } })
const health = (now: Date, status: string, seconds: number) => ({ status, lastTransitionTime: ago(now, seconds) })
const sick = [
  {
    kind: 'StatefulSet',
    name: 'postgres',
    health: { status: 'Progressing', message: 'Waiting for 1 pods to be ready...' },
  },
]

export const application: readonly State[] = [
  { claim: 'an Application that nobody has looked at yet', object: object(), status: 'Progressing' },
  {
    claim: 'one that was well before its content changed, and is not compared with the change yet',
    object: object((now) => ({
      sync: compared('Synced', source(before, content.old)),
      health: health(now, 'Healthy', 9000),
      history: [entry(now, source(before, content.old), 9000)],
    })),
    status: 'Progressing',
    message: 'is not compared with git yet',
  },
  {
    claim: 'one whose change is seen and not begun',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      health: health(now, 'Healthy', 9000),
      history: [entry(now, source(before, content.old), 9000)],
    })),
    status: 'Progressing',
    message: 'is about to be applied',
  },
  {
    claim: 'one whose change is being applied',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      health: health(now, 'Healthy', 9000),
      operationState: {
        phase: 'Running',
        startedAt: ago(now, 3),
        message: 'tasks',
        operation: { sync: { source: wanted } },
      },
    })),
    status: 'Progressing',
    message: 'is being applied: tasks',
  },
  {
    claim: 'one that is tried again, which is said',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      operationState: {
        phase: 'Running',
        startedAt: ago(now, 30),
        retryCount: 2,
        message: 'one or more objects failed to apply. Retrying attempt #2 at 3:04PM.',
        syncResult: { source: wanted },
      },
    })),
    status: 'Progressing',
    message: 'Retrying attempt #2',
  },
  {
    claim: 'one whose change is being applied for longer than it may',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      operationState: {
        phase: 'Running',
        startedAt: ago(now, deadline + 5),
        message: 'x',
        syncResult: { source: wanted },
      },
    })),
    status: 'Degraded',
    message: 'is being applied for longer than 600 s',
  },
  {
    claim: 'one whose change could not be applied',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      operationState: {
        phase: 'Failed',
        startedAt: ago(now, 300),
        message: 'one or more objects failed to apply',
        syncResult: {
          source: wanted,
          resources: [{ kind: 'Service', name: 'db', status: 'SyncFailed', message: 'spec.ports: Required value' }],
        },
      },
    })),
    status: 'Degraded',
    message: 'could not be applied: Service db: spec.ports: Required value',
  },
  {
    claim: 'one that failed at an earlier commit, and is about to try this one',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      operationState: {
        phase: 'Failed',
        startedAt: ago(now, 300),
        message: 'no',
        syncResult: { source: source(before, content.wanted) },
      },
    })),
    status: 'Progressing',
  },
  {
    claim: 'one that cannot be rendered',
    object: object(() => ({
      sync: compared('Unknown'),
      conditions: [{ type: 'ComparisonError', message: 'Failed to load:\n  base/x.yaml:3:1  is wrong' }],
    })),
    status: 'Degraded',
    message: 'cannot be rendered: Failed to load: base/x.yaml:3:1 is wrong',
  },
  {
    claim: 'one with the error of the commit before, not compared with this one',
    object: object(() => ({
      sync: compared('Unknown', source(before, content.old)),
      conditions: [{ type: 'ComparisonError', message: 'old' }],
    })),
    status: 'Progressing',
  },
  {
    claim: 'one that its project forbids',
    object: object(() => ({ conditions: [{ type: 'InvalidSpecError', message: 'namespace is not permitted' }] })),
    status: 'Degraded',
    message: 'is not allowed: namespace is not permitted',
  },
  {
    claim: 'one that Argo CD will not sync by itself',
    object: object(() => ({
      sync: compared('OutOfSync'),
      conditions: [{ type: 'SyncError', message: 'auto-sync will wipe out all resources' }],
    })),
    status: 'Degraded',
    message: 'auto-sync will wipe out all resources',
  },
  {
    claim: 'one whose change is in and well',
    object: object((now) => ({
      sync: compared('Synced'),
      health: health(now, 'Healthy', 5),
      history: [entry(now, wanted, 30)],
    })),
    status: 'Healthy',
  },
  {
    claim: 'one whose change was just applied, with the health of before it',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      health: health(now, 'Healthy', 9000),
      history: [entry(now, source(before, content.old), 9000), entry(now, wanted, 1)],
    })),
    status: 'Progressing',
  },
  {
    claim: 'one whose rollout goes on',
    object: object((now) => ({
      sync: compared('Synced'),
      health: health(now, 'Progressing', 60),
      history: [entry(now, wanted, 61)],
      resources: sick,
    })),
    status: 'Progressing',
    message: 'StatefulSet postgres is Progressing: Waiting for 1 pods to be ready...',
  },
  {
    claim: 'one whose rollout goes on for longer than it may',
    object: object((now) => ({
      sync: compared('Synced'),
      health: health(now, 'Progressing', deadline + 50),
      history: [entry(now, wanted, deadline + 51)],
      resources: sick,
    })),
    status: 'Degraded',
    message: 'is not healthy 600 s after its change: StatefulSet postgres is Progressing',
  },
  {
    claim: 'one whose rollout failed',
    object: object((now) => ({
      sync: compared('Synced'),
      health: health(now, 'Degraded', 20),
      history: [entry(now, wanted, 320)],
      resources: [
        { kind: 'Deployment', name: 'x', health: { status: 'Degraded', message: 'exceeded its progress deadline' } },
      ],
    })),
    status: 'Degraded',
    message: 'Deployment x is Degraded: exceeded its progress deadline',
  },
  {
    claim: 'one that is mended, and still has the health that the mending ends',
    object: object((now) => ({
      sync: compared('Synced'),
      health: health(now, 'Degraded', 400),
      history: [entry(now, source(before, content.old), 700), entry(now, wanted, 2)],
    })),
    status: 'Progressing',
  },
  {
    claim: 'one that fell sick long after its change',
    object: object((now) => ({
      sync: compared('Synced'),
      health: health(now, 'Degraded', 100),
      history: [entry(now, wanted, 9000)],
      resources: sick,
    })),
    status: 'Healthy',
    message: 'fell sick by itself, long after its last change: StatefulSet postgres is Progressing',
  },
  {
    claim: 'the same at a later commit that does not change it, not yet compared',
    object: object((now) => ({
      sync: compared('Synced', source(before, content.wanted)),
      health: health(now, 'Degraded', 100),
      history: [entry(now, source(before, content.wanted), 9000)],
      resources: sick,
    })),
    status: 'Healthy',
    message: 'fell sick by itself',
  },
  {
    claim: 'one that never became well after its change, at a later commit that does not change it',
    object: object((now) => ({
      sync: compared('Synced', source(before, content.wanted)),
      health: health(now, 'Progressing', 9000),
      history: [entry(now, source(before, content.wanted), 9001)],
      resources: sick,
    })),
    status: 'Degraded',
    message: 'is not healthy 600 s after its change',
  },
  {
    claim: 'one that healed itself a moment ago: that is no change',
    object: object((now) => ({
      sync: compared('Synced'),
      health: health(now, 'Progressing', 3),
      history: [entry(now, wanted, 9000)],
      operationState: {
        phase: 'Succeeded',
        startedAt: ago(now, 4),
        finishedAt: ago(now, 3),
        syncResult: { source: wanted },
      },
    })),
    status: 'Healthy',
    message: 'fell sick by itself',
  },
  {
    claim: 'one that somebody changes by hand again and again',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      health: health(now, 'Healthy', 8000),
      history: [entry(now, wanted, 9000)],
    })),
    status: 'Healthy',
    message: 'differs from git',
  },
  {
    claim: 'one whose change renders to what is there already',
    object: object((now) => ({
      sync: compared('Synced'),
      health: health(now, 'Healthy', 8000),
      history: [entry(now, source(before, content.old), 9000)],
    })),
    status: 'Healthy',
  },
  {
    claim: 'one that went back to what it was before, which is a change',
    object: object((now) => ({
      sync: compared('Synced'),
      health: health(now, 'Degraded', 5),
      history: [entry(now, wanted, 9000), entry(now, source(before, content.old), 700), entry(now, wanted, 20)],
    })),
    status: 'Degraded',
  },
  {
    claim: 'one that is to go back to what is in the history, while what came between is tried again',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      health: health(now, 'Healthy', 9000),
      history: [entry(now, wanted, 9000)],
      operationState: {
        phase: 'Running',
        startedAt: ago(now, 20),
        message: 'Retrying attempt #1',
        operation: { sync: { source: source(before, content.old) } },
        syncResult: { source: source(before, content.old) },
      },
    })),
    status: 'Progressing',
    message: 'Retrying attempt #1',
  },
  {
    claim: 'the same, after what came between has failed by half',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      health: health(now, 'Degraded', 60),
      history: [entry(now, wanted, 9000)],
      operationState: {
        phase: 'Failed',
        startedAt: ago(now, 120),
        message: 'no',
        operation: { sync: { source: source(before, content.old) } },
        syncResult: { source: source(before, content.old) },
      },
    })),
    status: 'Progressing',
    message: 'is about to be applied',
  },
  {
    claim: 'the same, while it is applied again',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      health: health(now, 'Progressing', 60),
      history: [entry(now, wanted, 9000)],
      operationState: {
        phase: 'Running',
        startedAt: ago(now, 2),
        message: 'x',
        operation: { sync: { source: wanted } },
      },
    })),
    status: 'Progressing',
    message: 'is being applied',
  },
  {
    claim: 'the same, when it is applied again and still bad from what came between',
    object: object((now) => ({
      sync: compared('Synced'),
      health: health(now, 'Degraded', 60),
      history: [entry(now, wanted, 9000), entry(now, wanted, 3)],
      operationState: { phase: 'Succeeded', startedAt: ago(now, 5), operation: { sync: { source: wanted } } },
    })),
    status: 'Progressing',
  },
  {
    claim: 'one that heals a part of itself',
    object: object((now) => ({
      sync: compared('OutOfSync'),
      health: health(now, 'Healthy', 8000),
      history: [entry(now, wanted, 9000)],
      operationState: {
        phase: 'Running',
        startedAt: ago(now, 2),
        message: 'x',
        operation: { sync: { source: wanted, resources: [{ kind: 'Deployment', name: 'x' }] } },
      },
    })),
    status: 'Healthy',
    message: 'differs from git',
  },
  {
    claim: 'one whose objects were there before it, and are not well for longer than they may',
    object: (now) => {
      const made = object(() => ({ sync: compared('Synced'), health: health(now, 'Degraded', deadline + 300) }))(now)
      return { ...made, metadata: { ...made.metadata, creationTimestamp: ago(now, deadline + 400) } }
    },
    status: 'Degraded',
    message: 'is not healthy 600 s after its change',
  },
  {
    claim: 'a chart at the version before',
    object: object(
      (now) => ({
        sync: { status: 'Synced', comparedTo: { source: { chart: 'istiod', targetRevision: '1.29.1' } } },
        health: health(now, 'Healthy', 8000),
        history: [entry(now, { chart: 'istiod', targetRevision: '1.29.1' }, 9000)],
      }),
      {},
      { source: { chart: 'istiod', targetRevision: '1.29.2' } },
    ),
    status: 'Progressing',
  },
  {
    claim: 'one that is paused in git, whatever its state',
    object: object(
      (now) => ({ sync: compared('OutOfSync', source(before, content.old)), health: health(now, 'Degraded', 1) }),
      { 'platform.septemcore.com/paused': 'true' },
    ),
    status: 'Healthy',
    message: 'paused in git',
  },
  {
    claim: 'one that went to a commit while the root was blocked',
    object: object(
      (now) => ({ sync: compared('Synced'), health: health(now, 'Healthy', 5), history: [entry(now, wanted, 30)] }),
      { 'platform.septemcore.com/break-glass': stamp },
    ),
    status: 'Healthy',
    message: 'break glass, until the root stamps it again',
  },
  {
    claim: 'one that the root has stamped again since',
    object: object(
      (now) => ({ sync: compared('Synced'), health: health(now, 'Healthy', 5), history: [entry(now, wanted, 30)] }),
      { 'platform.septemcore.com/break-glass': before },
    ),
    status: 'Healthy',
    message: '',
  },
]
