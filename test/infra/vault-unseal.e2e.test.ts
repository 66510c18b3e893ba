import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path, { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { endAfterTests } from '../e2e/end.ts'
import type { Json } from '../e2e/rig/api.ts'
import { type Rig, startRig } from '../e2e/rig/rig.ts'
import { root } from '../plugin.ts'
import { openNodes, type Nodes } from './vault/nodes.ts'
import { render } from './rendered.ts'
import { objectIn, rendered } from './vault/rendered.ts'
import { applyVault } from './vault/applied.ts'

/** How Vault comes to be unsealed without a person: dev's one node by its sidecar, and any by a KMS. */
let rig: Rig
let nodes: Nodes
let kms: Nodes | undefined
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
endAfterTests(() => kms && { tails: kms.servers.tails, stop: kms.stop })

const unsealed = (it = nodes) =>
  it.servers.until('it is unsealed', async () => (await it.ask('vault-0', 'GET', 'sys/health')).code === 200)

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

/** The ConfigMap vault-seal for the engine of another real Vault, which stands for a KMS. */
async function transit(): Promise<Json> {
  const vault = await rig.vault()
  await vault.call('PUT', 'sys/mounts/transit', { type: 'transit' })
  await vault.call('PUT', 'transit/keys/unseal')
  const { auth } = await vault.call('PUT', 'auth/token/create', { policies: ['root'] })
  const seal = `seal "transit" {
  address     = "${vault.address}"
  token       = "${auth.client_token}"
  key_name    = "unseal"
  mount_path  = "transit/"
  tls_ca_cert = "/vault/config/kms.crt"
}
`
  const data = { 'seal.hcl': seal, 'kms.crt': readFileSync(vault.authority, 'utf8') }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'vault-seal' }, data }
}

test('a seal in a file of its own unseals prod by itself, at first and after a restart', async () => {
  const it = await openNodes(rig, [...(await rendered('vault')), await transit()])
  kms = it
  await it.start('vault-0')
  await it.servers.until('it answers', async () => (await it.ask('vault-0', 'GET', 'sys/health')).code === 501)
  const { code, stdout, stderr } = await it.exec('vault-0', ['vault', 'operator', 'init'])
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('Recovery Key 1: ')
  await unsealed(it)
  const again = await it.servers.kill('vault-0')
  again()
  await unsealed(it)
})

test('the overlay that takes in AWS brings seal.hcl, and starts no pod without a key', async () => {
  const tree = mkdtempSync(path.join(tmpdir(), 'tree-'))
  const folder = path.join(tree, 'overlays/prod/infra/vault')
  try {
    for (const it of ['base/infra/vault', 'overlays/prod/infra/vault'])
      cpSync(path.join(root, it), path.join(tree, it), { recursive: true })
    const base = '../../../../base/infra/vault'
    const kustomization = { resources: [base], components: [`${base}/awskms`] }
    writeFileSync(path.join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
    const objects = await render(folder)
    expect(objectIn(objects, 'ConfigMap', 'vault-seal').data['seal.hcl']).toContain('seal "awskms" {}')
    const [vault] = objectIn(objects, 'StatefulSet', 'vault').spec.template.spec.containers
    expect(vault.env).toContainEqual({
      name: 'VAULT_AWSKMS_SEAL_KEY_ID',
      valueFrom: { configMapKeyRef: { name: 'vault-kms', key: 'key-id' } },
    })
  } finally {
    rmSync(tree, { recursive: true })
  }
})
