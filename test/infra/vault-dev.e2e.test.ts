import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { endAfterTests } from '../e2e/end.ts'
import type { Json } from '../e2e/rig/api.ts'
import { type Rig, startRig } from '../e2e/rig/rig.ts'
import { openNodes, type Nodes } from './vault/nodes.ts'
import { rendered } from './vault/rendered.ts'
import { applyVault } from './vault/applied.ts'

/** Dev's one node: the rendered StatefulSet, with the real server and its sidecar as they are in the pod. */
let rig: Rig
let nodes: Nodes
let configuration: Json[]

beforeAll(async () => {
  rig = await startRig({ nodes: { stateless: 1, stateful: 1 } })
  await applyVault(rig, 'dev')
  configuration = await rendered('vault-configuration', 'dev')
  nodes = await openNodes(rig, await rendered('vault', 'dev'))
  await nodes.start('vault-0')
  await nodes.beside('vault-0', 'unsealer', { UNSEAL_SECONDS: '1' })
})
endAfterTests(() => rig)
endAfterTests(() => nodes && { tails: nodes.servers.tails, stop: nodes.stop })

const unsealed = () =>
  nodes.servers.until('dev is unsealed', async () => (await nodes.ask('vault-0', 'GET', 'sys/health')).code === 200)

test('initialises and unseals itself, and lets its configuration in', async () => {
  await unsealed()
  const { code, stdout, stderr } = await nodes.job(configuration, 'Job', 'vault-configuration', { RETRY_SECONDS: '1' })
  expect({ code, stderr }, stdout + stderr).toMatchObject({ code: 0 })
})

test('unseals itself after a restart, with what it had', async () => {
  const token = JSON.parse(readFileSync(join(nodes.volume('vault-0', 'key'), 'init.json'), 'utf8')).root_token
  const before = await nodes.ask('vault-0', 'GET', 'secret/data/platform/infra/postgres', token)
  expect(before.code).toBe(200)
  const again = await nodes.servers.kill('vault-0')
  again()
  await unsealed()
  const after = await nodes.ask('vault-0', 'GET', 'secret/data/platform/infra/postgres', token)
  expect(after.body.data).toEqual(before.body.data)
})

test('begins nothing anew when its key is gone', async () => {
  const key = join(nodes.volume('vault-0', 'key'), 'init.json')
  const held = readFileSync(key)
  writeFileSync(key, '')
  const again = await nodes.servers.kill('vault-0')
  again()
  await nodes.servers.until('it says so', async () => nodes.servers.tails(3).includes('init.json is missing'))
  writeFileSync(key, held)
  await unsealed()
})
