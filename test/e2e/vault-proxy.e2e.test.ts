import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { runPlugin } from '../plugin.ts'
import { endAfterTests } from './end.ts'
import { createNamespace, namespace } from './platform.ts'
import type { Json } from './rig/api.ts'
import { type Rig, startRig } from './rig/rig.ts'
import type { Vault } from './rig/vault.ts'

/**
 * The proxy of iam as it is rendered, beside a real Vault that asks the rig's API server who is speaking. Only places are
 * others: Vault's address and certificate, where the token lies, and the port, since the test has no pod of its own.
 */
let rig: Rig
let vault: Vault
let proxy: string
let objects: Json[]

const object = (kind: string, name: string): Json => objects.find((it) => it.kind === kind && it.metadata.name === name)

beforeAll(async () => {
  const { stdout } = await runPlugin('overlays/prod/services/iam')
  objects = parseAllDocuments(stdout, { version: '1.1' }).map((document) => document.toJS() as Json)
  rig = await startRig({ nodes: { stateless: 1, stateful: 0 } })
  await createNamespace(rig, namespace)
  await rig.kubectl(['apply', '--server-side', '-f', '-'], stdout)
  vault = await rig.vault()
  await letIn(vault)
  proxy = await startProxy('iam', 'platform-iam', 'vault')
})
endAfterTests(() => rig)

/** What Vault's configuration Job does for iam: Kubernetes logins, and its role with the policy computed from its definition. */
async function letIn({ call }: Vault): Promise<void> {
  await rig.kubectl(['create', 'serviceaccount', 'vault', '-n', 'kube-system'])
  await rig.kubectl([
    'create',
    'clusterrolebinding',
    'vault',
    '--clusterrole=system:auth-delegator',
    '--serviceaccount=kube-system:vault',
  ])
  await call('PUT', 'sys/auth/kubernetes', { type: 'kubernetes' })
  await call('PUT', 'auth/kubernetes/config', {
    kubernetes_host: rig.config.getCurrentCluster()?.server,
    kubernetes_ca_cert:
      Buffer.from(rig.config.getCurrentCluster()?.caData ?? '', 'base64').toString() ||
      readFileSync(rig.config.getCurrentCluster()?.caFile ?? '', 'utf8'),
    token_reviewer_jwt: (await rig.kubectl(['create', 'token', 'vault', '-n', 'kube-system'])).trim(),
  })
  const { stdout: configuration } = await runPlugin('overlays/prod/infra/vault-configuration')
  const roles = parseAllDocuments(configuration, { version: '1.1' })
    .map((document) => document.toJS() as Json)
    .find(({ metadata }) => metadata.name === 'vault-roles')!
  await call('PUT', 'sys/policies/acl/platform-iam', { policy: roles.data['platform-iam.hcl'] })
  await call('PUT', 'auth/kubernetes/role/platform-iam', {
    bound_service_account_names: ['platform-iam'],
    bound_service_account_namespaces: [namespace],
    audience: 'vault',
    token_policies: ['platform-iam'],
  })
  await call('PUT', 'secret/data/platform/iam/jwt-keys', { data: { current: 'key' } })
  await call('PUT', 'secret/data/platform/billing/stripe', { data: { 'secret-key': 'not for iam' } })
}

/** Starts the proxy with the rendered configuration and a token of the account for the audience, and gives its URL. */
async function startProxy(name: string, account: string, audience: string): Promise<string> {
  const port = await rig.freePort()
  const tokenFile = join(rig.folder, `${name}.token`)
  writeFileSync(tokenFile, await rig.kubectl(['create', 'token', account, '-n', namespace, `--audience=${audience}`]))
  const replaced = (object('ConfigMap', 'iam-vault-proxy').data['proxy.hcl'] as string)
    .replace('https://vault.platform-infra.svc.cluster.local:8200', vault.address)
    .replace('/etc/platform/tls/ca.crt', vault.authority)
    .replace('/var/run/secrets/vault/token', tokenFile)
    .replace('127.0.0.1:8200', `${rig.address}:${port}`)
  const file = join(rig.folder, `${name}.hcl`)
  writeFileSync(file, replaced)
  const [container] = object('Deployment', 'iam').spec.template.spec.initContainers
  const [program, ...words] = container.command as string[]
  expect(program).toBe('vault')
  vault.start(
    `vault-proxy-${name}`,
    words.map((word) => word.replace('/etc/vault-proxy/proxy.hcl', file)),
  )
  return `http://${rig.address}:${port}`
}

const variable = (name: string): string =>
  object('Deployment', 'iam').spec.template.spec.containers[0].env.find((it: Json) => it.name === name).value

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${proxy}/v1/${path}`, { ...init, headers: { 'x-vault-token': variable('VAULT_TOKEN') } })

describe('a binary that sends the word in VAULT_TOKEN to its proxy', () => {
  test('is logged in, by the very request of the startup probe', async () => {
    const [container] = object('Deployment', 'iam').spec.template.spec.initContainers
    const url = new URL((container.startupProbe.exec.command as string[]).at(-1)!)
    const answer = await rig.until('the proxy has logged in', async () => {
      const response = await ask(`${url.pathname.slice('/v1/'.length)}${url.search}`)
      return response.ok && response
    })
    expect(answer.status).toBe(200)
  })

  test('reads what its definition says', async () => {
    const response = await ask('secret/data/platform/iam/jwt-keys')
    expect(await response.json()).toMatchObject({ data: { data: { current: 'key' } } })
  })

  test('writes what its definition says', async () => {
    const response = await ask('secret/data/platform/iam/token-store', {
      method: 'PUT',
      body: JSON.stringify({ data: { one: '1' } }),
    })
    expect(response.status).toBe(200)
    expect(await vault.call('GET', 'secret/data/platform/iam/token-store')).toMatchObject({
      data: { data: { one: '1' } },
    })
  })

  test.for([
    ['GET', 'secret/data/platform/billing/stripe'],
    ['PUT', 'secret/data/platform/iam/jwt-keys'],
    ['GET', 'sys/policies/acl'],
  ])('is refused %s %s', async ([method, path]) => {
    const response = await ask(path!, { method: method!, ...(method === 'PUT' && { body: '{"data":{}}' }) })
    expect(response.status).toBe(403)
  })
})

test('a token for another audience does not log in', async () => {
  const other = await startProxy('audience', 'platform-iam', 'https://kubernetes.default.svc')
  await rig.until('the proxy answers', async () => (await fetch(`${other}/v1/sys/health`)).status > 0)
  const response = await fetch(`${other}/v1/secret/data/platform/iam/jwt-keys`)
  expect(response.status).not.toBe(200)
  expect(rig.tails(40)).toContain('invalid audience')
})

test('only the account of iam has the role of iam', async () => {
  await rig.kubectl(['create', 'serviceaccount', 'platform-billing', '-n', namespace])
  const other = await startProxy('account', 'platform-billing', 'vault')
  await rig.until('the proxy answers', async () => (await fetch(`${other}/v1/sys/health`)).status > 0)
  expect((await fetch(`${other}/v1/secret/data/platform/iam/jwt-keys`)).status).not.toBe(200)
})
