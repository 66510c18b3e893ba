import { setTimeout } from 'node:timers/promises'
import type { Api, Json } from './api.ts'
import type { ApiServer } from './api-server.ts'
import type { Context } from './context.ts'
import type { Lifecycle, Rule } from './lifecycle.ts'
import { selectedPods } from './pods.ts'
import type { Servers } from './servers.ts'
import { fixedStages, operatorStages, podStages } from './stages.ts'

const path = '/apis/kwok.x-k8s.io/v1alpha1/stages'

/** Starts kwok, which plays the kubelet of every node; its stages must be installed; further flags come after the rig's own. */
export function startKwok({ servers, built }: Context, apiServer: ApiServer, more: string[]): void {
  const flags = [
    `--kubeconfig=${apiServer.kubeconfig('admin')}`,
    '--manage-all-nodes',
    '--enable-crds=Stage',
    '--cidr=10.244.0.1/16',
    '--node-lease-duration-seconds=40',
    ...more,
  ]
  servers.start('kwok', built.binaries.kwok, flags)
}

/** Installs the stages of nodes, volumes and pods, and of what operators would look at if it is asked for. */
export async function installStages(
  { servers }: Context,
  api: Api,
  byDefault: Lifecycle = {},
  operators = false,
): Promise<void> {
  const ofOperators = operators ? operatorStages() : []
  const stages = [...fixedStages(), ...podStages([], byDefault), ...ofOperators]
  await Promise.all(stages.map((stage) => api.create(path, stage)))
  const kinds = Map.groupBy(ofOperators, ({ spec }) => spec.resourceRef.apiGroup as string)
  await Promise.all([...kinds].map(([group, stages]) => waitUntilDescribed(servers, api, group, stages)))
}

/** kwok reads the OpenAPI of a kind once, and leaves the kind alone where it is not there yet; the API server writes it after the kind is served. */
async function waitUntilDescribed(servers: Servers, api: Api, group: string, stages: Json[]): Promise<void> {
  await servers.until(`${group} is described`, async () => {
    const { components } = await api.get(`/openapi/v3/apis/${group}`)
    const described = new Set(
      Object.values(components.schemas as Record<string, Json>)
        .flatMap((schema) => schema['x-kubernetes-group-version-kind'] ?? [])
        .map(({ kind }: Json) => kind),
    )
    return stages.every(({ spec }) => described.has(spec.resourceRef.kind))
  })
}

/** Replaces the lifecycles of all pods, those that run included. */
export async function replaceLifecycles(api: Api, rules: Rule[], byDefault: Lifecycle): Promise<void> {
  const { items } = await api.get(path)
  const before = new Map<string, Json>(items.map((stage: Json) => [stage.metadata.name, stage]))
  const fixed = new Set([...fixedStages(), ...operatorStages()].map((stage) => stage.metadata.name))
  const after = new Set<string>()
  for (const stage of podStages(rules, byDefault)) {
    const { name } = stage.metadata
    after.add(name)
    if (before.has(name)) await api.merge(`${path}/${name}`, { spec: stage.spec })
    else await api.create(path, stage)
  }
  for (const name of before.keys()) if (!after.has(name) && !fixed.has(name)) await api.remove(`${path}/${name}`)
  // kwok reads the stages from its watch, and looks at a pod when the pod changes.
  await setTimeout(200)
  await touchPods(api)
}

async function touchPods(api: Api): Promise<void> {
  const annotations = { 'rig/lifecycles-replaced': String(Date.now()) }
  const paths = await selectedPods(api, {})
  // A pod may end between the list and the patch.
  await Promise.allSettled(paths.map((path) => api.merge(path, { metadata: { annotations } })))
}
