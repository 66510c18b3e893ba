import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { restricted } from '../../scripts/schemas/pod-security.ts'
import { root } from '../plugin.ts'
import { installedObjects } from './installed.ts'
import type { Json } from './rig/api.ts'
import { type Rig, startRig } from './rig/rig.ts'

/** The plugin in the repo-server that plugin/install installs, in a namespace that enforces Pod Security `restricted`. */
let rig: Rig
let objects: Json[]

beforeAll(async () => {
  rig = await startRig({ nodes: { stateless: 1, stateful: 0 } })
  objects = await installedObjects()
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(rig.tails())
})
afterAll(() => rig?.stop())

const one = (kind: string, name: string): Json =>
  objects.find((object) => object.kind === kind && object.metadata.name === name)

test('Pod Security restricted has nothing against it', () => {
  expect(restricted(one('Deployment', 'argocd-repo-server'))).toEqual([])
})

test('the API server accepts it, and its pod starts', async () => {
  const text = objects.map((object) => JSON.stringify(object)).join('\n---\n')
  const apply = ['apply', '--server-side', '--validate=strict', '-f', '-']
  expect(await rig.kubectl(apply, text)).not.toContain('Warning')
  const pod = await rig.until('the pod is there', async () => {
    const { items } = await rig.api.get(
      '/api/v1/namespaces/argocd/pods?labelSelector=app.kubernetes.io/name=argocd-repo-server',
    )
    return items[0] as Json | undefined
  })
  const { spec } = pod
  expect(spec.initContainers.map(({ name }: Json) => name)).toEqual(['copyutil', 'platform-kernel'])
  expect(spec.automountServiceAccountToken).toBe(false)
  expect(JSON.stringify(spec.volumes)).not.toContain('serviceAccountToken')

  const [, sidecar] = spec.initContainers
  expect(sidecar).toMatchObject({
    restartPolicy: 'Always',
    securityContext: { runAsUser: 999, runAsNonRoot: true, readOnlyRootFilesystem: true },
    resources: { limits: { memory: '2Gi' } },
  })
  expect(sidecar.image).toMatch(/:[0-9a-f]{40}$/)
  const { name: tmp } = sidecar.volumeMounts.find(({ mountPath }: Json) => mountPath === '/tmp')
  expect(spec.volumes).toContainEqual({ name: tmp, emptyDir: { sizeLimit: '1Gi' } })
  const users = spec.containers.filter(({ volumeMounts }: Json) => volumeMounts.some(({ name }: Json) => name === tmp))
  expect(users).toEqual([])
})

test('the probe waits for the socket that plugin.yaml names, where repo-server looks for it', () => {
  const { metadata } = parse(readFileSync(join(root, 'plugin/plugin.yaml'), 'utf8')) as Json
  const { initContainers, containers } = one('Deployment', 'argocd-repo-server').spec.template.spec
  const socket = `/home/argocd/cmp-server/plugins/${metadata.name}.sock`
  expect(initContainers[1].startupProbe.exec.command).toEqual(['test', '-S', socket])
  const shared = { name: 'plugins', mountPath: '/home/argocd/cmp-server/plugins' }
  for (const container of [initContainers[1], containers[0]]) expect(container.volumeMounts).toContainEqual(shared)
})

test('the plugin gives up before those who wait for it', () => {
  const { data } = one('ConfigMap', 'argocd-cmd-params-cm')
  const { env } = one('Deployment', 'argocd-repo-server').spec.template.spec.initContainers[1]
  const deadline = Number(env.find(({ name }: Json) => name === 'PLATFORM_KERNEL_DEADLINE_SECONDS').value)
  for (const who of ['controller', 'server']) {
    expect(deadline + 10).toBeLessThan(Number(data[`${who}.repo.server.timeout.seconds`]))
  }
})

test('each setting of repo-server is one that Argo CD reads', () => {
  const [{ env }] = one('Deployment', 'argocd-repo-server').spec.template.spec.containers
  const keys = env.map(({ valueFrom }: Json) => valueFrom?.configMapKeyRef?.key)
  expect(keys).toEqual(
    expect.arrayContaining(['reposerver.plugin.tar.exclusions', 'reposerver.plugin.use.manifest.generate.paths']),
  )
  const own = env.filter(({ value }: Json) => value !== undefined).map(({ name, value }: Json) => [name, value])
  expect(own).toEqual(
    expect.arrayContaining([
      ['ARGOCD_CMP_CHUNK_SIZE', '262144'],
      ['ARGOCD_PAUSE_GEN_AFTER_FAILED_ATTEMPTS', '0'],
    ]),
  )
  expect(new Set(env.map(({ name }: Json) => name)).size).toBe(env.length)
})
