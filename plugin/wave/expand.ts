import type { Finding } from '../finding.ts'
import type { Expansion, KubernetesObject, Surroundings } from '../kind.ts'
import type { Cluster } from '../kinds/cluster.ts'
import type { Wave } from '../kinds/wave.ts'
import { readLayers } from '../overlay/layers.ts'
import { application, type Placed } from './application.ts'
import { contentOf } from './content.ts'
import { outsideFence } from './fence.ts'
import { firstStep, place } from './order.ts'
import { validWaves } from './valid.ts'

/**
 * Takes a wave with the cluster and the other waves beside it, returns an Application for each of its components, stamped
 * with the commit; refuses what is in no order, a component without a folder, and what its AppProject forbids.
 */
export async function expandWave(wave: Wave, surroundings: Surroundings): Promise<Expansion> {
  const around = await facts(wave, surroundings)
  if ('findings' in around) return around
  const { cluster, revision, waves } = around
  const order = firstStep(wave, waves)
  if ('findings' in order) return order
  const project = surroundings.objects.find(
    ({ kind, metadata }) => kind === 'AppProject' && metadata.name === wave.metadata.name,
  )
  const findings: Finding[] = outsideFence(wave, project, cluster)
  if ('root' in wave.spec.components) {
    const remedy = 'give the component another name'
    findings.push({ at: place(wave, 'root'), fact: 'root is the Application that makes all others', remedy })
  }
  const scaled = await autoscaled(wave, cluster, surroundings)
  const placed: Placed[] = []
  for (const [name, component] of Object.entries(wave.spec.components)) {
    if (component.environments?.includes(cluster.spec.environment) === false) continue
    const step = order.first + order.own.get(name)!
    if (component.chart) {
      placed.push({ name, component, step })
      continue
    }
    const folder = folderOf(wave.metadata.name, name, cluster, surroundings)
    if (folder === undefined) {
      const fact = `there is no overlays/${cluster.spec.environment}/${wave.metadata.name}/${name}`
      findings.push({ at: place(wave, name), fact, remedy: `add it, or leave ${name} out with ${name}: null` })
      continue
    }
    const { layers } = readLayers(folder, surroundings.files)
    const content = await contentOf(layers, surroundings.files, surroundings.mergedIn)
    placed.push({ name, component, step, folder: { path: folder, content, autoscaled: scaled.has(name) } })
  }
  if (findings.length > 0) return { findings }
  return { objects: placed.map((one) => application(one, wave, cluster, revision)) }
}

async function facts(
  wave: Wave,
  { objects, folder, revision, plugin }: Surroundings,
): Promise<{ cluster: Cluster; revision: string; waves: readonly Wave[] } | { findings: Finding[] }> {
  const at = { kind: wave.kind, name: wave.metadata.name, path: ['metadata', 'name'] }
  const waves = await validWaves(objects)
  if (waves === undefined) return { findings: [] }
  const clusters = objects.filter(({ kind }) => kind === 'Cluster')
  const [cluster] = clusters as unknown as Cluster[]
  if (!cluster || clusters.length > 1) {
    const fact = `${clusters.length === 0 ? 'no' : 'more than one'} Cluster stands beside it`
    return { findings: [{ at, fact, remedy: 'render clusters/<cluster>, which lists apps and one cluster.yaml' }] }
  }
  if (folder.split('/').at(-1) !== cluster.metadata.name) {
    const place = { kind: 'Cluster', name: cluster.metadata.name, path: ['metadata', 'name'] }
    const fact = `its folder is ${folder}`
    return { findings: [{ at: place, fact, remedy: 'give the cluster the name of its folder' }] }
  }
  // Else what one plugin renders would be kept as what another did, and nobody could tell.
  if (plugin !== undefined && plugin !== cluster.spec.plugin) {
    const place = { kind: 'Cluster', name: cluster.metadata.name, path: ['spec', 'plugin'] }
    const remedy = `npm run bootstrap ${cluster.metadata.name} <context> brings the plugin that git asks for`
    return { findings: [{ at: place, fact: `the plugin that runs is ${plugin}`, remedy }] }
  }
  if (!revision || !/^[0-9a-f]{40}$/.test(revision)) {
    const remedy = 'Argo CD sets it to the commit it renders; npm run -s render sets it as well'
    return {
      findings: [{ at: { file: 'ARGOCD_APP_REVISION' }, fact: `is "${revision ?? ''}", and no commit`, remedy }],
    }
  }
  return { cluster, revision, waves }
}

/** The folder that a component is rendered from: the cluster's own where there is one, else that of its environment. */
function folderOf(wave: string, name: string, cluster: Cluster, { files, folder }: Surroundings): string | undefined {
  const candidates = [`${folder}/${wave}/${name}`, `overlays/${cluster.spec.environment}/${wave}/${name}`]
  return candidates.find((candidate) => files.kind(candidate) === 'folder')
}

/**
 * The services whose merged definition has an autoscaler: their Applications must not set replicas. One run for the whole
 * list; where that fails, each service alone, and one that fails then is not synced in any case.
 */
async function autoscaled(wave: Wave, cluster: Cluster, surroundings: Surroundings): Promise<Set<string>> {
  const { files, folder, mergedIn } = surroundings
  const list = `overlays/${cluster.spec.environment}/${wave.metadata.name}`
  if (files.kind(`${list}/kustomization.yaml`) !== 'file') return new Set()
  const together = await mergedIn(list)
  const objects: readonly KubernetesObject[] =
    together.length > 0
      ? together
      : (await Promise.all(Object.keys(wave.spec.components).map((name) => mergedIn(`${list}/${name}`)))).flat()
  const own = Object.keys(wave.spec.components).filter(
    (name) => files.kind(`${folder}/${wave.metadata.name}/${name}`) === 'folder',
  )
  const theirs = await Promise.all(own.map((name) => mergedIn(`${folder}/${wave.metadata.name}/${name}`)))
  const definitions = [...objects.filter(({ metadata }) => !own.includes(metadata.name)), ...theirs.flat()].filter(
    ({ kind }) => kind === 'ServiceDefinition',
  )
  return new Set(
    definitions
      .filter(({ spec }) => (spec as { autoscaling?: unknown } | undefined)?.autoscaling !== undefined)
      .map(({ metadata }) => metadata.name),
  )
}
