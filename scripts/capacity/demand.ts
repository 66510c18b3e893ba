import type { Deployment } from 'kubernetes-types/apps/v1.js'
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js'
import type { Container } from 'kubernetes-types/core/v1.js'
import type { KubernetesObject } from '../../plugin/kind.ts'
import { quantityValue } from '../../plugin/service/quantity.ts'
import { objectsIn } from '../manifests.ts'

/** Cores and bytes. */
export interface Amount {
  readonly cpu: number
  readonly memory: number
}

/**
 * What one Deployment asks for: a pod's requests and limits, how many pods there are at least and at most, and how many a
 * rollout adds: those that begin and those that still end.
 */
export interface Demand {
  readonly name: string
  readonly nodeType: string
  readonly requests: Amount
  readonly limits: Amount
  readonly fewest: number
  readonly most: number
  readonly surge: number
  readonly ending: number
}

/** What the mesh adds to every pod: Istio's defaults for the injected proxy (istio 1.29 chart, `global.proxy.resources`). */
export const meshProxy = { requests: { cpu: 0.1, memory: 128 * 2 ** 20 }, limits: { cpu: 2, memory: 2 ** 30 } }

/** Takes a render, returns the demand of each Deployment in it. */
export const demandsIn = (manifests: string): Demand[] => demands(objectsIn(manifests))

/** Takes the objects of a render, returns the demand of each Deployment in it, native sidecars and the mesh's proxy counted. */
export function demands(objects: readonly KubernetesObject[]): Demand[] {
  const autoscalers = objects.filter(
    (object) => object.kind === 'HorizontalPodAutoscaler',
  ) as unknown as HorizontalPodAutoscaler[]
  return objects.flatMap((object): Demand[] => {
    if (object.kind !== 'Deployment') return []
    const { spec } = object as unknown as Deployment
    const pod = spec?.template.spec
    const scaled = autoscalers.find((autoscaler) => autoscaler.spec?.scaleTargetRef.name === object.metadata.name)?.spec
    const containers = [
      ...(pod?.containers ?? []),
      ...(pod?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
    ]
    const replicas = spec?.replicas ?? 1
    const most = scaled?.maxReplicas ?? replicas
    return [
      {
        name: object.metadata.name,
        nodeType: pod?.nodeSelector?.['node-type'] ?? 'any',
        requests: sum([...containers.map((container) => amount(container, 'requests')), meshProxy.requests]),
        limits: sum([...containers.map((container) => amount(container, 'limits')), meshProxy.limits]),
        fewest: scaled?.minReplicas ?? replicas,
        most,
        surge: Number(spec?.strategy?.rollingUpdate?.maxSurge ?? 0),
        ending: Math.min(most, Math.ceil((pod?.terminationGracePeriodSeconds ?? 30) / (spec?.minReadySeconds ?? 0))),
      },
    ]
  })
}

/** Takes a demand, returns its most pods while it rolls out: the next one goes minReadySeconds after the last at the soonest, and has its grace. */
export const rolling = ({ most, surge, ending }: Demand): number => most + surge + ending

/** Takes amounts, returns their sum. */
export const sum = (amounts: readonly Amount[]): Amount => ({
  cpu: amounts.reduce((total, { cpu }) => total + cpu, 0),
  memory: amounts.reduce((total, { memory }) => total + memory, 0),
})

function amount({ resources }: Container, kind: 'requests' | 'limits'): Amount {
  const { cpu = '0', memory = '0' } = resources?.[kind] ?? {}
  return { cpu: quantityValue(String(cpu)), memory: quantityValue(String(memory)) }
}
