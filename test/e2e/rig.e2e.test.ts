import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { endAfterTests } from './end.ts'
import type { Json } from './rig/api.ts'
import type { Argocd } from './rig/argocd.ts'
import { processesOf } from './rig/process.ts'
import { startRig, type Rig } from './rig/rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
endAfterTests(() => rig)

describe('the control plane', () => {
  test('is Kubernetes 1.36.3', async () => {
    expect(await rig.api.get('/version')).toMatchObject({ gitVersion: 'v1.36.3', major: '1', minor: '36' })
    expect(JSON.parse(await rig.kubectl(['version', '-o', 'json'])).clientVersion.gitVersion).toBe('v1.36.3')
  })

  test('listens on its own loopback address', () => {
    expect(new URL(rig.config.getCurrentCluster()?.server ?? '').hostname).toBe(rig.address)
  })

  test.for([
    'applications.argoproj.io',
    'certificates.cert-manager.io',
    'authorizationpolicies.security.istio.io',
    'gateways.gateway.networking.k8s.io',
    'vaultdynamicsecrets.secrets.hashicorp.com',
  ])('serves %s', async (name) => {
    const crd = await rig.client.read({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name },
    })
    expect(crd).toMatchObject({ metadata: { name } })
    const { status } = await rig.api.get(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`)
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: 'Established', status: 'True' }))
  })

  test('refuses an unknown field of a Vault kind', async () => {
    const connection = { apiVersion: 'secrets.hashicorp.com/v1beta1', kind: 'VaultConnection', metadata: { name: 'v' } }
    const object = JSON.stringify({ ...connection, spec: { address: 'http://vault:8200', adress: 'x' } })
    await expect(rig.kubectl(['apply', '--server-side', '-f', '-'], object)).rejects.toThrow('.spec.adress: field not')
  })

  test('refuses a privileged pod where Pod Security says restricted', async () => {
    await namespace('restricted', { 'pod-security.kubernetes.io/enforce': 'restricted' })
    const pod = { metadata: { name: 'root' }, spec: { containers: [{ name: 'root', image: 'pause' }] } }
    await expect(rig.api.create('/api/v1/namespaces/restricted/pods', pod)).rejects.toThrow(/violates PodSecurity/)
  })
})

describe('pods', () => {
  beforeAll(() => namespace('pods'))
  afterEach(() => rig.stages([]))

  test.for(['stateless', 'stateful'])('of a Deployment become ready on %s nodes, one each', async (type) => {
    await rig.kubectl(['apply', '-f', '-'], deployment('pods', type, { nodeSelector: { 'node-type': type } }))
    await rig.kubectl(['-n', 'pods', 'rollout', 'status', `deployment/${type}`, '--timeout=30s'])
    const nodes = (await pods('pods', type)).map((pod) => pod.spec.nodeName)
    expect(nodes.toSorted()).toEqual([1, 2, 3].map((i) => `${type}-${i}`))
  })

  test('become ready after a delay', async () => {
    await rig.stages([{ pods: { labels: { app: 'slow' } }, readyAfter: 3000 }])
    await rig.kubectl(['apply', '-f', '-'], deployment('pods', 'slow'))
    await rig.kubectl(['-n', 'pods', 'rollout', 'status', 'deployment/slow', '--timeout=30s'])
    for (const pod of await pods('pods', 'slow')) expect(secondsToReady(pod)).toBeGreaterThanOrEqual(2)
  })

  test('never become ready by their image, and the old ones stay', async () => {
    await rig.kubectl(['apply', '-f', '-'], deployment('pods', 'bumped'))
    await rig.kubectl(['-n', 'pods', 'rollout', 'status', 'deployment/bumped', '--timeout=30s'])
    await rig.stages([{ pods: { image: 'pause:broken' }, readyAfter: 'never' }])
    await rig.kubectl(['-n', 'pods', 'set', 'image', 'deployment/bumped', 'pause=pause:broken'])
    const broken = await rig.until('a broken pod runs', async () =>
      (await pods('pods', 'bumped')).find((pod) => image(pod) === 'pause:broken' && pod.status.startTime),
    )
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const after = await pods('pods', 'bumped')
    expect(after.filter(isReady).map(image)).toEqual(['pause:1', 'pause:1', 'pause:1'])
    expect(after.find((pod) => pod.metadata.name === broken.metadata.name)).toMatchObject({
      status: { phase: 'Running', containerStatuses: [{ ready: false, restartCount: 0 }] },
    })

    await rig.stages([])
    await rig.kubectl(['-n', 'pods', 'rollout', 'status', 'deployment/bumped', '--timeout=30s'])
  })

  test('crash and are started again, also those that ran before', async () => {
    await rig.kubectl(['apply', '-f', '-'], deployment('pods', 'crashing'))
    await rig.kubectl(['-n', 'pods', 'rollout', 'status', 'deployment/crashing', '--timeout=30s'])
    await rig.stages([{ pods: { labels: { app: 'crashing' } }, crashAfter: 300, restartAfter: 300 }])
    await rig.until('each pod has crashed twice', async () =>
      (await pods('pods', 'crashing')).every((pod) => pod.status.containerStatuses[0].restartCount >= 2),
    )
    await rig.stages([])
    await rig.kubectl(['-n', 'pods', 'rollout', 'status', 'deployment/crashing', '--timeout=30s'])
  })

  test('end slowly', async () => {
    await rig.kubectl(['apply', '-f', '-'], deployment('pods', 'ending'))
    await rig.kubectl(['-n', 'pods', 'rollout', 'status', 'deployment/ending', '--timeout=30s'])
    await rig.stages([{ pods: { labels: { app: 'ending' } }, endAfter: 3000 }])
    const started = performance.now()
    await rig.kubectl(['-n', 'pods', 'delete', 'deployment', 'ending'])
    await rig.until('the pods are gone', async () => !(await pods('pods', 'ending')).length)
    expect(performance.now() - started).toBeGreaterThan(2500)
  })

  test('of a Job complete', async () => {
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'once', image: 'pause:1' }] } }
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, spec: { template } }
    await rig.api.create('/apis/batch/v1/namespaces/pods/jobs', job)
    await rig.kubectl(['-n', 'pods', 'wait', '--for=condition=Complete', 'job/once', '--timeout=30s'])
  })

  test('of a StatefulSet become ready with their volumes', async () => {
    const labels = { app: 'store' }
    const volume = {
      metadata: { name: 'data' },
      spec: { storageClassName: 'any', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }
    const containers = [{ name: 'store', image: 'pause:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] }]
    await rig.api.create('/apis/apps/v1/namespaces/pods/statefulsets', {
      metadata: { name: 'store' },
      spec: {
        replicas: 3,
        serviceName: 'store',
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
        volumeClaimTemplates: [volume],
      },
    })
    await rig.kubectl(['-n', 'pods', 'rollout', 'status', 'statefulset/store', '--timeout=60s'])
  })
})

describe('Argo CD', () => {
  let argocd: Argocd
  beforeAll(async () => {
    argocd = await rig.argocd({ plugin: writePlugin(join(rig.folder, 'plugin')), applicationHealth })
  })

  test('syncs native Kustomize from a file:// repository, and the next commit', async () => {
    await namespace('native')
    const repository = await rig.repository('native')
    const kustomization = (count: number) =>
      JSON.stringify({ resources: ['deployment.yaml'], replicas: [{ name: 'app', count }] })
    const first = await repository.commit({
      'app/kustomization.yaml': kustomization(1),
      'app/deployment.yaml': deployment('native', 'app'),
    })
    await argocd.application('native', application(repository.url, 'native'))
    await argocd.healthy('native', { revision: first })
    expect(await pods('native', 'app')).toHaveLength(1)

    const second = await repository.commit({ 'app/kustomization.yaml': kustomization(2) })
    await argocd.refresh('native')
    await argocd.healthy('native', { revision: second })
    expect(await pods('native', 'app')).toHaveLength(2)
  })

  test('syncs what a plugin generates', async () => {
    await namespace('generated')
    const repository = await rig.repository('generated')
    const revision = await repository.commit({ 'app/greeting.txt': 'hello' })
    await argocd.application('generated', application(repository.url, 'generated', { plugin: { name: 'greeting' } }))
    await argocd.healthy('generated', { revision })
    const { data } = await rig.api.get('/api/v1/namespaces/generated/configmaps/greeting')
    expect(data).toEqual({ text: 'hello' })
  })

  test('wakes a parent when its child becomes Healthy', async () => {
    await namespace('child')
    await rig.stages([{ pods: { namespace: 'child' }, readyAfter: 4000 }])
    const child = await rig.repository('child')
    await child.commit({ 'app/deployment.json': deployment('child', 'app') })
    const parent = await rig.repository('parent')
    const spec = application(child.url, 'child')
    const kind = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application' }
    await parent.commit({ 'app/child.json': JSON.stringify({ ...kind, metadata: { name: 'child' }, spec }) })
    await argocd.application('parent', application(parent.url, 'argocd'))

    await rig.until('the parent waits for its child', async () => {
      const { sync, health } = (await argocd.get('parent')).status ?? {}
      return sync?.status === 'Synced' && health?.status === 'Progressing'
    })
    await argocd.healthy('child')
    await argocd.healthy('parent', { milliseconds: 5000 })
  })

  test('shows the message of a plugin that refuses', async () => {
    const repository = await rig.repository('refused')
    await repository.commit({ 'app/other.txt': '' })
    await argocd.application('refused', application(repository.url, 'generated', { plugin: { name: 'greeting' } }))
    const message = await rig.until('the Application has a condition', async () => {
      const conditions: Json[] = (await argocd.get('refused')).status?.conditions ?? []
      return conditions.find((condition) => condition.type === 'ComparisonError')?.message as string | undefined
    })
    expect(message).toContain('greeting.txt  is missing')
  })
})

describe('the end', () => {
  test.for(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('by %s leaves no process', async (signal) => {
    const script = fileURLToPath(new URL('rig/start-and-wait.ts', import.meta.url))
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [folder] = (await once(createInterface(child.stdout), 'line')) as [string]
    expect(processesOf(folder).length).toBeGreaterThanOrEqual(5)
    child.kill(signal)
    await once(child, 'exit')
    await expect.poll(() => processesOf(folder), { timeout: 5000 }).toEqual([])
    await expect.poll(() => existsSync(join(folder, 'etcd')), { timeout: 5000 }).toBe(false)
    expect(existsSync(join(folder, 'logs/etcd.log'))).toBe(true)
    rmSync(folder, { recursive: true })
  })

  test('by stop() leaves no process and no folder', async () => {
    expect(processesOf(rig.folder).length).toBeGreaterThanOrEqual(9)
    await rig.stop()
    expect(processesOf(rig.folder)).toEqual([])
    expect(existsSync(rig.folder)).toBe(false)
  })
})

const applicationHealth = `
hs = { status = "Progressing", message = "" }
if obj.status ~= nil and obj.status.health ~= nil and obj.status.sync ~= nil and obj.status.sync.status == "Synced" then
  hs.status = obj.status.health.status
end
return hs`

async function namespace(name: string, labels: Record<string, string> = {}): Promise<void> {
  await rig.api.create('/api/v1/namespaces', { metadata: { name, labels } })
  await rig.until(`namespace ${name} has its service account`, () =>
    rig.api.get(`/api/v1/namespaces/${name}/serviceaccounts/default`),
  )
}

async function pods(namespace: string, app: string): Promise<Json[]> {
  return (await rig.api.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`)).items
}

function deployment(namespace: string, name: string, spec: object = {}): string {
  const labels = { app: name }
  const podAntiAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
    ],
  }
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { affinity: { podAntiAffinity }, containers: [{ name: 'pause', image: 'pause:1' }], ...spec },
      },
    },
  })
}

