import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { environments } from '../../scripts/environments.ts'
import { root, runPlugin } from '../plugin.ts'
import { committedTree, namespace, pluginFolder } from './platform.ts'
import type { Json } from './rig/api.ts'
import type { Argocd } from './rig/argocd.ts'
import { type Rig, startRig } from './rig/rig.ts'
import { isReady } from './rig/ready.ts'

const strict = ['--server-side', '--validate=strict', '--warnings-as-errors', '-f', '-']
const digest = `@sha256:${'a'.repeat(64)}`

describe.each(environments)('the foundation of %s', (environment) => {
  let rig: Rig
  let foundation: Json[]
  let services: Json[]

  beforeAll(async () => {
    foundation = await rendered(`overlays/${environment}/infra/foundation`)
    services = await rendered(`overlays/${environment}/services`)
    const controllerManager = ['--horizontal-pod-autoscaler-sync-period=2s']
    // A pod that was told to end takes longer than its successor to come: both count.
    const lifecycle = { readyAfter: 200, endAfter: 15_000 }
    rig = await startRig({ nodes: { stateless: 6, stateful: 1 }, controllerManager, lifecycle })
  })
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(rig?.tails())
  })
  afterAll(() => rig?.stop())

  const apply = (objects: Json[]) => rig.kubectl(['apply', ...strict], texts(objects))

  /** What the server says to a pod, without keeping it. */
  const tried = (object: Json, space = namespace): Promise<string> =>
    rig.api.create(`/api/v1/namespaces/${space}/pods?dryRun=All`, object).then(
      () => 'admitted',
      (error: Error) => error.message,
    )

  const refusals = async (): Promise<string[]> =>
    (await rig.api.get(`/api/v1/namespaces/${namespace}/events?fieldSelector=reason%3DFailedCreate`)).items
      .map(({ message }: Json) => message)
      // kubectl creates in the order of the text, a Deployment before its account: Argo CD has an order of its own. And of
      // many pods that count themselves at once one may come too late, which is tried again.
      .filter((message: string) => !/serviceaccount ".*" not found$|Operation cannot be fulfilled on/.test(message))

  const podsOf = async (name: string): Promise<Json[]> => {
    const labels = encodeURIComponent(`app.kubernetes.io/name=${name}`)
    return (await rig.api.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=${labels}`)).items
  }

  const quota = async (): Promise<Json> =>
    (await rig.api.get(`/api/v1/namespaces/${namespace}/resourcequotas/services`)).status

  test('is accepted, every field known, without a warning', async () => {
    // As Argo CD does it: namespaces before what is in them.
    await apply(foundation.filter(({ kind }) => kind === 'Namespace'))
    const said = await apply(foundation)
    expect(said.trim().split('\n')).toHaveLength(foundation.length)
    await rig.until('the namespace has its service account', () =>
      rig.api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
    )
    const policy = await rig.until('the policy is checked for types', async () => {
      const found = await rig.api.get('/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/platform-pods')
      return found.status?.observedGeneration === found.metadata.generation && found
    })
    expect(policy.status.typeChecking?.expressionWarnings).toBeUndefined()
  })

  test('is changed by no second apply, and then kubectl diff is empty', async () => {
    const stored = async () => JSON.parse(await rig.kubectl(['get', '-o=json', '-f', '-'], texts(foundation))).items
    const before = (await stored()).map(declared)
    await apply(foundation)
    expect((await stored()).map(declared)).toEqual(before)
    expect(before).toHaveLength(foundation.length)
    expect(await rig.kubectl(['diff', '--server-side', '-f', '-'], texts(foundation))).toBe('')
  })

  test('lets all services in, and they get all their pods', async () => {
    await rig.until('the policy holds', async () => (await tried(spoilt(() => {}))) === 'admitted')
    await apply(services)
    for (const { metadata, spec } of services.filter(({ kind }) => kind === 'Deployment')) {
      const autoscaler = services.find(
        (it) => it.kind === 'HorizontalPodAutoscaler' && it.metadata.name === metadata.name,
      )
      const wanted: number = autoscaler?.spec.minReplicas ?? spec.replicas
      await rig.until(
        `${metadata.name} has ${wanted} ready pods`,
        async () => (await podsOf(metadata.name)).filter(isReady).length === wanted,
        60_000,
      )
    }
    expect(await refusals()).toEqual([])
    const [pod] = await podsOf('iam')
    expect(pod.spec).toMatchObject({ priorityClassName: 'platform-services', priority: 100_000 })
  })

  /** A pod as the services have theirs, changed. */
  const spoilt = (change: (spec: Json, metadata: Json) => void): Json => {
    const { metadata, spec } = structuredClone(services.find(({ kind }) => kind === 'Deployment')).spec.template
    // Its account comes with the service.
    spec.serviceAccountName = 'default'
    change(spec, metadata)
    return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'tried' }, spec }
  }

  const proxy = (image: string) => (spec: Json) =>
    (spec.initContainers = [...(spec.initContainers ?? []), injectedProxy(image)])
  const placed =
    (...terms: Json[]) =>
    (spec: Json) => {
      delete spec.nodeSelector
      const nodeSelectorTerms = terms.map((it) => ({ matchExpressions: [it] }))
      spec.affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } }
    }
  const stateful = { key: 'node-type', operator: 'In', values: ['stateful'] }
  const ours = 'ghcr.io/septemcore/platform-kernel/iam'
  const image = (name: string) => (spec: Json) => (spec.containers[0].image = name)

  test.each<[string, (spec: Json, metadata: Json) => void]>([
    ['as the services are', () => {}],
    ['by git SHA', image(`${ours}:${'4f'.repeat(20)}`)],
    ['by git SHA and digest', image(`${ours}:${'4f'.repeat(20)}${digest}`)],
    ['by digest', image(`${ours}${digest}`)],
    ['of another, by version and digest', image(`hashicorp/vault:1.19${digest}`)],
    ['of another, by digest', image(`postgres${digest}`)],
    ['with the proxy of the mesh', proxy('docker.io/istio/proxyv2:1.29.2')],
    ['with that proxy by digest', proxy(`docker.io/istio/proxyv2:1.29.2${digest}`)],
    ['with that proxy from its next home', proxy('registry.istio.io/release/proxyv2:1.29.2')],
    ['placed by affinity', placed(stateful)],
    ['placed on either', placed(stateful, { ...stateful, values: ['stateless'] })],
    ['of a higher class', (spec) => (spec.priorityClassName = 'platform-stateful')],
    ['that runs to its end', (spec) => (spec.restartPolicy = 'Never')],
  ])('admits a pod %s', async (_, change) => {
    expect(await tried(spoilt(change))).toBe('admitted')
  })

  const unadmitted = /denied request: images .*: pin ours by git SHA/
  const unasking = /denied request: containers .* request no cpu or no memory/
  const unplaced = /denied request: no type of node is named/
  test.each<[string, RegExp, (spec: Json, metadata: Json) => void]>([
    ['with a moving tag', unadmitted, image(`${ours}:latest`)],
    ['without a tag', unadmitted, image(ours)],
    ['with half a SHA', unadmitted, image(`${ours}:4f1c0de5ba11`)],
    ['from a folder below ours', unadmitted, image(`ghcr.io/septemcore/platform-kernel/x/iam:${'4f'.repeat(20)}`)],
    ['from a registry that is not listed', unadmitted, image(`ghcr.io/somebody/iam:${'4f'.repeat(20)}${digest}`)],
    ['whose name begins like one that is', unadmitted, image(`hashicorp/vault-enterprise:1.19${digest}`)],
    ['of another without a digest', unadmitted, image('hashicorp/vault:1.19')],
    ['with a digest that is none', unadmitted, image('hashicorp/vault:1.19@sha256:abc')],
    ['with a proxy of another version', unadmitted, proxy('docker.io/istio/proxyv2:1.29.1')],
    ['with a proxy from elsewhere', unadmitted, proxy('docker.io/somebody/proxyv2:1.29.2')],
    [
      'that states neither requests nor limits',
      /maximum cpu usage per Pod is 3500m. +No limit is specified/,
      (spec) => delete spec.containers[0].resources,
    ],
    // A request that a pod does not state is its limit.
    ['that requests nothing', unasking, (spec) => (spec.containers[0].resources.requests = { cpu: '0', memory: '0' })],
    [
      'that requests no memory',
      unasking,
      (spec) => (spec.containers[0].resources.requests = { cpu: '0', memory: '1Mi' }),
    ],
    [
      'whose sidecar requests no cpu',
      unasking,
      (spec) => {
        proxy('docker.io/istio/proxyv2:1.29.2')(spec)
        spec.initContainers.at(-1).resources.requests.cpu = '0'
      },
    ],
    ['that names no node type', unplaced, (spec) => delete spec.nodeSelector],
    ['that names another node type', unplaced, (spec) => (spec.nodeSelector['node-type'] = 'gpu')],
    ['that may go elsewhere too', unplaced, placed(stateful, { key: 'zone', operator: 'In', values: ['a'] })],
    ['that goes anywhere but', unplaced, placed({ ...stateful, operator: 'NotIn' })],
    [
      'that is privileged',
      /violates PodSecurity "restricted:v1.36"/,
      (spec) => (spec.containers[0].securityContext = { privileged: true }),
    ],
    [
      'larger than a node',
      /maximum memory usage per Pod is 14Gi/,
      (spec) => (spec.containers[0].resources.limits.memory = '15Gi'),
    ],
    ['of an unknown class', /no PriorityClass with name/, (spec) => (spec.priorityClassName = 'urgent')],
  ])('refuses a pod %s', async (_, fact, change) => {
    expect(await tried(spoilt(change))).toMatch(fact)
  })

  const workloads: Record<string, (template: Json) => Json> = {
    Deployment: (template) => ({ selector: { matchLabels: template.metadata.labels }, template }),
    StatefulSet: (template) => ({
      serviceName: 'tried',
      selector: { matchLabels: template.metadata.labels },
      template,
    }),
    DaemonSet: (template) => ({ selector: { matchLabels: template.metadata.labels }, template }),
    Job: (template) => ({ template }),
    CronJob: (template) => ({ schedule: '@daily', jobTemplate: { spec: { template } } }),
  }
  test.each(Object.keys(workloads))('says so of a %s already, before there is a pod', async (kind) => {
    const apiVersion = kind.endsWith('Job') ? 'batch/v1' : 'apps/v1'
    const path = `/apis/${apiVersion}/namespaces/${namespace}/${kind.toLowerCase()}s?dryRun=All`
    const said = (change: (spec: Json) => void) => {
      const { metadata, spec } = spoilt(change)
      const template = { metadata: { labels: metadata.labels }, spec }
      if (kind.endsWith('Job')) spec.restartPolicy = 'Never'
      const object = { apiVersion, kind, metadata: { name: 'tried' }, spec: workloads[kind]!(template) }
      return rig.api.create(path, object).then(
        () => 'admitted',
        (error: Error) => error.message,
      )
    }
    expect(await said(() => {})).toBe('admitted')
    expect(await said(image(`${ours}:latest`))).toMatch(unadmitted)
    expect(await said((spec) => delete spec.containers[0].resources.requests)).toMatch(unasking)
    expect(await said((spec) => delete spec.nodeSelector)).toMatch(unplaced)
  })

  test('lets a person debug a pod, but not as root of the node', async () => {
    const [pod] = await podsOf('iam')
    const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/ephemeralcontainers`
    const debugger_ = (name: string, securityContext: Json) => ({
      spec: { ephemeralContainers: [{ name, image: 'busybox:1.37', stdin: true, securityContext }] },
    })
    await expect(rig.api.merge(path, debugger_('root', { privileged: true }))).rejects.toThrow(/violates PodSecurity/)
    await rig.api.merge(path, debugger_('debug', injectedProxy('').securityContext))
    // And the pod can still be changed.
    await rig.api.merge(path.replace(/.ephemeralcontainers$/, ''), { metadata: { labels: { debugged: 'true' } } })
  })

  test('lets a pod of before be labelled and ended, but run nothing new', async () => {
    const pods = '/api/v1/namespaces/before/pods'
    await rig.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'before' } })
    const old = spoilt(image('busybox:latest'))
    old.metadata.finalizers = ['example.com/held']
    await rig.until('the namespace takes it', () => rig.api.create(pods, old))
    const labels = { 'platform.septemcore.com/pod-admission': 'enforced' }
    await rig.api.merge('/api/v1/namespaces/before', { metadata: { labels } })
    await rig.until('the policy holds there', async () =>
      unadmitted.test(await tried({ ...old, metadata: { name: 'new' } }, 'before')),
    )
    await rig.api.merge(`${pods}/tried`, { metadata: { labels: { seen: 'true' } } })
    const { spec } = await rig.api.get(`${pods}/tried`)
    const containers = [{ ...spec.containers[0], image: 'busybox:1' }]
    await expect(rig.api.merge(`${pods}/tried`, { spec: { containers } })).rejects.toThrow(unadmitted)
    await rig.api.merge(`${pods}/tried`, { metadata: { finalizers: null } })
  })

  test('holds what is outside of its namespaces to nothing', async () => {
    expect(await tried(spoilt(image('busybox')), 'default')).toBe('admitted')
    expect(
      await tried(
        spoilt((spec) => delete spec.nodeSelector),
        'istio-system',
      ),
    ).toBe('admitted')
    const privileged = spoilt((spec) => (spec.containers[0].securityContext = { privileged: true }))
    expect(await tried(privileged, 'istio-system')).toBe('admitted')
  })

  test('has a quota that is just enough for every service to roll out while it still ends pods of before', async () => {
    const deployments = services.filter(({ kind }) => kind === 'Deployment').map((it) => structuredClone(it))
    // What the quota counts and the rig does not inject.
    for (const { spec } of deployments) proxy('docker.io/istio/proxyv2:1.29.2')(spec.template.spec)
    const rolled = async (round: string) => {
      for (const { spec } of deployments) spec.template.metadata.labels['app.kubernetes.io/version'] = round
      await apply(deployments)
      let most = 0
      await rig.until(
        `round ${round} is out`,
        async () => {
          const used = Number((await quota()).used.pods)
          most = Math.max(most, used)
          const { items } = await rig.api.get(`/apis/apps/v1/namespaces/${namespace}/deployments`)
          return items.every(
            ({ metadata, spec, status }: Json) =>
              status.observedGeneration === metadata.generation &&
              status.updatedReplicas === spec.replicas &&
              status.availableReplicas === spec.replicas &&
              status.replicas === spec.replicas,
          )
        },
        110_000,
      )
      return most
    }
    await rolled('first')
    const most = await rolled('second')
    const { hard } = await quota()
    expect(most).toBeLessThanOrEqual(Number(hard.pods))
    // More than replicas and one each: those that end count.
    const replicas = (await rig.api.get(`/apis/apps/v1/namespaces/${namespace}/deployments`)).items.map(
      ({ spec }: Json) => spec.replicas as number,
    )
    const wanted = replicas.reduce((a: number, b: number) => a + b)
    expect(most).toBeGreaterThan(wanted + replicas.length)
    expect(await refusals()).toEqual([])
  }, 240_000)

  test('and no more: what is scaled beyond it gets no pods', async () => {
    const { hard } = await quota()
    await rig.api.merge(`/apis/apps/v1/namespaces/${namespace}/deployments/audit/scale`, {
      spec: { replicas: Number(hard.pods) },
    })
    await rig.until('a pod is refused', async () =>
      (await refusals()).some((message) => /exceeded quota: services/.test(message)),
    )
    // Not «at most the quota»: its controller counts what it has seen, and lets a few more in when it is late.
    expect((await podsOf('audit')).length).toBeLessThan(Number(hard.pods))
  })
})

