import { stringify } from 'yaml'
import { committedTree } from '../platform.ts'

/** Files of a repository by their path. */
export type Tree = Record<string, string>

export const infra = 'platform-infra'
export const services = 'platform-services'

/** A test cannot wait for the ten minutes that a change may take, nor for five retries. */
const impatient = { deadlineSeconds: 15, retries: 1 }

/**
 * A small platform with something in every wave, made by the same code paths as the real one: infra is a ConfigMap, then a
 * StatefulSet and a Deployment, then a Job; mesh a Deployment; services are three definitions. A chart is replaced by the
 * cluster's own folder, since there is no Helm here.
 */
export function smallPlatform(repository: string, environment = 'dev'): Tree {
  const real = committedTree(['apps', 'base/shared', `clusters/${environment}`, `overlays/${environment}/shared`])
  const here = (text: string) => text.replaceAll(/https:\/\/github\.com\/septemcore\/[a-z-]+\.git/g, repository)
  const kept = Object.entries(real).filter(([file]) => !/^apps\/(infra|mesh|services)\.yaml$/.test(file))
  return {
    ...Object.fromEntries(kept.map(([file, text]) => [file, here(text)])),
    // Nothing of what services share but how they are pinned: no Vault is here.
    'base/shared/service-definition.yaml': stringify({
      ...kind('ServiceDefinition', 'every-service'),
      spec: { environment: { vault, stores: {} } },
    }),
    ...wave('infra', undefined, infra, {
      ground: { ...impatient },
      store: { after: ['ground'], ...impatient },
      queue: { after: ['ground'], ...impatient },
      setup: { after: ['store', 'queue'], ...impatient },
    }),
    ...wave('mesh', 'infra', services, {
      // Where there is Helm, this is one.
      proxy: {
        deadlineSeconds: 15,
        chart: { repository: 'https://charts.localhost', name: 'proxy', version: '1.0.0' },
      },
    }),
    ...wave('services', 'mesh', services, { one: impatient, two: impatient, three: impatient }),
    [`clusters/${environment}/kustomization.yaml`]: stringify({
      resources: ['../../apps', 'cluster.yaml'],
      patches: [{ path: 'wave.yaml' }],
    }),
    [`clusters/${environment}/wave.yaml`]: stringify({
      ...kind('Wave', 'mesh'),
      spec: { components: { proxy: { chart: null } } },
    }),
    ...component(environment, 'infra', 'ground', [configMap('ground', 'first')]),
    ...component(environment, 'infra', 'store', [statefulSet('store', 'first')]),
    ...component(environment, 'infra', 'queue', [deployment('queue', infra, 'first')]),
    ...component(environment, 'infra', 'setup', [job('setup', 'first')]),
    ...plain(`clusters/${environment}/mesh/proxy`, [deployment('proxy', services, 'first')]),
    ...['one', 'two', 'three'].reduce((files, name) => ({ ...files, ...service(environment, name, version(1)) }), {}),
    [`overlays/${environment}/services/kustomization.yaml`]: stringify({ resources: ['one', 'three', 'two'] }),
  }
}

const quick = stringify([
  { op: 'replace', path: '/spec/minReadySeconds', value: 0 },
  { op: 'replace', path: '/spec/progressDeadlineSeconds', value: 10 },
])

/** A git SHA to pin, by a number. */
export const version = (number: number): string => number.toString(16).padStart(40, 'a')

/** Takes a wave, returns its file. */
export function wave(name: string, after: string | undefined, namespace: string, components: object): Tree {
  return {
    [`apps/${name}.yaml`]: stringify({
      ...kind('Wave', name),
      spec: { ...(after && { after }), namespace, components },
    }),
  }
}

/** Takes a component of a wave and its objects, returns its overlay. */
export const component = (environment: string, wave: string, name: string, objects: object[]): Tree =>
  plain(`overlays/${environment}/${wave}/${name}`, objects)

function plain(folder: string, objects: object[]): Tree {
  return {
    [`${folder}/kustomization.yaml`]: stringify({ resources: ['objects.yaml'] }),
    [`${folder}/objects.yaml`]: objects.map((object) => stringify(object)).join('---\n'),
  }
}

/** Takes a service and its pin, returns its base and overlay. */
export function service(environment: string, name: string, sha: string, spec: object = {}): Tree {
  const image = `ghcr.io/septemcore/platform-kernel/${name}`
  return {
    [`base/services/${name}/kustomization.yaml`]: stringify({ resources: ['definition.yaml'] }),
    [`base/services/${name}/definition.yaml`]: stringify({
      ...kind('ServiceDefinition', name, services),
      spec: {
        description: `Serves as ${name}.`,
        image,
        resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '100m', memory: '64Mi' } },
        patches: { quick: { target: { kind: 'Deployment' }, patch: quick } },
        ...spec,
      },
    }),
    [`overlays/${environment}/services/${name}/kustomization.yaml`]: stringify({
      resources: [`../../../../base/services/${name}`],
      components: ['../../shared'],
      images: [{ name: image, newTag: sha }],
    }),
  }
}

const vault = { address: 'https://vault:8200', image: `vault:1@sha256:${'0'.repeat(64)}` }

const kind = (name: string, of: string, namespace?: string) => ({
  apiVersion: 'platform.septemcore.com/v1alpha1',
  kind: name,
  metadata: { name: of, ...(namespace && { namespace }) },
})

/** What of a pod says its version, which the test's lifecycles select by. */
const template = (name: string, text: string, restartPolicy?: string) => ({
  metadata: { labels: { app: name } },
  spec: {
    ...(restartPolicy && { restartPolicy }),
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name,
        image: `registry.localhost/${name}:${text}-1@sha256:${'0'.repeat(64)}`,
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
})

export const configMap = (name: string, text: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: infra },
  data: { text },
})

export const deployment = (name: string, namespace: string, text: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 2,
    progressDeadlineSeconds: 10,
    selector: { matchLabels: { app: name } },
    template: template(name, text),
  },
})

export const statefulSet = (name: string, text: string, namespace = infra): object => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, namespace },
  spec: { replicas: 2, serviceName: name, selector: { matchLabels: { app: name } }, template: template(name, text) },
})

export const job = (name: string, text: string, namespace = infra): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace },
  spec: { backoffLimit: 0, template: template(name, text, 'Never') },
})
