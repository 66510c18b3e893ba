import { namespace, type Platform } from './platform.ts'
import type { Json } from './rig/api.ts'
import type { Rig } from './rig/rig.ts'

/** The API path of a namespaced object of the services. */
export const paths = {
  deployment: (name: string) => `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
  service: (name: string) => `/api/v1/namespaces/${namespace}/services/${name}`,
  pods: (service: string) => `/api/v1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io%2Fname%3D${service}`,
} as const

/** Takes a service, gives its pods that are not on their way out. */
export async function podsOf(rig: Rig, service: string): Promise<Json[]> {
  const { items } = await rig.api.get(paths.pods(service))
  return items.filter((pod: Json) => !pod.metadata.deletionTimestamp)
}

/** Takes a pod or a Deployment's template, gives the version it runs. */
export const versionOf = ({ metadata }: Json): string => metadata.labels['app.kubernetes.io/version']

/** Waits until all pods of the service run this version, as many as its Deployment wants, and all are available. */
export async function rolledOut(rig: Rig, service: string, version: string, milliseconds = 90_000): Promise<void> {
  await rig.until(
    `${service} is rolled out to ${version}`,
    async () => {
      const { metadata, spec, status } = await rig.api.get(paths.deployment(service))
      const pods = await podsOf(rig, service)
      return (
        status.observedGeneration === metadata.generation &&
        versionOf(spec.template) === version &&
        status.updatedReplicas === spec.replicas &&
        status.availableReplicas === spec.replicas &&
        status.replicas === spec.replicas &&
        pods.length === spec.replicas &&
        pods.every((pod) => versionOf(pod) === version)
      )
    },
    milliseconds,
  )
}

/** Has Argo CD compare the service with git anew, past its cache, and waits until it has. */
export async function compared({ rig, argocd }: Platform, service: string): Promise<void> {
  await argocd.refresh(service, 'hard')
  await rig.until(`${service} is compared`, async () => {
    const { metadata } = await argocd.get(service)
    return !metadata.annotations?.['argocd.argoproj.io/refresh']
  })
}
