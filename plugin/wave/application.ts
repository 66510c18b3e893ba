import { createHash } from 'node:crypto'
import type { Cluster } from '../kinds/cluster.ts'
import type { Component, Wave } from '../kinds/wave.ts'
import type { KubernetesObject } from '../kind.ts'
import { replicasInApplication } from '../service/application.ts'
import type { Content } from './content.ts'

/** What of an Application's metadata the health script reads (plugin/install/health/application.lua). */
const domain = 'platform.septemcore.com'

/** Seconds that a change may take unless its component says otherwise: three replicas with 150 s each for their start. */
const deadlineSeconds = 600

/** A component that is a folder of the tree, or a chart; `autoscaled` says whether an autoscaler sets its replicas. */
export interface Placed {
  readonly name: string
  readonly component: Component
  /** The number of its sync wave. */
  readonly step: number
  readonly folder?: { readonly path: string; readonly content: Content; readonly autoscaled: boolean }
}

/** Takes a component with its place in the order, its wave, its cluster and the commit to stamp, returns its Application. */
export function application(
  placed: Placed,
  wave: Wave,
  { spec: cluster }: Cluster,
  revision: string,
): KubernetesObject {
  const { name, component, step, folder } = placed
  const { paused = false, retries = 5, ignoreDifferences = [] } = component
  const replicas = replicasInApplication({ autoscaled: folder?.autoscaled ?? false })
  const ignored = [...replicas.ignoreDifferences, ...ignoreDifferences]
  const destination = {
    server: cluster.server ?? 'https://kubernetes.default.svc',
    namespace: component.namespace ?? wave.spec.namespace,
  }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: 'argocd',
      labels: { [`${domain}/wave`]: wave.metadata.name },
      annotations: {
        'argocd.argoproj.io/sync-wave': String(step),
        ...(folder && {
          'argocd.argoproj.io/manifest-generate-paths': folder.content.folders.map((path) => `/${path}`).join(';'),
        }),
        // By it the root tells its own stamp from another, and what is done from what is not (clusters/*/root.yaml).
        [`${domain}/stamp`]: component.chart?.version ?? revision,
        [`${domain}/deadline-seconds`]: String(component.deadlineSeconds ?? deadlineSeconds),
        ...(paused && { [`${domain}/paused`]: 'true' }),
      },
      // When it leaves git, its objects go with it, but for those that say Delete=false.
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
    },
    spec: {
      project: wave.metadata.name,
      source: sourceOf(placed, cluster, revision, { destination, ignored }),
      destination,
      syncPolicy: {
        ...(paused ? {} : { automated: { prune: true, selfHeal: true } }),
        syncOptions: [
          // A chart has a namespace to itself, which it does not bring.
          ...(folder ? [] : ['CreateNamespace=true']),
          'FailOnSharedResource=true',
          'ServerSideApply=true',
          ...replicas.syncOptions,
        ],
        // A retry keeps the source it began with, so no fix gets in before the last: after two minutes and a quarter.
        retry: { limit: retries, backoff: { duration: '5s', factor: 2, maxDuration: '1m' } },
      },
      // Argo CD drops an empty list and would then see a difference.
      ...(ignored.length > 0 && { ignoreDifferences: ignored }),
    },
  }
}

/** The source of a component; `beside` is what of its Application changes the objects too. */
function sourceOf({ component, folder }: Placed, cluster: Cluster['spec'], revision: string, beside: object): object {
  if (!folder) {
    const { repository, name: chart, version, values } = component.chart!
    return { repoURL: repository, chart, targetRevision: version, ...(values && { helm: { valuesObject: values } }) }
  }
  return {
    repoURL: cluster.repository,
    targetRevision: revision,
    path: folder.path,
    plugin: {
      name: 'platform-kernel',
      // Neither is read by the plugin: Argo CD keeps rendered manifests by the source they are of.
      env: [
        { name: 'CONTENT', value: hashOf([folder.content.hash, beside]) },
        { name: 'PLUGIN', value: cluster.plugin },
      ],
    },
  }
}

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
