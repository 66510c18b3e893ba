import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { environments } from '../../scripts/environments.ts'
import { root, runPlugin } from '../plugin.ts'
import { endAfterTests } from './end.ts'
import { createNamespace, namespace } from './platform.ts'
import type { Json } from './rig/api.ts'
import { type Rig, startRig } from './rig/rig.ts'

const strict = ['--server-side', '--validate=strict', '--warnings-as-errors', '-f', '-']
const pinned = '4f1c0de5ba11ad0ff1cecafe0123456789abcdef'

describe.each(environments)('everything of %s', (environment) => {
  let rig: Rig
  let manifests: string
  let objects: Json[]

  beforeAll(async () => {
    manifests = await render(path.join(root, `overlays/${environment}/services`))
    objects = parse(manifests)
    // The autoscalers have no metrics here: they only raise the replicas to their minimum, which need not take 15 s.
    const controllerManager = ['--horizontal-pod-autoscaler-sync-period=2s']
    rig = await startRig({ nodes: { stateless: 6, stateful: 0 }, controllerManager })
    await createNamespace(rig, namespace)
    await rig.until('the namespace has its service account', () =>
      rig.api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
    )
  })
  endAfterTests(() => rig)

  /** The objects as the server has them, by kind and name. */
  async function stored(): Promise<Map<string, Json>> {
    const wanted = new Set(objects.map(identity))
    const lists = await Promise.all([...new Set(objects.map(listOf))].map((list) => rig.api.get(list)))
    const items = lists.flatMap(({ kind, items }) =>
      (items as Json[]).map((object) => ({ ...object, kind: kind.replace(/List$/, '') })),
    )
    return new Map(items.map((object) => [identity(object), object] as const).filter(([id]) => wanted.has(id)))
  }

  async function podsOf(name: string): Promise<Json[]> {
    const labels = encodeURIComponent(`app.kubernetes.io/name=${name}`)
    return (await rig.api.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=${labels}`)).items
  }

  /** The events that tell of a pod that was not admitted. */
  const refusals = async (): Promise<Json[]> =>
    (await rig.api.get(`/api/v1/namespaces/${namespace}/events?fieldSelector=reason%3DFailedCreate`)).items

  const versions = async () => versionsOf(await stored())

  /** Waits until every pod counts as available and no controller has written to any of the objects for two seconds. */
  async function settled(): Promise<Map<string, string>> {
    let before = new Map<string, string>()
    let since = Date.now()
    return rig.until(
      'the controllers have nothing more to write',
      async () => {
        await setTimeout(500)
        const all = await stored()
        const now = versionsOf(all)
        const isQuiet = JSON.stringify([...now]) === JSON.stringify([...before])
        if (!isQuiet || ![...all.values()].every(isAvailable)) [before, since] = [now, Date.now()]
        return Date.now() - since > 2000 && now
      },
      60_000,
    )
  }

  test('is accepted under Pod Security restricted, every field known, without a warning', async () => {
    const said = await rig.kubectl(['apply', ...strict], manifests)
    expect(said.trim().split('\n').sort()).toEqual(
      objects.map((object) => `${resource(object)}/${object.metadata.name} serverside-applied`).sort(),
    )
  })

  test('gets all the pods it wants', async () => {
    const deployments = objects.filter(({ kind }) => kind === 'Deployment')
    expect(deployments.length).toBeGreaterThan(0)
    for (const { metadata, spec } of deployments) {
      const autoscaler = objects.find(
        (it) => it.kind === 'HorizontalPodAutoscaler' && it.metadata.name === metadata.name,
      )
      const wanted: number = autoscaler?.spec.minReplicas ?? spec.replicas
      await rig.until(
        `${metadata.name} has ${wanted} ready pods`,
        async () => {
          const ready = (await podsOf(metadata.name)).filter(isReady).length
          if (ready !== wanted) throw new Error(`${ready} of ${wanted}`)
          return true
        },
        60_000,
      )
    }
    // kubectl creates in the order of the text, a Deployment before its account: Argo CD has an order of its own.
    const refused = (await refusals()).filter(({ message }) => !/serviceaccount ".*" not found$/.test(message))
    expect(refused.map(({ message }) => message)).toEqual([])
  })

  test('is changed by no second apply, and then kubectl diff is empty', async () => {
    const before = await settled()
    await rig.kubectl(['apply', ...strict], manifests)
    expect(await versions()).toEqual(before)
    expect(await rig.kubectl(['diff', '--server-side', '-f', '-'], manifests)).toBe('')
    expect(before.size).toBe(objects.length)
  })

  test('has of an upgrade only the Deployment changed', async () => {
    const upgraded = await render(bumped(environment, 'iam'))
    expect(upgraded).not.toBe(manifests)
    const before = await stored()
    await expect(rig.kubectl(['diff', '--server-side', '-f', '-'], upgraded)).rejects.toThrow('exit code 1')
    await rig.kubectl(['apply', ...strict], upgraded)
    await rig.until('a pod of the new pin is ready', async () =>
      (await podsOf('iam')).some((pod) => isReady(pod) && pod.spec.containers[0].image.endsWith(pinned)),
    )
    const after = await stored()
    const changed = [...after].filter(([id, object]) => declared(object) !== declared(before.get(id)))
    expect(changed.map(([id]) => id)).toEqual(['Deployment iam'])
    expect(await rig.kubectl(['diff', '--server-side', '-f', '-'], upgraded)).toBe('')
  })

  describe('and the same path refuses', () => {
    const deployment = (): Json => structuredClone(objects.find((it) => identity(it) === 'Deployment iam'))
    const apply = (object: Json) => rig.kubectl(['apply', ...strict], JSON.stringify(object))

    test.each(['Deployment', 'PodDisruptionBudget', 'Service', 'ServiceAccount', 'VaultAuth'])(
      'an unknown field of a %s',
      async (kind) => {
        const object = structuredClone(objects.find((it) => it.kind === kind))
        if (!object) return expect(environment).toBe('dev')
        const place = object.spec ?? object
        place.replicsa = 3
        await expect(apply(object)).rejects.toThrow(/replicsa.*field not declared in schema|unknown field.*replicsa/)
      },
    )

    test.each([
      ['privileged', (it: Json) => (it.containers[0].securityContext = { privileged: true })],
      ['runAsNonRoot', (it: Json) => (it.securityContext.runAsNonRoot = false)],
      ['hostPath', (it: Json) => it.volumes.push({ name: 'node', hostPath: { path: '/' } })],
    ])('a pod that Pod Security knows as %s', async (word, spoil) => {
      const name = `spoilt-${word.toLowerCase()}`
      const object = deployment()
      object.metadata.name = name
      const labels = { 'app.kubernetes.io/name': name }
      object.spec.selector.matchLabels = object.spec.template.metadata.labels = labels
      spoil(object.spec.template.spec)
      await expect(apply(object)).rejects.toThrow(new RegExp(`would violate PodSecurity[^]*${word}`))
      // A Deployment is stored with a warning: it is its pods that do not come into being.
      const refused = await rig.until('a pod is refused', async () => {
        return (await refusals()).find((event) => event.involvedObject.name.startsWith(`${name}-`))
      })
      expect(refused.message).toContain('violates PodSecurity "restricted:v1.36"')
      expect(await podsOf(name)).toEqual([])
    })
  })
})

const parse = (manifests: string): Json[] =>
  parseAllDocuments(manifests, { version: '1.1' }).map((document) => document.toJS() as Json)

const identity = ({ kind, metadata }: Json): string => `${kind} ${metadata.name}`

/** Where the API server lists the objects of this one's kind in the namespace. */
function listOf({ apiVersion, kind }: Json): string {
  const plural = `${kind.toLowerCase()}s`.replace(/ys$/, 'ies')
  return `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}/namespaces/${namespace}/${plural}`
}

/** How kubectl names the object's kind: the resource, with its group. */
function resource({ apiVersion, kind }: Json): string {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : []
  return kind.toLowerCase() + (group ? `.${group}` : '')
}

async function render(folder: string): Promise<string> {
  const { code, stdout, stderr } = await runPlugin(folder)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

/** A copy of the tree in which the service has another pin; gives the folder of the environment's services in it. */
function bumped(environment: string, service: string): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'bumped-'))
  onTestFinished(() => rmSync(copy, { recursive: true }))
  for (const folder of ['base', 'overlays'])
    cpSync(path.join(root, folder), path.join(copy, folder), { recursive: true })
  const file = path.join(copy, `overlays/${environment}/services/${service}/kustomization.yaml`)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace(/(newTag: )\S+/, `$1'${pinned}'`))
  return path.join(copy, `overlays/${environment}/services`)
}

/** What was asked for of an object, as text: all but its status and the server's own bookkeeping. */
function declared(object: Json): string {
  const { resourceVersion: _, managedFields: __, ...metadata } = object.metadata
  const { status: ___, ...rest } = object
  return JSON.stringify({ ...rest, metadata })
}

const versionsOf = (objects: Map<string, Json>): Map<string, string> =>
  new Map([...objects].map(([id, { metadata }]) => [id, metadata.resourceVersion]))

/** Whether a Deployment has as many available pods as it wants, which is minReadySeconds after they are ready; true for other kinds. */
const isAvailable = ({ kind, spec, status }: Json): boolean =>
  kind !== 'Deployment' || status.availableReplicas === spec.replicas

function isReady({ metadata, status }: Json): boolean {
  const ready = status.conditions?.some((it: Json) => it.type === 'Ready' && it.status === 'True')
  return !metadata.deletionTimestamp && ready
}
