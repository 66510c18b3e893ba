import type { Finding } from '../../plugin/finding.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'
import type { Cluster, Json } from '../edge/cluster.ts'
import type { Plan } from './plan.ts'
import { rootPath } from './root.ts'
import type { Target } from './target.ts'

const controller = 'argocd-application-controller'

/** Takes a cluster, returns whether an Argo CD or a root that is not ours stands in the place of ours. */
export async function occupied(
  cluster: Cluster,
  { install }: Plan,
  { name, root }: Target,
  at: Finding['at'],
): Promise<{ findings: Finding[]; notes: string[] }> {
  const findings: Finding[] = []
  const notes: string[] = []
  const wanted = versionOf(install.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === controller))
  const labelled = `?labelSelector=app.kubernetes.io/name%3D${controller}`
  for (const { metadata, spec } of (await cluster.get(`/apis/apps/v1/statefulsets${labelled}`))?.items ?? []) {
    const found = versionOf({ metadata, spec })
    if (metadata.namespace !== 'argocd') {
      const fact = `an Argo CD runs in namespace ${metadata.namespace}, and two share the kinds that they are installed with`
      findings.push({ at, fact, remedy: 'remove it, or name another cluster' })
    } else if (minor(found) !== minor(wanted)) {
      const fact = `Argo CD ${found} runs there, and ${wanted} would replace it`
      findings.push({ at, fact, remedy: 'upgrade it one minor version at a time, as its upgrade notes say' })
    } else notes.push(`Argo CD ${found} runs there already; its settings become those of git`)
  }
  const there = await cluster.get(rootPath)
  if (
    there &&
    (there.spec.source.path !== root.spec.source.path || there.spec.source.repoURL !== root.spec.source.repoURL)
  )
    findings.push({
      at,
      fact: `its root is ${there.spec.source.path} of ${there.spec.source.repoURL}, not clusters/${name} of ${root.spec.source.repoURL}`,
      remedy: 'is it the right context? A root is replaced only after it was deleted',
    })
  return { findings, notes }
}

function versionOf(object: KubernetesObject | Json): string {
  const image: string = object?.spec?.template?.spec?.containers?.[0]?.image ?? ''
  return /:(v\d+\.\d+\.\d+)/.exec(image)?.[1] ?? 'of no known version'
}

const minor = (version: string): string => version.split('.').slice(0, 2).join('.')
