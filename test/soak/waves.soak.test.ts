import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { describe, expect, test } from 'vitest'
import { change, components, expectOrder, textsOf } from '../e2e/waves/changes.ts'
import { observe } from '../e2e/waves/observe.ts'
import { startWaves, type Waves } from '../e2e/waves/platform.ts'
import { service, services, type Tree, version, wave } from '../e2e/waves/tree.ts'
import { distribution } from './figures.ts'

const bootstraps = 30
const bumps = 50
const loaded = 30

/** The small platform with so many services more. */
const withServices =
  (count: number) =>
  (tree: Tree): Tree => {
    const names = ['one', 'two', 'three', ...Array.from({ length: count - 3 }, (_, index) => `s${index}`)]
    const more = names.slice(3).map((name) => service('dev', name, version(1)))
    return {
      ...tree,
      ...Object.assign({}, ...more),
      ...wave('services', 'mesh', services, Object.fromEntries(names.map((name) => [name, {}]))),
      'overlays/dev/services/kustomization.yaml': stringify({ resources: names.toSorted() }),
    }
  }

/** From the commit, of which Argo CD is told, to the new pod template of the service, in milliseconds. */
async function bump({ rig, commit }: Waves, number: number): Promise<{ took: number; revision: string }> {
  const sha = version(number)
  const started = performance.now()
  const revision = await commit(service('dev', 'one', sha))
  await rig.until(
    `bump ${number} is in the pod template`,
    async () => {
      const { spec } = await rig.api.get(`/apis/apps/v1/namespaces/${services}/deployments/one`)
      return spec.template.spec.containers[0].image.endsWith(sha)
    },
    300_000,
  )
  return { took: performance.now() - started, revision }
}

/** How often repo-server was asked to render so far, from its own log. */
const requests = ({ rig }: Waves): number =>
  readFileSync(join(rig.folder, 'logs/argocd-repo-server.log'), 'utf8').split('"grpc.method":"GenerateManifest"')
    .length - 1

test(`${bootstraps} bootstraps`, async () => {
  const took: number[] = []
  for (let count = 0; count < bootstraps; count++) {
    const waves = await startWaves()
    const started = performance.now()
    await waves.arrived(await waves.commit({}), 300_000)
    took.push(performance.now() - started)
    await waves.rig.stop()
  }
  process.stdout.write(distribution('from the root to everything Synced and Healthy, 8 Applications', took))
  expect(took).toHaveLength(bootstraps)
})

test(`${bumps} bumps in a row, 12 services`, async () => {
  const waves = await startWaves(withServices(12))
  try {
    await waves.arrived(await waves.commit({}), 300_000)
    const took: number[] = []
    for (let count = 0; count < bumps; count++) {
      const { took: milliseconds, revision } = await bump(waves, 5000 + count)
      took.push(milliseconds)
      await waves.arrived(revision, 300_000)
    }
    process.stdout.write(distribution('from the commit to the new pod template, 17 Applications', took))
    expect(took).toHaveLength(bumps)
  } finally {
    await waves.rig.stop()
  }
})

test(`${loaded} changes of everything with a delay of 1 s between waves, while every Application is refreshed all the time`, async () => {
  const waves = await startWaves()
  const observed = await observe(waves.rig)
  let isOver = false
  const refreshing = (async () => {
    while (!isOver) {
      const names = [...(await waves.applications()).keys()].filter((name) => name !== 'root')
      await Promise.all(names.map((name) => waves.argocd.refresh(name).catch(() => {})))
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  })()
  try {
    await waves.arrived(await waves.commit({}), 300_000)
    for (let count = 0; count < loaded; count++) {
      const texts = textsOf(Object.keys(components), 7000 + count)
      await waves.arrived(await waves.commit(change(texts)), 300_000)
      expectOrder(observed, texts)
    }
  } finally {
    isOver = true
    await refreshing
    await observed.stop()
    await waves.rig.stop()
  }
})

describe.each([12, 50, 200])('with %i services', (count) => {
  test('a bump', async () => {
    const waves = await startWaves(withServices(count), { nodes: { stateless: 6 } })
    try {
      await waves.arrived(await waves.commit({}), 900_000)
      const took: number[] = []
      const asked: number[] = []
      for (let number = 0; number < 5; number++) {
        const before = requests(waves)
        const { took: milliseconds, revision } = await bump(waves, 6000 + number)
        took.push(milliseconds)
        await waves.arrived(revision, 600_000)
        asked.push(requests(waves) - before)
      }
      process.stdout.write(distribution(`from the commit to the new pod template, ${count} services`, took))
      process.stdout.write(`requests to repo-server for a commit, ${count} services: ${asked.join(', ')}\n`)
      expect(took).toHaveLength(5)
    } finally {
      await waves.rig.stop()
    }
  })
})
