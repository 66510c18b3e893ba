import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPlugin } from '../plugin.ts'

const cases = path.join(import.meta.dirname, 'cases')

/** A folder is a claim: what its kustomization becomes, in manifests.yaml, or why it is refused, in findings.txt. */
describe('the plugin', () => {
  it.each(readdirSync(cases))('%s', async (claim) => {
    const folder = path.join(cases, claim)
    const { code, stdout, stderr } = await runPlugin(folder)
    const refused = /^(rejects|requires)-/.test(claim)
    expect(code, stderr).toBe(refused ? 1 : 0)
    expect(refused ? stdout : stderr).toBe('')
    const expected = path.join(folder, refused ? 'findings.txt' : 'manifests.yaml')
    // A new case is written by hand or with --update; a case without its file would prove nothing.
    if (process.env.CI) expect(existsSync(expected)).toBe(true)
    await expect((refused ? stderr : stdout).replaceAll(path.dirname(folder), '')).toMatchFileSnapshot(expected)
  })
})
