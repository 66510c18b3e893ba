import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Clone, code } from './clone.ts'
import { endAfterTests } from './end.ts'
import { installedSettings, installFiles } from './installed.ts'
import { createNamespace, pluginFolder } from './platform.ts'
import type { Json } from './rig/api.ts'
import type { Repository } from './rig/repository.ts'
import { type Rig, startRig } from './rig/rig.ts'
import { observe } from './waves/observe.ts'
import { infra, services, smallPlatform, version } from './waves/tree.ts'

/**
 * The command as a person types it, in a clone of the small platform's repository. The pods of Argo CD that it installs are played
 * by kwok, and Argo CD itself runs beside the cluster, with the settings that the command has put into it.
 */
let rig: Rig
let repository: Repository
let person: Clone

const plugin = version(77)
const built = (text: string) => text.replace('0'.repeat(40), plugin)

beforeAll(async () => {
  rig = await startRig({ nodes: { stateless: 3, stateful: 0 }, lifecycle: { readyAfter: 500, completeAfter: 500 } })
  repository = await rig.repository('platform')
  await repository.commit({ ...code(), ...(await installFiles()), ...smallPlatform(repository.url) })
  person = new Clone(repository, rig.kubeconfig)
}, 240_000)
endAfterTests(() => rig)
afterAll(() => person?.remove())

const bootstrap = (...words: string[]) => person.npm('bootstrap', ...words)

describe('it refuses', () => {
  test('to take the current context for the one that is meant', async () => {
    const { code, shown } = await bootstrap('dev').ended
    expect([code, shown]).toEqual([
      1,
      'npm run bootstrap dev  names no context; there are rig (the current one)\n  write: npm run bootstrap dev <context>\n',
    ])
  })

  test('everything that is missing together, before it writes anything', async () => {
    writeFileSync(
      path.join(person.folder, 'apps/mesh.yaml'),
      `${readFileSync(path.join(person.folder, 'apps/mesh.yaml'), 'utf8')}\n`,
    )
    const { code, shown } = await bootstrap('dev', 'rig').ended
    expect(code).toBe(1)
    for (const line of [
      'plugin/install/kustomization.yaml  the plugin is pinned to forty zeros, which no image has',
      'apps/mesh.yaml  is not committed, so Argo CD would undo it',
      'context rig  0 of 1 nodes for dev are labelled node-type=stateful, ready and amd64',
      `context rig  has no namespace ${infra}, ${services}, and no component brings it`,
      'context rig  has no storage class fast-ssd',
    ])
      expect(shown).toContain(`${line}\n`)
    expect(shown.match(/^\S.* {2}/gm)).toHaveLength(5)
    await expect(rig.api.get('/api/v1/namespaces/argocd')).rejects.toThrow('404')
  })

  test('a person who may not', async () => {
    await rig.api.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'guest' } })
    const { status } = await rig.api.create('/api/v1/namespaces/default/serviceaccounts/guest/token', { spec: {} })
    const kubeconfig = JSON.parse(readFileSync(rig.kubeconfig, 'utf8'))
    kubeconfig.users[0].user.token = status.token
    const file = path.join(rig.folder, 'guest.kubeconfig')
    writeFileSync(file, JSON.stringify(kubeconfig))
    const guest = new Clone(repository, file)
    const { code, shown } = await guest.npm('bootstrap', 'dev', 'rig').ended
    guest.remove()
    expect(code).toBe(1)
    expect(shown).toContain(
      'context rig  you may not patch namespaces, patch customresourcedefinitions.apiextensions.k8s.io',
    )
  })
})

