import { createPublicKey, sign, verify } from 'node:crypto'
import { expect } from 'vitest'

/** The fields of the secret with the keys of tokens. */
export type Keys = Record<string, string>

/** What the secret was from this second on. */
export interface Stage {
  since: number
  keys: Keys
}

const hour = 3600
const lifetime = 900

/**
 * Takes what the secret was over time; signs tokens around each change with every key that a signer may hold, and has each of
 * them verified in its lifetime by every verifier that there may be. Both read the secret once an hour. Gives how many were verified.
 */
export function verifyAlways(stages: Stage[]): number {
  const at = (time: number): Keys | undefined => stages.findLast(({ since }) => since <= time)?.keys
  let verified = 0
  for (const { since } of stages) {
    for (const signed of [-1, 0, 1, hour / 2, hour - 1, hour, hour + 1].map((it) => since + it)) {
      for (const staleSigner of [0, hour / 2, hour]) {
        const signer = at(signed - staleSigner)
        if (!signer) continue
        const token = issue(signer, signed)
        for (const seen of [0, lifetime / 2, lifetime].map((it) => signed + it)) {
          for (const staleVerifier of [0, hour / 2, hour]) {
            const verifier = at(seen - staleVerifier)
            if (!verifier) continue
            const told = `signed ${staleSigner} s after reading, ${signed - since} s after ${since}, verified after ${staleVerifier} s`
            expect(accepts(verifier, token), told).toBe(true)
            verified += 1
          }
        }
      }
    }
  }
  return verified
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const issued = new Map<string, string>()

/** Signs a token as iam would, with the private key that the secret holds. */
function issue({ current = '', current_kid = '' }: Keys, now: number): string {
  const text = `${base64({ alg: 'ES256', kid: current_kid })}.${base64({ exp: now + lifetime })}`
  const found = issued.get(text)
  if (found) return found
  const signature = sign('sha256', Buffer.from(text), { key: current, dsaEncoding: 'ieee-p1363' })
  const token = `${text}.${signature.toString('base64url')}`
  issued.set(text, token)
  return token
}

/** Whether one of the published keys verifies the token. */
export function accepts(keys: Keys, token: string): boolean {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const slot = ['current', 'next', 'previous'].find((it) => keys[`${it}_kid`] === kid)
  if (!slot) return false
  const key = createPublicKey(keys[`${slot}_public`] ?? '')
  expect(key.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  const bytes = Buffer.from(signature, 'base64url')
  return verify('sha256', Buffer.from(`${header}.${claims}`), { key, dsaEncoding: 'ieee-p1363' }, bytes)
}
