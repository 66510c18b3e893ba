import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../e2e/rig/api.ts'

/** What cert-manager would write into the Secret of a Certificate. */
type Pair = Record<'tls.crt' | 'tls.key' | 'ca.crt', string>

export interface Authority {
  /** Its own certificate. */
  certificate: string
  /** Signs what the Certificate asks for, for these addresses too; another one each time. */
  sign(certificate: Json, addresses?: string[]): Pair
}

/** Makes an authority of the platform whose files are in the folder. */
export function makeAuthority(folder: string): Authority {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']
  openssl('req', '-x509', ...key, '-subj', '/CN=platform', '-days', '2', '-keyout', 'ca.key', '-out', 'ca.crt')
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  let serial = 0
  return {
    certificate: read('ca.crt'),
    sign: ({ spec }, addresses = []) => {
      const names = [
        ...spec.dnsNames.map((name: string) => `DNS:${name}`),
        ...[...(spec.ipAddresses ?? []), ...addresses].map((address: string) => `IP:${address}`),
      ]
      writeFileSync(join(folder, 'extensions'), `subjectAltName=${names.join(',')}\n`)
      openssl('req', ...key, '-subj', `/CN=${spec.commonName}`, '-keyout', 'tls.key', '-out', 'tls.csr')
      serial += 1
      const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', String(serial), '-days', '1']
      openssl('x509', '-req', '-in', 'tls.csr', ...signing, '-extfile', 'extensions', '-out', 'tls.crt')
      return { 'tls.crt': read('tls.crt'), 'tls.key': read('tls.key'), 'ca.crt': read('ca.crt') }
    },
  }
}