test('it brings up a cluster, wave by wave, and says what a person still has to do', async () => {
  await rig.nodes('stateful', 1)
  for (const name of [infra, services]) await createNamespace(rig, name)
  await rig.api.create('/apis/storage.k8s.io/v1/storageclasses', { metadata: { name: 'fast-ssd' }, provisioner: 'rig' })
  const files = ['plugin/install/kustomization.yaml', 'clusters/dev/cluster.yaml']
  const read = (file: string) => readFileSync(path.join(repository.folder, file), 'utf8')
  const revision = await repository.commit(Object.fromEntries(files.map((file) => [file, built(read(file))])))
  person.remove()
  person = new Clone(repository, rig.kubeconfig)
  const observed = await observe(rig)

  const command = bootstrap('dev', 'rig')
  await command.shows(/its root is there/)
  // Its pods are said to be ready; now something runs.
  await rig.argocd({ ...(await installedSettings()), plugin: await pluginFolder(rig.folder), installed: true })
  const { code, shown } = await command.ended
  await observed.stop()

  expect(code).toBe(0)
  expect(shown).toMatch(/^argocd-application-controller {2}1\/1$/m)
  expect(shown).toMatch(/^store {2}infra {2}1 {2}Synced {2}Healthy {2}\w{8}$/m)
  expect(shown).toContain(`everything of dev runs, as of ${revision}\n`)
  expect(shown).toContain('What a person still has to do:\n- Nobody can log in')
  // Every step waited for the one before.
  const done = ['ground', 'store', 'setup', 'proxy'].map((name) => observed.finished(name, 'first')!)
  expect(done).toEqual(done.toSorted((a, b) => a - b))
  expect(observed.changed('one', version(1))).toBeGreaterThan(done.at(-1)!)
}, 300_000)

/** What the command applies, as the cluster has it. */
async function applied(): Promise<Json[]> {
  const kinds = [
    'configmaps',
    'secrets',
    'services',
    'serviceaccounts',
    'deployments.apps',
    'statefulsets.apps',
    'networkpolicies',
    'roles',
    'rolebindings',
    'appprojects',
  ]
  const all = await rig.kubectl(['get', '-n', 'argocd', kinds.join(','), '-o', 'json'])
  const wide = await rig.kubectl(['get', 'namespaces,crd,clusterroles,clusterrolebindings', '-o', 'json'])
  return [all, wide].flatMap((text) => (JSON.parse(text) as { items: Json[] }).items)
}

test('run again, it changes nothing', async () => {
  const versions = async () =>
    (await applied()).map(({ kind, metadata }) => [kind, metadata.name, metadata.resourceVersion])
  const root = async () => {
    const { metadata, spec } = await rig.api.get('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/root')
    return { annotations: metadata.annotations, spec }
  }
  const before = [await versions(), await root()]
  const { code, shown } = await bootstrap('dev', 'rig').ended
  expect([code, shown]).toEqual([0, expect.stringContaining('Argo CD v3.5.3 runs there already')])
  expect([await versions(), await root()]).toEqual(before)
}, 240_000)

test('Ctrl-C ends the command and not the work', async () => {
  await rig.stages([{ pods: { image: `one:${version(2)}` }, readyAfter: 'never' }])
  const file = 'overlays/dev/services/one/kustomization.yaml'
  const text = readFileSync(path.join(repository.folder, file), 'utf8')
  await repository.commit({ [file]: text.replace(version(1), version(2)) })
  person.pull()
  await rig.api.merge('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/root', {
    metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } },
  })
  const command = bootstrap('dev', 'rig')
  await command.shows(/^one {2}services {2}\d {2}\w+ {2}Degraded/m)
  command.stop()
  const { code, shown } = await command.ended
  expect(code).toBe(1)
  expect(shown).toContain('stopped looking; the cluster goes on by itself, and it is safe to run this again\n')
  await rig.stages([])
}, 240_000)

test('it refuses a cluster that is another, and an Argo CD of another version', async () => {
  const controller = '/apis/apps/v1/namespaces/argocd/statefulsets/argocd-application-controller'
  const { spec } = await rig.api.get(controller)
  const [container] = spec.template.spec.containers
  await rig.kubectl([
    '-n',
    'argocd',
    'set',
    'image',
    'statefulset/argocd-application-controller',
    `${container.name}=quay.io/argoproj/argocd:v3.4.9`,
  ])
  await rig.api.merge('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/root', {
    spec: { source: { path: 'clusters/prod' } },
  })
  const { code, shown } = await bootstrap('dev', 'rig').ended
  expect(code).toBe(1)
  expect(shown).toContain('context rig  Argo CD v3.4.9 runs there, and v3.5.3 would replace it\n')
  expect(shown).toContain(`context rig  its root is clusters/prod of ${repository.url}, not clusters/dev of`)
})
