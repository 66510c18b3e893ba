import { describe, expect, it } from 'vitest'
import { takenAway } from '../../../scripts/check/taken-away.ts'
import { all, change, checkRefuses, committed, definition, overlay } from './harness.ts'

const iam = definition('iam')
const bumped = change(overlay('iam'), '0'.repeat(40), '1'.repeat(40))

describe('a commit that brings a version', () => {
  checkRefuses(
    'takes a Vault path away, which the version before still reads',
    committed(
      change(iam, 'spec:\n', 'spec:\n'),
      all(change(iam, '    secret/platform/iam/jwt-keys: read\n', ''), bumped),
    ),
    `${iam}:25:3  Vault path secret/platform/iam/jwt-keys is taken away in the commit that changes the image, and the version before still uses it`,
    '  put it back; take it away by a commit of its own, when the new version runs everywhere',
  )
})

const spec = (text: string): string => `kind: ServiceDefinition\nspec:\n  description: x\n${text}`
const taken = (before: string, now: string, isBumped = true): string[] =>
  takenAway('definition.yaml', spec(before), spec(now), isBumped).map(({ fact }) => fact.split(' is taken')[0]!)

describe('what a version may not lose in its own commit', () => {
  const vault = (access: string) => `  vault: { secret/platform/iam: ${access} }\n`
  const secrets = (path: string) => `  secrets: { KEY: { path: ${path}, key: a } }\n`
  const database = (name: string) => `  database: { name: ${name} }\n`
  it.each([
    ['its database', database('platform_iam'), '', ['database platform_iam']],
    ['its database, for another', database('platform_iam'), database('platform_other'), ['database platform_iam']],
    ['a secret', secrets('platform/a'), secrets('platform/b'), ['Vault path secret/platform/a']],
    ['the right to write', vault('write'), vault('read'), ['writing to Vault path secret/platform/iam']],
  ])('is %s', (_, before, now, expected) => expect(taken(before, now)).toEqual(expected))

  it('is nothing that was not there', () => expect(taken(vault('read'), vault('write'))).toEqual([]))

  it('may go by a commit of its own', () => expect(taken(database('platform_iam'), '', false)).toEqual([]))
})
