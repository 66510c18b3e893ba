import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { expect, test } from 'vitest'
import { helm } from '../../scripts/edge/kustomize.ts'
import { change, components, expectOrder, textsOf } from '../e2e/waves/changes.ts'
import { observe } from '../e2e/waves/observe.ts'
import { startWaves, type Waves } from '../e2e/waves/platform.ts'
import { service, services, type Tree, version, wave } from '../e2e/waves/tree.ts'
import { realPlatform } from '../infra/real-platform.ts'
import { root } from '../plugin.ts'
import { distribution } from './figures.ts'

const bootstraps = 30
const bumps = 50
/** Each waits for a rollout of three pods that are ready for 10 s. */
const bumpsInProd = 10
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

/** What a bump of a service commits. */
interface Bump {
  readonly name: string
  readonly files: (sha: string) => Tree
}
const one: Bump = { name: 'one', files: (sha) => service('dev', 'one', sha) }

/** Bumps a service so many times, and prints how long it took from the commit, of which Argo CD is told, to the new pod template. */
async function bumpInARow(waves: Waves, times: number, { name, files }: Bump, among: string): Promise<void> {
  const { rig, commit } = waves
  const took: number[] = []
  const asked: number[] = []
  for (let count = 0; count < times; count++) {
    const sha = version(5000 + count)
    const before = requests(waves)
    const started = performance.now()
    const revision = await commit(files(sha))
    await rig.until(
      `bump ${count} is in the pod template`,
      async () => {
        const { spec } = await rig.api.get(`/apis/apps/v1/namespaces/${services}/deployments/${name}`)
        return spec.template.spec.containers[0].image.endsWith(sha)
      },
      300_000,
    )
    took.push(performance.now() - started)
    await waves.arrived(revision, 600_000)
    asked.push(requests(waves) - before)
  }
  process.stdout.write(distribution(`from the commit to the new pod template, ${among}`, took))
  const inOrder = asked.toSorted((a, b) => a - b)
  process.stdout.write(
    `requests to repo-server from a commit until its rollout is done, ${among}: least ${inOrder[0]}, median ${inOrder[times >> 1]}, most ${inOrder.at(-1)}\n`,
  )
  expect(took).toHaveLength(times)
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
  const waves = await startWaves(withServices(12), { patient: true })
  try {
    await waves.arrived(await waves.commit({}), 300_000)
    await bumpInARow(waves, bumps, one, '17 Applications')
  } finally {
    await waves.rig.stop()
  }
})

test(`${bumpsInProd} bumps in a row, the whole platform of prod`, async () => {
  const options = { operators: true, helm: await helm(root), patient: true }
  const waves = await startWaves((_, url, rig) => realPlatform('prod', url, rig), options, 'prod')
  try {
    await waves.arrived(await waves.commit({}), 600_000)
    const file = 'overlays/prod/services/iam/kustomization.yaml'
    const text = readFileSync(join(root, file), 'utf8')
    const files = (sha: string) => ({ [file]: text.replace('0'.repeat(40), sha) })
    await bumpInARow(waves, bumpsInProd, { name: 'iam', files }, `${(await waves.applications()).size} Applications`)
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

test.each([12, 50, 200])('5 bumps in a row, %i services', async (count) => {
  const waves = await startWaves(withServices(count), { nodes: { stateless: 6 }, patient: true })
  try {
    await waves.arrived(await waves.commit({}), 900_000)
    await bumpInARow(waves, 5, one, `${count} services`)
  } finally {
    await waves.rig.stop()
  }
})
