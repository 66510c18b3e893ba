import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Authority {
  /** The file of its certificate. */
  file: string
  /** Writes tls.crt, tls.key and ca.crt for these names and addresses into the folder, as cert-manager does into a Secret. */
  issue(folder: string, names: readonly string[], addresses: readonly string[]): void
}

/** Makes a certificate authority in the folder, in cert-manager's place. */
export function makeAuthority(folder: string): Authority {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'pipe'] })
  const file = join(folder, 'ca.crt')
  const key = join(folder, 'ca.key')
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...newKey, '-keyout', key, '-out', file, '-days', '2', '-subj', '/CN=authority')
  const issue: Authority['issue'] = (to, names, addresses) => {
    const request = join(folder, 'request.pem')
    const extensions = join(folder, 'extensions.cnf')
    const alternatives = [...names.map((name) => `DNS:${name}`), ...addresses.map((address) => `IP:${address}`)]
    writeFileSync(extensions, `subjectAltName=${alternatives.join(',')}\n`)
    openssl('req', '-new', ...newKey, '-keyout', join(to, 'tls.key'), '-out', request, '-subj', '/')
    const signed = ['-CA', file, '-CAkey', key, '-CAcreateserial', '-days', '1', '-extfile', extensions]
    openssl('x509', '-req', '-in', request, ...signed, '-out', join(to, 'tls.crt'))
    openssl('x509', '-in', file, '-out', join(to, 'ca.crt'))
  }
  return { file, issue }
}
