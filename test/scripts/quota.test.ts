import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { formatFindings } from '../../plugin/finding.ts'
import { quotaFile, quotaOf } from '../../scripts/capacity/quota.ts'
import { staleQuota } from '../../scripts/check/quota.ts'

/** A service of so many replicas, each of 100m and 72Mi, or with the proxy of the mesh 200m and 200Mi. */
const service = (replicas: number, spec: object = {}, pod: object = {}): string =>
  stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'iam', namespace: 'platform-services' },
    spec: {
      replicas,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      minReadySeconds: 10,
      ...spec,
      template: {
        spec: {
          terminationGracePeriodSeconds: 45,
          ...pod,
          containers: [
            { name: 'iam', resources: { requests: { cpu: '100m', memory: '72Mi' }, limits: { memory: '1Gi' } } },
          ],
        },
      },
    },
  })

const scaled = stringify({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'iam' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'iam' }, minReplicas: 3, maxReplicas: 20 },
})

const pods = (manifests: string): number => Number(/pods: '(\d+)'/.exec(quotaOf(manifests))?.[1])

it.each<[string, string, number]>([
  ['one of one: itself, the next, and the last that still ends', service(1), 3],
  ['three: one more, and no more end than there were', service(3), 7],
  ['twenty: five end while others come, 45 s and one each 10 s', service(20), 26],
  ['an autoscaler at its most', `${service(3)}---\n${scaled}`, 26],
  ['a longer grace', service(20, {}, { terminationGracePeriodSeconds: 120 }), 33],
  ['none that waits to be ready', service(20, { minReadySeconds: 0 }), 41],
])('a quota counts %s', (_, manifests, count) => {
  expect(pods(manifests)).toBe(count)
})

it('a quota counts the proxy of the mesh with every pod, and is written as the API server writes it', () => {
  const text = quotaOf(service(3))
  expect(text).toContain('requests.cpu: 1400m')
  expect(text).toContain('requests.memory: 1400Mi')
  expect(text).toContain('limits.memory: 14Gi')
})

it('a quota that is less than the services ask for is refused', () => {
  const files = (text: string | undefined) => ({ read: () => text, kind: () => undefined, list: () => [] })
  expect(staleQuota('dev', service(3), files(quotaOf(service(3))))).toEqual([])
  expect(staleQuota('dev', service(1), files(quotaOf(service(3))))).toEqual([])
  expect(staleQuota('dev', service(3), files(undefined))).toEqual([])
  expect(formatFindings(staleQuota('dev', service(3), files(quotaOf(service(1)))))).toBe(
    `${quotaFile('dev')}  the services of dev ask for pods 7, not 3, requests.cpu 1400m, not 600m, requests.memory 1400Mi, not 600Mi, limits.memory 14Gi, not 6Gi\n  npm run capacity\n`,
  )
})
