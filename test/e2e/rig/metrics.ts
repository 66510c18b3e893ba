import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from './api.ts'
import type { ApiServer } from './api-server.ts'
import type { Context } from './context.ts'
import type { Selection } from './lifecycle.ts'
import { selectedPods } from './pods.ts'

/** Where kwok answers what a kubelet answers about its pods' use. */
export interface Kubelet {
  address: string
  port: number
}

const cpu = 'rig/usage-cpu'
const memory = 'rig/usage-memory'

/** Gives the flags by which kwok serves its pods' use at this place, as their annotations say it. */
export function usageFlags({ built, folder }: Context, kubelet: Kubelet): string[] {
  const path = join(folder, 'usage.json')
  const usage = (annotation: string, otherwise: string) => ({
    expression: `"${annotation}" in pod.metadata.annotations ? Quantity(pod.metadata.annotations["${annotation}"]) : Quantity("${otherwise}")`,
  })
  const byAnnotation = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterResourceUsage',
    metadata: { name: 'by-annotation' },
    spec: { usages: [{ usage: { cpu: usage(cpu, '1m'), memory: usage(memory, '1Mi') } }] },
  }
  const objects = [...(JSON.parse(readFileSync(built.manifests['kwok-metrics'], 'utf8')) as Json[]), byAnnotation]
  writeFileSync(path, objects.map((object) => JSON.stringify(object)).join('\n---\n'))
  return [`--config=${path}`, `--server-address=${kubelet.address}:${kubelet.port}`]
}

/** Starts metrics-server, which asks kwok, and waits until the API server serves metrics.k8s.io from it. */
export async function startMetricsServer(context: Context, { api, kubeconfig }: ApiServer): Promise<void> {
  const { servers, built, loopback, folder } = context
  const port = await loopback.freePort()
  const config = kubeconfig('admin')
  servers.start('metrics-server', built.binaries['metrics-server'], [
    `--bind-address=${loopback.address}`,
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'metrics-server')}`,
    `--kubeconfig=${config}`,
    `--authentication-kubeconfig=${config}`,
    `--authorization-kubeconfig=${config}`,
    '--kubelet-insecure-tls',
    '--kubelet-use-node-status-port',
    '--kubelet-preferred-address-types=ExternalIP',
    // The least it takes.
    '--metric-resolution=10s',
    '--kubelet-request-timeout=5s',
  ])
  await allowAnonymous(api)
  const service = { name: 'metrics-server', namespace: 'kube-system' }
  await api.create('/api/v1/namespaces/kube-system/services', {
    metadata: service,
    spec: { type: 'ExternalName', externalName: loopback.address },
  })
  await api.create('/apis/apiregistration.k8s.io/v1/apiservices', {
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { ...service, port },
      insecureSkipTLSVerify: true,
    },
  })
  await servers.until('metrics.k8s.io is served', () => api.get('/apis/metrics.k8s.io/v1beta1'))
}

/** Says what each container of these pods uses from now on; a pod that comes later uses next to nothing. */
export async function setUsage(
  { api }: ApiServer,
  pods: Selection,
  usage: { cpu?: string; memory?: string },
): Promise<void> {
  const annotations = { ...(usage.cpu && { [cpu]: usage.cpu }), ...(usage.memory && { [memory]: usage.memory }) }
  const selected = await selectedPods(api, pods)
  await Promise.all(selected.map((path) => api.merge(path, { metadata: { annotations } })))
}

// Without a front-proxy certificate, the API server's proxied requests have no user.
async function allowAnonymous(api: ApiServer['api']): Promise<void> {
  const metadata = { name: 'rig:metrics-reader' }
  await api.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata,
    rules: [
      { apiGroups: ['metrics.k8s.io'], resources: ['*'], verbs: ['get', 'list'] },
      { nonResourceURLs: ['/apis/metrics.k8s.io/*', '/openapi/*'], verbs: ['get'] },
    ],
  })
  await api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:anonymous' }],
  })
}
