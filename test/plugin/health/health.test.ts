import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { root } from '../../plugin.ts'
import { runHealthScript } from './lua.ts'
import { statesOfScript } from './states.ts'

const install = path.join(root, 'plugin/install')
const read = (file: string): string => readFileSync(path.join(install, file), 'utf8')
const settings = read('settings/argocd-cm.env')

/** Which script is installed for which kind, as argocd-cm names it: <group>_<kind>. */
const installed = new Map<string, string>()
const { configMapGenerator } = parse(read('kustomization.yaml')) as { configMapGenerator: { files?: string[] }[] }
for (const file of configMapGenerator[0]!.files ?? []) {
  const [, kind = '', script = ''] = /^resource\.customizations\.health\.(.+)=health\/(.+)$/.exec(file) ?? []
  installed.set(kind, script)
}

const kindOf = ({ apiVersion, kind }: { apiVersion: string; kind: string }) => `${apiVersion.split('/')[0]}_${kind}`

describe.each(Object.entries(statesOfScript))('%s', (script, states) => {
  it.each(states)('$claim is $status', async ({ object, status, message = '' }) => {
    const state = object(new Date())
    const open = settings.includes(`resource.customizations.useOpenLibs.${kindOf(state)}=true`)
    const verdict = await runHealthScript(read(`health/${script}`), state, open)
    expect(verdict).toEqual({ status, message: expect.stringContaining(message) })
    expect(installed.get(kindOf(state))).toBe(script)
  })
})

it('every script is installed for a kind, and every kind that has one has a row', () => {
  const scripts = readdirSync(path.join(install, 'health')).sort()
  expect(Object.keys(statesOfScript)).toEqual(scripts)
  const tried = Object.values(statesOfScript).flatMap((states) =>
    states.map(({ object }) => kindOf(object(new Date()))),
  )
  expect([...installed.keys()].sort()).toEqual([...new Set(tried)].sort())
})

it('a script that uses a closed library fails, as in Argo CD', async () => {
  const script = 'return { status = ("healthy"):upper() }'
  await expect(runHealthScript(script, {}, false)).rejects.toThrow()
  await expect(runHealthScript(script, {}, true)).resolves.toMatchObject({ status: 'HEALTHY' })
})
