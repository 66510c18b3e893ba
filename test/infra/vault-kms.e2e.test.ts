import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { endAfterTests } from '../e2e/end.ts'
import { type Rig, startRig } from '../e2e/rig/rig.ts'
import { root } from '../plugin.ts'
import { applyVault } from './vault/applied.ts'
import { openNodes, type Nodes } from './vault/nodes.ts'
import { objectIn, rendered, renderedFrom } from './vault/rendered.ts'

/** A seal in a file of its own beside the rendered configuration. The transit engine of another real Vault stands for the KMS. */
let rig: Rig
let nodes: Nodes

beforeAll(async () => {
  rig = await startRig({ nodes: { stateless: 1, stateful: 1 } })
  await applyVault(rig, 'prod')
  const kms = await rig.vault()
  await kms.call('PUT', 'sys/mounts/transit', { type: 'transit' })
  await kms.call('PUT', 'transit/keys/unseal')
  const { auth } = await kms.call('PUT', 'auth/token/create', { policies: ['root'] })
  const seal = `seal "transit" {
  address    = "${kms.address}"
  token      = "${auth.client_token}"
  key_name   = "unseal"
  mount_path = "transit/"
  tls_ca_cert = "/vault/config/kms.crt"
}
`
  const data = { 'seal.hcl': seal, 'kms.crt': readFileSync(kms.authority, 'utf8') }
  const objects = await rendered('vault')
  nodes = await openNodes(rig, [
    ...objects,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'vault-seal' }, data },
  ])
  await nodes.start('vault-0')
})
endAfterTests(() => rig)
endAfterTests(() => nodes && { tails: nodes.servers.tails, stop: nodes.stop })

const isOpen = () =>
  nodes.servers.until('it is unsealed', async () => (await nodes.ask('vault-0', 'GET', 'sys/health')).code === 200)

test('unseals by itself, at first and after a restart', async () => {
  await nodes.servers.until('it answers', async () => (await nodes.ask('vault-0', 'GET', 'sys/health')).code === 501)
  const { code, stdout, stderr } = await nodes.exec('vault-0', ['vault', 'operator', 'init'])
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('Recovery Key 1: ')
  await isOpen()
  const again = await nodes.servers.kill('vault-0')
  again()
  await isOpen()
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
    const objects = await renderedFrom(folder)
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
