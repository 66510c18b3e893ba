import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from './context.ts'
import { openApi, type Api } from './api.ts'

export interface ApiServer {
  url: string
  certificateAuthority: string
  serviceAccountKey: string
  api: Api
  /** The path of a kubeconfig for this user: admin (system:masters) or the scheduler. */
  kubeconfig(user: User): string
}

type User = keyof typeof groups

const groups = {
  admin: 'system:masters',
  'system:kube-scheduler': '',
}

/** Starts kube-apiserver on etcd's URL and gives how to reach it, once it is ready. */
export async function startApiServer(context: Context, etcd: string): Promise<ApiServer> {
  const { servers, built, loopback, folder } = context
  const port = await loopback.freePort()
  const url = `https://${loopback.address}:${port}`
  const certificates = join(folder, 'api-server')
  const serviceAccountKey = join(folder, 'service-account.key')
  writeServiceAccountKey(serviceAccountKey)
  const tokens = writeTokens(join(folder, 'tokens.csv'))
  const flags = [
    `--etcd-servers=${etcd}`,
    `--bind-address=${loopback.address}`,
    `--advertise-address=${loopback.address}`,
    `--secure-port=${port}`,
    `--cert-dir=${certificates}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${serviceAccountKey}`,
    `--service-account-signing-key-file=${serviceAccountKey}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    // An endpoint may not be a loopback address.
    '--endpoint-reconciler-type=none',
  ]
  // Collecting garbage less often takes a quarter off its start.
  servers.start('kube-apiserver', built.binaries['kube-apiserver'], flags, { GOGC: '400', GOMEMLIMIT: '1GiB' })
  const certificateAuthority = join(certificates, 'apiserver.crt')
  // It writes the key after the certificate, which may be there by half before.
  await servers.until('kube-apiserver writes its certificate', async () =>
    existsSync(join(certificates, 'apiserver.key')),
  )
  const api = openApi(url, certificateAuthority, tokens.admin)
  await servers.until('kube-apiserver is ready', async () => (await api.get('/readyz'), true))
  return {
    url,
    certificateAuthority,
    serviceAccountKey,
    api,
    kubeconfig: (user) => {
      const path = join(folder, `${user.replace('system:', '')}.kubeconfig`)
      writeFileSync(path, kubeconfig(url, certificateAuthority, user, tokens[user]))
      return path
    },
  }
}

function writeServiceAccountKey(path: string): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(path, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 })
}

function writeTokens(path: string): Record<User, string> {
  const users = Object.entries(groups).map(([user, group]) => ({ user, group, token: randomBytes(16).toString('hex') }))
  writeFileSync(path, users.map(({ user, group, token }) => `${token},${user},${user},"${group}"\n`).join(''), {
    mode: 0o600,
  })
  return Object.fromEntries(users.map(({ user, token }) => [user, token])) as Record<User, string>
}

function kubeconfig(server: string, certificateAuthority: string, user: string, token: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'rig',
    clusters: [{ name: 'rig', cluster: { server, 'certificate-authority': certificateAuthority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'rig', context: { cluster: 'rig', user } }],
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
