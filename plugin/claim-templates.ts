import type { KubernetesObject } from './kind.ts'

interface ClaimTemplate {
  readonly spec?: object
}

/**
 * Takes a finished object, returns it; a StatefulSet with what the API server would put into its volumeClaimTemplates. Nobody
 * can own part of that list (Kubernetes, `+listType=atomic`), so that Argo CD would see a difference for ever.
 */
export function withClaimDefaults(object: KubernetesObject): KubernetesObject {
  const { volumeClaimTemplates: claims, ...spec } = (object.spec ?? {}) as {
    volumeClaimTemplates?: readonly ClaimTemplate[]
  }
  if (object.kind !== 'StatefulSet' || !Array.isArray(claims)) return object
  const completed = (claims as readonly ClaimTemplate[]).map((claim) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...claim,
    spec: { volumeMode: 'Filesystem', ...claim.spec },
    status: { phase: 'Pending' },
  }))
  return { ...object, spec: { ...spec, volumeClaimTemplates: completed } }
}
