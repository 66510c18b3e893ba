import { mkdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Json } from './api.ts'
import type { Context } from './context.ts'

/** A real Vault in development mode, with TLS: one node that unseals itself and keeps nothing. */
export interface Vault {
  /** Its https:// URL. */
  address: string
  /** The path of the certificate authority that signed its certificate. */
  authority: string
  /** Asks as root, and gives the answer's body; fails with what Vault said. */
  call(method: 'GET' | 'PUT' | 'LIST', path: string, body?: object): Promise<Json>
  /** Starts `vault` with these words beside the server, and gives what ends it. */
  start(name: string, words: string[]): { stop(): Promise<void> }
}

const root = 'root-of-the-rig'

/** Starts Vault, and gives it once it serves; fails with its log's tail. */
export async function startVault({ built, folder, loopback, servers }: Context): Promise<Vault> {
  const certificates = join(folder, 'vault')
  mkdirSync(certificates)
  const at = `${loopback.address}:${await loopback.freePort()}`
  const start = (name: string, words: string[]) => servers.start(name, built.binaries.vault, words)
  start('vault', [
    'server',
    '-dev-tls',
    `-dev-tls-cert-dir=${certificates}`,
    `-dev-tls-san=${loopback.address}`,
    `-dev-listen-address=${at}`,
    `-dev-root-token-id=${root}`,
    '-dev-no-store-token',
  ])
  const address = `https://${at}`
  const authority = join(certificates, 'vault-ca.pem')
  const call: Vault['call'] = async (method, path, body) => {
    const agent = new Agent({ ca: readFileSync(authority) })
    const [code, answer] = await new Promise<[number, string]>((resolve, reject) => {
      const headers = { 'x-vault-token': root }
      const sent = request(new URL(`/v1/${path}`, address), { method, agent, headers }, (response) => {
        text(response).then((body) => resolve([response.statusCode ?? 0, body]), reject)
      })
      sent.on('error', reject)
      sent.end(body && JSON.stringify(body))
    })
    if (code > 299) throw new Error(`${method} ${path}  ${code} ${answer}`)
    return answer === '' ? {} : JSON.parse(answer)
  }
  await servers.until('Vault serves', async () => (await call('GET', 'sys/health')).initialized === true)
  return { address, authority, call, start }
}
