import type { Deployment } from 'kubernetes-types/apps/v1.js'
import type { Container, EnvVar, Probe, TopologySpreadConstraint, Volume } from 'kubernetes-types/core/v1.js'
import { parseImage } from '../image.ts'
import type { ServiceDefinition } from '../kinds/service-definition.ts'
import type { KubernetesObject } from '../kind.ts'
import { confined } from './confined.ts'
import { accountName, authority, commonLabels, selectorLabels, serviceObject } from './names.ts'
import { portsOf } from './ports.ts'
import { vaultProxyChecksum, vaultProxyContainer, vaultProxyVolumes } from './vault-proxy.ts'

/** What a service gets unless its definition says otherwise; seconds. */
export const defaults = {
  replicas: 3,
  terminationGracePeriodSeconds: 45,
  preStopSleepSeconds: 10,
  progressDeadlineSeconds: 300,
  tmpSizeLimit: '64Mi',
} as const

/** The user that every image runs as (deployment guide, «Docker Images»). */
const user = 10001

/** Above what names no class, below what keeps state (base/infra/foundation/priority-classes.yaml). */
const priorityClassName = 'platform-services'

/** A replica counts as available this long after it became ready, so that one that crashes soon stops a rollout. */
export const minReadySeconds = 10

/** 150 s: a service waits up to 120 s for Vault before it gives up (deployment facts, VAULT_INIT_TIMEOUT_SEC). */
const startup = { periodSeconds: 3, failureThreshold: 50 } as const

/** Takes a definition and its variables, returns the Deployment; its replicas are left to an autoscaler if there is one. */
export function deployment(definition: ServiceDefinition, env: EnvVar[]): KubernetesObject & Deployment {
  const { metadata, spec } = definition
  const version = { 'app.kubernetes.io/version': parseImage(spec.image).tag ?? '' }
  const { labels, annotations, ...object } = serviceObject(
    definition,
    'apps/v1',
    'Deployment',
    metadata.name,
    {},
  ).metadata
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...object,
      labels: { ...labels, ...version },
      annotations: { ...annotations, 'kubernetes.io/description': spec.description },
    },
    spec: {
      ...(!spec.autoscaling && { replicas: spec.replicas ?? defaults.replicas }),
      selector: { matchLabels: selectorLabels(definition) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      minReadySeconds,
      progressDeadlineSeconds: spec.progressDeadlineSeconds ?? defaults.progressDeadlineSeconds,
      revisionHistoryLimit: 3,
      template: {
        metadata: {
          labels: { ...commonLabels(definition), ...version },
          ...((annotations || spec.vault) && {
            annotations: { ...annotations, ...(spec.vault && vaultProxyChecksum(definition)) },
          }),
        },
        spec: {
          serviceAccountName: accountName(metadata.name),
          priorityClassName,
          automountServiceAccountToken: false,
          // Else a Service named kafka would become KAFKA_PORT=tcp://… in every pod.
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: user,
            runAsGroup: user,
            fsGroup: user,
            fsGroupChangePolicy: 'OnRootMismatch',
            seccompProfile: { type: 'RuntimeDefault' },
          },
          nodeSelector: { 'kubernetes.io/arch': 'amd64', 'node-type': 'stateless' },
          topologySpreadConstraints: spread(definition),
          terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? defaults.terminationGracePeriodSeconds,
          ...(spec.vault && { initContainers: [vaultProxyContainer(definition)] }),
          containers: [app(definition, env)],
          volumes: volumes(definition),
        },
      },
    },
  }
}

function app(definition: ServiceDefinition, env: EnvVar[]): Container {
  const { metadata, spec } = definition
  const probe = (path: string, times: Probe): Probe => ({
    httpGet: { path, port: 'http' },
    timeoutSeconds: 3,
    ...times,
  })
  const live = spec.probes?.liveness ?? '/health/live'
  const ready = spec.probes?.readiness ?? '/health/ready'
  return {
    name: metadata.name,
    image: spec.image,
    ports: portsOf(spec).map(({ name, port }) => ({ name, containerPort: port })),
    env,
    resources: spec.resources,
    startupProbe: probe(live, startup),
    livenessProbe: probe(live, { periodSeconds: 10 }),
    readinessProbe: probe(ready, { periodSeconds: 5 }),
    lifecycle: { preStop: { sleep: { seconds: spec.preStopSleepSeconds ?? defaults.preStopSleepSeconds } } },
    securityContext: confined,
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      ...(spec.database ? [{ name: authority.secret, mountPath: authority.folder, readOnly: true }] : []),
    ],
  }
}

function volumes(definition: ServiceDefinition): Volume[] {
  const { spec } = definition
  const { secret, key } = authority
  const needsAuthority = spec.database !== undefined || spec.vault !== undefined
  return [
    { name: 'tmp', emptyDir: { sizeLimit: spec.tmpSizeLimit ?? defaults.tmpSizeLimit } },
    ...(needsAuthority ? [{ name: secret, secret: { secretName: secret, items: [{ key, path: key }] } }] : []),
    ...(spec.vault ? vaultProxyVolumes(definition) : []),
  ]
}

/** Spread over zones and nodes where possible: a wish, so that a full zone or node never holds back a rollout. */
function spread(definition: ServiceDefinition): TopologySpreadConstraint[] {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels(definition) },
    // Counts only the pods of one revision, else a rollout's old pods push the new ones together.
    matchLabelKeys: ['pod-template-hash'],
  }))
}