describe('under Argo CD, on a cluster that has nothing', () => {
  let rig: Rig
  let argocd: Argocd
  const kinds = ['PriorityClass', 'StorageClass', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']
  const existing = async (objects: Json[]): Promise<string[]> => {
    const names = await rig.kubectl(['get', '--ignore-not-found', '-o=name', '-f', '-'], texts(objects))
    return names.trim().split('\n').filter(Boolean)
  }

  beforeAll(async () => {
    rig = await startRig({ nodes: { stateless: 1, stateful: 0 } })
    const repository = await rig.repository('platform')
    const revision = await repository.commit(committedTree(['apps', 'base', 'clusters/dev', 'overlays']))
    argocd = await rig.argocd({ plugin: await pluginFolder(rig.folder) })
    // The project that stands in the tree, and the Application that the tree becomes.
    const here = (text: string) => text.replaceAll(/https:\/\/github\.com\/septemcore\/[a-z-]+\.git/g, repository.url)
    await rig.kubectl(
      ['apply', '--server-side', '--force-conflicts', '-f', '-'],
      here(readFileSync(path.join(root, 'apps/project.yaml'), 'utf8')),
    )
    const applications = await rendered('clusters/dev', { ARGOCD_APP_REVISION: revision })
    const { metadata, spec } = applications.find((it) => it.metadata.name === 'foundation')!
    await argocd.application('foundation', JSON.parse(here(JSON.stringify(spec))), { finalizers: metadata.finalizers })
  }, 240_000)
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(rig?.tails())
  })
  afterAll(() => rig?.stop())

  test('all of it comes to be within its project, and there is nothing left to sync', async () => {
    const { status } = await argocd.healthy('foundation')
    expect(status.conditions).toBeUndefined()
    const foundation = await rendered('overlays/dev/infra/foundation')
    expect(await existing(foundation)).toHaveLength(foundation.length)
  })

  test('its end takes no namespace along', async () => {
    await rig.api.create('/api/v1/namespaces/platform-infra/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'data' },
    })
    await rig.api.remove('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/foundation')
    await rig.until('the Application is gone', async () => (await argocd.get('foundation')) === undefined)
    const foundation = await rendered('overlays/dev/infra/foundation')
    const namespaces = foundation.filter(({ kind }) => kind === 'Namespace')
    expect(await existing(namespaces)).toHaveLength(4)
    for (const { metadata } of namespaces)
      expect((await rig.api.get(`/api/v1/namespaces/${metadata.name}`)).metadata.deletionTimestamp).toBeUndefined()
    await rig.api.get('/api/v1/namespaces/platform-infra/configmaps/data')
    expect(await existing(foundation.filter(({ kind }) => kinds.includes(kind)))).toEqual([])
  })
})

/** As Istio's template for a native sidecar makes it, as far as admission looks at it. */
const injectedProxy = (image: string): Json => ({
  name: 'istio-proxy',
  image,
  restartPolicy: 'Always',
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '2', memory: '1Gi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsGroup: 1337,
    runAsNonRoot: true,
    runAsUser: 1337,
  },
})

/** What was asked for of an object, as text: all but its status and the server's own bookkeeping. */
function declared({ status: _, metadata, ...rest }: Json): string {
  const { managedFields: __, resourceVersion: ___, ...asked } = metadata
  return JSON.stringify({ ...rest, asked })
}

async function rendered(folder: string, env: NodeJS.ProcessEnv = {}): Promise<Json[]> {
  const { code, stdout, stderr } = await runPlugin(folder, env)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return parseAllDocuments(stdout, { version: '1.1' }).map((document) => document.toJS() as Json)
}

const texts = (objects: Json[]): string =>
  objects.map((object) => `---\n${stringify(object, { version: '1.1' })}`).join('')
