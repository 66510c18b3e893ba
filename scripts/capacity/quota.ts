import { stringify } from 'yaml'
import type { KubernetesObject } from '../../plugin/kind.ts'
import { demandsIn, rolling, sum } from './demand.ts'

/** Takes an environment, returns where the quota of its services stands. */
export const quotaFile = (environment: string): string => `overlays/${environment}/infra/foundation/resource-quota.yaml`

/**
 * Takes a render of an environment's services, returns the text of their namespace's ResourceQuota: what they ask for when
 * every autoscaler is at its maximum and every Deployment rolls out, and nothing besides.
 */
export function quotaOf(manifests: string): string {
  const pods = demandsIn(manifests).flatMap((demand) => Array.from({ length: rolling(demand) }, () => demand))
  const requests = sum(pods.map((pod) => pod.requests))
  const limits = sum(pods.map((pod) => pod.limits))
  const quota: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'services', namespace: 'platform-services' },
    spec: {
      hard: {
        pods: String(pods.length),
        'requests.cpu': cores(requests.cpu),
        'requests.memory': bytes(requests.memory),
        'limits.memory': bytes(limits.memory),
        persistentvolumeclaims: '0',
        'services.loadbalancers': '0',
        'services.nodeports': '0',
      },
    },
  }
  const origin = 'Written by npm run capacity: the last row of this environment in docs/capacity.md.'
  return `# ${origin} Services keep nothing, and are reached by the Gateway only.\n${stringify(quota, { singleQuote: true })}`
}

// As the API server would write them, so that nothing ever differs.
function cores(cpu: number): string {
  const milli = Math.ceil(Number((cpu * 1000).toFixed(3)))
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`
}

function bytes(memory: number): string {
  const mebi = Math.ceil(memory / 2 ** 20)
  return mebi % 1024 === 0 ? `${mebi / 1024}Gi` : `${mebi}Mi`
}
