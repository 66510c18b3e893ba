import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { endAfterTests } from './end.ts'
import { kustomizeSwitch } from './kustomize-switch.ts'
import { committedTree, pluginFolder } from './platform.ts'
import type { Json } from './rig/api.ts'
import { runningWith } from './rig/process.ts'
import { type Rendering, startRendering } from './rig/rendering.ts'
import type { Repository } from './rig/repository.ts'

/** The plugin's process below a real cmp-server, asked through a real repo-server; no cluster is needed for that. */
let rendering: Rendering
let repository: Repository

const path = 'overlays/prod/services/iam'

beforeAll(async () => {
  rendering = await startRendering(async (folder) => ({ plugin: await pluginFolder(folder) }))
  repository = await rendering.repository('platform')
  await repository.commit(committedTree())
})
endAfterTests(() => rendering)

const plugin = { name: 'platform-kernel' }
const request = (name = 'iam', more: object = {}) => ({
  repository: repository.url,
  name,
  source: { path, plugin: { ...plugin, ...more } },
})

describe('a Kustomize that hangs', () => {
  let hanging: Rendering
  let kustomize: ReturnType<typeof kustomizeSwitch>
  const deadline = 8

  beforeAll(async () => {
    hanging = await startRendering(async (folder) => {
      kustomize = kustomizeSwitch(folder)
      kustomize.set('hangs')
      const environment = {
        KUSTOMIZE: kustomize.command,
        PLATFORM_KERNEL_DEADLINE_SECONDS: String(deadline),
        // Documented for plugins, and not read by cmp-server: the plugin's own deadline is what holds.
        ARGOCD_EXEC_TIMEOUT: '1s',
      }
      return { plugin: await pluginFolder(folder), environment }
    })
  })
  endAfterTests(() => hanging)

  test('is ended at the deadline, and the message arrives', async () => {
    const env = [{ name: 'PLATFORM_KERNEL_DEADLINE_SECONDS', value: '3000' }]
    const [answer] = await hanging.generate.applications([request('iam', { env })])
    expect(answer?.error).toContain(`${path}  there is no result after ${deadline} s\n  refresh the Application`)
    expect(answer?.manifests).toBeNull()
    expect(answer?.milliseconds).toBeLessThan((deadline + 10) * 1000)
    await expect.poll(() => runningWith(kustomize.hanging)).toEqual([])
  })

  test('ends as well when whoever asked has left', async () => {
    const asked = hanging.generate.applications([request()], { seconds: 3 })
    await expect.poll(() => runningWith(kustomize.hanging), { timeout: 3000 }).toHaveLength(1)
    expect((await asked)[0]?.error).toMatch(/signal: killed|DeadlineExceeded/)
    await expect.poll(() => runningWith(kustomize.hanging), { timeout: 4000 }).toEqual([])
  })
})

test('twenty at once get each what one alone gets', async () => {
  const [alone] = await rendering.generate.applications([request()])
  expect(alone?.error).toBeUndefined()
  const requests = Array.from({ length: 20 }, (_, index) => ({
    root: repository.folder,
    folder: join(repository.folder, path),
    environment: { ARGOCD_APP_NAME: `iam-${index}` },
  }))
  const answers = await rendering.generate.plugin(plugin.name, requests, { concurrent: 20 })
  const [first] = answers
  expect(first?.manifests).toHaveLength(alone!.manifests!.length)
  for (const { error, manifests } of answers) expect({ error, manifests }).toEqual({ manifests: first?.manifests })
})

test('a definition of ten thousand lines comes through whole', async () => {
  const variables = Array.from({ length: 10_000 }, (_, index) => `VARIABLE_${index}`)
  const file = 'base/services/iam/definition.yaml'
  const definition = parse(committedTree()[file]!) as Json
  const added = Object.fromEntries(variables.map((name) => [name, 'value']))
  definition.spec.env = { ...definition.spec.env, ...added }
  const text = stringify(definition)
  expect(text.split('\n').length).toBeGreaterThan(10_000)
  await repository.commit({ [file]: text })
  const [answer] = await rendering.generate.applications([request('long')])
  await repository.commit({ [file]: committedTree()[file] })
  expect(answer?.error).toBeUndefined()
  const deployment = answer!
    .manifests!.map((text) => JSON.parse(text) as Json)
    .find(({ kind }) => kind === 'Deployment')
  const names = (deployment!.spec.template.spec.containers[0].env as Json[]).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(variables))
})

test('five megabytes come through whole', async () => {
  const texts = Array.from({ length: 10 }, (_, index) => `${index} ${'äöü€ '.repeat(60_000)}`)
  const maps = texts.map((text, index) => {
    const metadata = { name: `large-${index}`, namespace: 'platform-services' }
    return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text } })
  })
  const kustomization = readFileSync(join(repository.folder, path, 'kustomization.yaml'), 'utf8')
  writeFileSync(join(repository.folder, path, 'large.yaml'), maps.join('\n---\n'))
  await repository.commit({
    [`${path}/kustomization.yaml`]: kustomization.replace('resources:\n', 'resources:\n  - large.yaml\n'),
  })
  const [answer] = await rendering.generate.applications([request('large')])
  expect(answer?.error).toBeUndefined()
  const data = answer!.manifests!.map((text) => JSON.parse(text) as { data?: { text?: string } })
  expect(data.flatMap((object) => object.data?.text ?? []).toSorted()).toEqual(texts)
})
