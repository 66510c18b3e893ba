/** The part of an Application's spec that says who sets the replicas. */
interface ReplicasInApplication {
  syncOptions: string[]
  ignoreDifferences: { group: string; kind: string; jqPathExpressions: string[] }[]
}

/** Holds for a Deployment whose replicas Argo CD still owns, because it applied them once. */
const ownedByArgocd =
  'any(.metadata.managedFields[]?; .manager == "argocd-controller" and .fieldsV1["f:spec"]["f:replicas"] != null)'

/**
 * Takes whether a service's merged definition has `autoscaling`, returns what its Application must carry so that the
 * autoscaler alone sets the replicas: from the commit on that adds autoscaling to a running service, and no longer than
 * to the one that removes it.
 *
 * The rendered Deployment then omits spec.replicas. A server-side apply takes away a field that its manager owned and no
 * longer sends, and Kubernetes puts its default of 1 there: three replicas become one. So while Argo CD owns the field,
 * it is to send the live value. As soon as the autoscaler has changed it once, Argo CD owns it no more, and must not send
 * it either: what it would send is the value at the comparison, a second old, and takes back what was scaled since.
 *
 * It must change in the same update of the Application as the revision does. An Application that follows a branch may see
 * the commit before its spec: then it must be told before autoscaling is added, and after autoscaling was removed.
 */
export function replicasInApplication({ autoscaled }: { autoscaled: boolean }): ReplicasInApplication {
  const path = `select(${ownedByArgocd}) | .spec.replicas`
  return {
    // Else what is ignored in a comparison is applied all the same.
    syncOptions: ['RespectIgnoreDifferences=true'],
    ignoreDifferences: autoscaled ? [{ group: 'apps', kind: 'Deployment', jqPathExpressions: [path] }] : [],
  }
}
