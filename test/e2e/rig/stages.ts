import { vaultSecretsOperator } from '../../../scripts/schemas/vault-secrets-operator.ts'
import type { Json } from './api.ts'
import type { Lifecycle, Rule, Selection } from './lifecycle.ts'
import { beginning, completed, crashed, failed, ready, restarted, unready } from './pod-status.ts'

const half = 500
// A stage that never plays: kwok keeps what it has queued for a pod until another stage takes its place.
const never = 1_000_000_000

/** Gives kwok's stages for pods: each pod lives by the first rule that selects it, the others by the default. */
export function podStages(rules: Rule[], byDefault: Lifecycle): Json[] {
  return [...rules, { ...byDefault, pods: {} }].flatMap((rule, index) => {
    const mine = [...rules.slice(0, index).map((other) => not(selects(other.pods))), selects(rule.pods)]
    return lifecycleStages(`pod-${index}`, all(...mine), rule)
  })
}

/** Gives kwok's stages for nodes and for volumes: a node is ready at once, a claim gets a volume at once. */
export function fixedStages(): Json[] {
  return [
    stage('Node', 'node-ready', all('.status.addresses != null', not(is.ready)), 0, status(nodeConditions)),
    stage('PersistentVolumeClaim', 'claim-provisioned', '.spec.volumeName == null', 0, { apply: { template: volume } }),
  ]
}

/** Gives stages that stand in for cert-manager and Vault Secrets Operator: half a second after a change, their objects are Ready. */
export function operatorStages(): Json[] {
  const seen = 'any(.status.conditions[]?; .type == "Ready" and .observedGeneration == $generation)'
  const certManager = ['cert-manager.io/v1 Certificate', 'cert-manager.io/v1 ClusterIssuer']
  return [...Object.keys(vaultSecretsOperator), ...certManager].map((id) => {
    const [apiGroup = '', kind = ''] = id.split(' ')
    const when = not(`.metadata.generation as $generation | ${seen}`)
    const step = { patch: { subresource: 'status', root: 'status', type: 'merge', template: operatorConditions } }
    return stage(kind, `operator-${kind.toLowerCase()}`, when, half, step, apiGroup)
  })
}

function lifecycleStages(prefix: string, mine: string, lifecycle: Lifecycle): Json[] {
  const { readyAfter = half, crashAfter, completeAfter = half, endAfter = half } = lifecycle
  const restartAfter = lifecycle.restartAfter ?? (crashAfter === undefined ? half : 10_000)
  const alive = all(mine, not(is.deleted), not(is.finished))
  const pod = (name: string, when: string, delay: number, step: Json) =>
    stage('Pod', `${prefix}-${name}`, when, delay, step)
  return [
    pod('begin', all(alive, not(is.started)), 0, status(beginning)),
    readyAfter === 'never'
      ? pod('not-ready', all(alive, is.started, not(is.ready), not(is.crashed)), never, nothing)
      : pod('ready', all(alive, is.started, not(is.ready), not(is.crashed)), readyAfter, status(ready)),
    pod('restart', all(alive, is.crashed), restartAfter, status(restarted)),
    readyAfter === 'never'
      ? pod('unready', all(alive, is.ready), 0, status(unready))
      : crashAfter === undefined
        ? pod('stay', all(alive, is.ready, is.endless), never, nothing)
        : pod('crash', all(alive, is.ready, is.endless), crashAfter, status(crashed)),
    ...(readyAfter === 'never'
      ? []
      : crashAfter === undefined
        ? [pod('complete', all(alive, is.ready, not(is.endless)), completeAfter, status(completed))]
        : [pod('fail', all(alive, is.ready, not(is.endless)), crashAfter, status(failed))]),
    pod('end', all(mine, is.deleted, not(is.finished)), endAfter, status(completed)),
    pod('gone', all(mine, is.deleted, is.finished, '(.metadata.finalizers // []) == []'), 0, { delete: true }),
  ]
}

const nothing = { event: { type: 'Normal', reason: 'Waiting', message: 'never sent' } }

const is = {
  deleted: '.metadata.deletionTimestamp != null',
  finished: '(.status.phase == "Succeeded" or .status.phase == "Failed")',
  started: '.status.startTime != null',
  ready: 'any(.status.conditions[]?; .type == "Ready" and .status == "True")',
  crashed: 'any(.status.containerStatuses[]?; .state.waiting.reason == "CrashLoopBackOff")',
  endless: '(.spec.restartPolicy // "Always") == "Always"',
}

const nodeConditions = `
conditions:
- type: Ready
  status: "True"
  reason: KubeletReady
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ Now | Quote }}
`

const operatorConditions = `
conditions:
- type: Ready
  status: "True"
  reason: Ready
  message: Ready
  observedGeneration: {{ .metadata.generation }}
  lastTransitionTime: {{ Now | Quote }}
`

// Kept when its claim goes: the controller manager would delete a host path itself, on this machine.
const volume = `
apiVersion: v1
kind: PersistentVolume
metadata:
  name: rig-{{ .metadata.uid }}
spec:
  accessModes: {{ .spec.accessModes | toJson }}
  capacity: {{ .spec.resources.requests | toJson }}
  persistentVolumeReclaimPolicy: Retain
  storageClassName: {{ or .spec.storageClassName "" | Quote }}
  volumeMode: {{ or .spec.volumeMode "Filesystem" }}
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    namespace: {{ .metadata.namespace | Quote }}
    name: {{ .metadata.name | Quote }}
    uid: {{ .metadata.uid | Quote }}
  hostPath:
    path: /rig/{{ .metadata.uid }}
`

function selects({ namespace, labels = {}, image, name }: Selection): string {
  const conditions = Object.entries(labels).map(
    ([key, value]) => `.metadata.labels[${JSON.stringify(key)}] == ${JSON.stringify(value)}`,
  )
  if (namespace !== undefined) conditions.push(`.metadata.namespace == ${JSON.stringify(namespace)}`)
  if (name !== undefined) conditions.push(`(.metadata.name | contains(${JSON.stringify(name)}))`)
  if (image !== undefined) conditions.push(`any(.spec.containers[]; .image | contains(${JSON.stringify(image)}))`)
  return all(...conditions)
}

function all(...conditions: string[]): string {
  return conditions.length ? `(${conditions.join(' and ')})` : 'true'
}

function not(condition: string): string {
  return `(${condition} | not)`
}

function status(template: string): Json {
  return { patch: { subresource: 'status', root: 'status', template } }
}

function stage(kind: string, name: string, when: string, delay: number, step: Json, apiGroup = 'v1'): Json {
  const jq = { key: when, operator: 'In', values: ['true'] }
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup, kind },
      selector: { matchExpressions: [{ jq }] },
      delay: { durationMilliseconds: delay },
      steps: [step],
    },
  }
}