function application(repoURL: string, namespace: string, source: object = {}): object {
  return {
    project: 'default',
    source: { repoURL, path: 'app', targetRevision: 'main', ...source },
    destination: { server: 'https://kubernetes.default.svc', namespace },
    syncPolicy: { automated: { prune: true, selfHeal: true } },
  }
}

function writePlugin(folder: string): string {
  mkdirSync(folder)
  const script = join(folder, 'generate.ts')
  writeFileSync(
    script,
    `import { existsSync, readFileSync } from 'node:fs'
    if (!existsSync('greeting.txt')) {
      console.error('greeting.txt  is missing')
      process.exit(1)
    }
    const data = { text: readFileSync('greeting.txt', 'utf8') }
    console.log(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'greeting' }, data }))`,
  )
  const plugin = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ConfigManagementPlugin',
    metadata: { name: 'greeting' },
    spec: { generate: { command: ['node', script] } },
  }
  writeFileSync(join(folder, 'plugin.yaml'), JSON.stringify(plugin))
  return folder
}

function image(pod: Json): string {
  return pod.spec.containers[0].image
}

function isReady(pod: Json): boolean {
  return pod.status.conditions.some((condition: Json) => condition.type === 'Ready' && condition.status === 'True')
}

function secondsToReady({ status }: Json): number {
  const ready = status.conditions.find((condition: Json) => condition.type === 'Ready')
  return (Date.parse(ready.lastTransitionTime) - Date.parse(status.startTime)) / 1000
}
