import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Clone, code } from './clone.ts'
import { endAfterTests } from './end.ts'
import type { Json } from './rig/api.ts'
import { startWaves, type Waves } from './waves/platform.ts'
import { component, deployment, infra, job, service, services, statefulSet, version, wave } from './waves/tree.ts'

let waves: Waves
let person: Clone

beforeAll(async () => {
  waves = await startWaves((tree) => ({ ...code(), ...tree }))
  person = new Clone(waves.repository, waves.rig.kubeconfig)
  await waves.arrived(await waves.commit({}), 240_000)
}, 480_000)
endAfterTests(() => waves?.rig)
afterAll(() => person?.remove())

const application = async (name: string): Promise<Json> => (await waves.applications()).get(name)
/** What the root is told of a component by the health script. */
const verdict = async (name: string): Promise<Json> =>
  (await application('root')).status.resources.find((one: Json) => one.name === name)?.health
const imageOf = async (name: string, namespace: string): Promise<string> => {
  const { spec } = await waves.rig.api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`)
  return spec.template.spec.containers[0].image
}
const breakGlass = (...words: string[]) => {
  person.pull()
  return person.npm('break-glass', 'dev', ...words, 'rig').ended
}

describe('one component goes past a blocked root', () => {
  let good: string
  let bumped: string

  test('not while the root is free: it would take it back at once', async () => {
    good = (await application('root')).status.sync.revision
    const { code, shown } = await breakGlass('one', good)
    expect([code, shown]).toEqual([
      1,
      'root  it is not at work: its last sync Succeeded\n  commit instead (npm run bump, or git revert), and it arrives\n',
    ])
  })

  test('with the pin of a commit, and no other component with it', async () => {
    const [object] = [statefulSet('store', 'second')] as Json[]
    object.spec.template.spec.containers[0].image = 'registry.localhost/store:latest'
    bumped = await waves.commit({
      ...component('dev', 'infra', 'store', [object]),
      ...service('dev', 'one', version(9)),
      ...service('dev', 'two', version(9)),
    })
    await waves.rig.until(
      'the root is blocked',
      async () => /Retrying/.test((await application('root')).status.operationState?.message ?? ''),
      120_000,
    )
    const { code, shown } = await breakGlass('one', bumped)
    expect(shown).toContain('the root is blocked: ')
    expect(shown).toContain('the root takes one back to what git says as soon as it gets there')
    expect(code).toBe(0)
    expect(await imageOf('one', services)).toContain(`:${version(9)}`)
    expect(await imageOf('two', services)).toContain(`:${version(1)}`)
    expect((await application('one')).spec.source.targetRevision).toBe(bumped)
  }, 300_000)

  test('and it is seen in the status', async () => {
    await waves.rig.until(
      'the root is told of it',
      async () => /^break glass, until the root stamps it again/.test((await verdict('one'))?.message ?? ''),
      60_000,
    )
    const { annotations } = (await application('one')).metadata
    expect(annotations['platform.septemcore.com/break-glass']).toBe(bumped)
  })

  test('not a component that the root reaches: it would take it back at its next attempt', async () => {
    const { code, shown } = await breakGlass('ground', good)
    expect([code, shown]).toEqual([
      1,
      expect.stringMatching(/^root {2}it gets as far as ground, and takes it back with each attempt\n/),
    ])
  })

  test.each([
    [
      'a component that is none',
      'onne',
      () => good,
      'onne  is no component of clusters/dev at that commit\n  did you mean one?\n',
    ],
    ['a short commit', 'one', () => good.slice(0, 8), 'is a short SHA, 8 characters of 40\n'],
    ['a commit of elsewhere', 'one', () => 'a'.repeat(40), 'is no commit of this clone\n'],
  ])('not %s', async (_, name, sha, said) => {
    const { code, shown } = await breakGlass(name, sha())
    expect([code, shown]).toEqual([1, expect.stringContaining(said)])
  })

  test('until git is mended: then the root takes it back to what git says', async () => {
    const revision = await waves.commit({
      ...component('dev', 'infra', 'store', [statefulSet('store', 'second')]),
      ...service('dev', 'one', version(2)),
    })
    await waves.arrived(revision, 180_000)
    expect(await imageOf('one', services)).toContain(`:${version(2)}`)
    const { metadata } = await application('one')
    expect(Object.keys(metadata.annotations)).not.toContain('platform.septemcore.com/break-glass')
    expect(metadata.annotations['argocd.argoproj.io/tracking-id']).toContain('root:')
    expect((await verdict('one')).message ?? '').toBe('')
  })
})

describe('a paused component', () => {
  const withQueue = (queue: object) => {
    const file = path.join(waves.repository.folder, 'apps/infra.yaml')
    const { components } = (parse(readFileSync(file, 'utf8')) as Json).spec
    return wave('infra', undefined, infra, { ...components, queue })
  }
  const queue = { after: ['ground'], deadlineSeconds: 15, retries: 1 }

  test('gets no change, and nothing waits for it', async () => {
    const revision = await waves.commit({
      ...withQueue({ ...queue, paused: true }),
      ...component('dev', 'infra', 'queue', [deployment('queue', infra, 'third')]),
      ...component('dev', 'infra', 'setup', [job('setup', 'third')]),
      ...service('dev', 'two', version(3)),
    })
    await waves.rig.until(
      'all others have it',
      async () =>
        (await application('root')).status.operationState?.phase === 'Succeeded' &&
        (await waves.argocd.healthy('two', { revision })),
      180_000,
    )
    expect(await imageOf('two', services)).toContain(`:${version(3)}`)
    expect(await imageOf('queue', infra)).toContain(':first')
    expect(await verdict('queue')).toMatchObject({
      status: 'Healthy',
      message: 'paused in git: it stays as it is, and nothing waits for it',
    })
  })

  test('is brought up to date when the word is taken out', async () => {
    await waves.arrived(await waves.commit(withQueue(queue)), 180_000)
    expect(await imageOf('queue', infra)).toContain(':third')
    expect((await verdict('queue')).message ?? '').toBe('')
  })
})
