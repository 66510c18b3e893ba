import type { Finding } from '../../plugin/finding.ts'
import type { Cluster } from '../edge/cluster.ts'

/** A part of what is applied, of each sort that may be forbidden for itself. */
const needed: readonly (readonly [verb: string, group: string, resource: string, namespace?: string])[] = [
  ['patch', '', 'namespaces'],
  ['patch', 'apiextensions.k8s.io', 'customresourcedefinitions'],
  // The application controller's role allows everything: only who may everything, or may escalate, may give that.
  ['escalate', 'rbac.authorization.k8s.io', 'clusterroles'],
  ['bind', 'rbac.authorization.k8s.io', 'clusterroles'],
  ['patch', 'apps', 'deployments', 'argocd'],
  ['patch', '', 'configmaps', 'argocd'],
  ['patch', 'argoproj.io', 'applications', 'argocd'],
  ['patch', 'argoproj.io', 'appprojects', 'argocd'],
]

/** Takes a cluster, returns what its person may not do and has to. */
export async function missingRights(cluster: Cluster, at: Finding['at']): Promise<Finding[]> {
  const answers = await Promise.all(
    needed.map(async ([verb, group, resource, namespace]) => {
      const review = await cluster.create('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb, group, resource, ...(namespace && { namespace }) } },
      })
      return review?.status?.allowed === true ? [] : [`${verb} ${resource}${group && `.${group}`}`]
    }),
  )
  const missing = answers.flat()
  if (missing.length === 0) return []
  return [
    { at, fact: `you may not ${missing.join(', ')}`, remedy: 'ask for the ClusterRole cluster-admin, for this once' },
  ]
}
