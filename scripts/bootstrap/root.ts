/** Where the API server has the Applications, and their root. */
export const applicationsPath = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications'
export const rootPath = `${applicationsPath}/root`

/** The manager of fields under which Argo CD applies what its Applications are made of. */
export const argocdManager = 'argocd-controller'

interface Tracked {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> }
}

const tracking = 'argocd.argoproj.io/tracking-id'

/**
 * Takes an object of the root's render and what the cluster has of it, returns it as the root would apply it. Applied under
 * Argo CD's own manager, the root finds nothing left behind of it when it applies the next.
 */
export function asTheRoot<T extends Tracked>(object: T, live: Tracked | undefined): T {
  const id = live?.metadata.annotations?.[tracking]
  if (id === undefined) return object
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [tracking]: id } },
  }
}
