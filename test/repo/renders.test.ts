import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { environments } from '../../scripts/environments.ts'
import { treeBelow } from '../../scripts/edge/tree.ts'
import { type Ended, root, runPlugin } from '../plugin.ts'

const tree = treeBelow(root)

/** Takes a render, returns the text of each service in it. */
function byService(manifests: string): Map<string, string> {
  const texts = new Map<string, string>()
  for (const text of manifests.split(/^(?=---$)/m)) {
    const name = /^ {4}app\.kubernetes\.io\/name: (.*)$/m.exec(text)?.[1] ?? ''
    texts.set(name, (texts.get(name) ?? '') + text)
  }
  return texts
}

const ok = ({ code, stdout, stderr }: Ended): string => {
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
}

describe.each(environments)('a render of %s', (environment) => {
  const list = `overlays/${environment}/services`
  const services = tree.list(list).filter((name) => tree.kind(`${list}/${name}`) === 'folder')
  const whole = runPlugin(list)

  it('holds every service of the list and nothing else', async () => {
    expect([...byService(ok(await whole)).keys()]).toEqual(services)
  })

  it.each(services)('has for %s the same bytes as %s rendered alone', async (service) => {
    expect(byService(ok(await whole)).get(service)).toBe(ok(await runPlugin(`${list}/${service}`)))
  })
})

describe('the same input', () => {
  const elsewhere = mkdtempSync(path.join(tmpdir(), 'elsewhere-'))
  afterAll(() => rmSync(elsewhere, { recursive: true }))

  it('gives the same bytes in another folder, time zone and language, under the variables that Argo CD sets', async () => {
    for (const folder of ['base', 'overlays'])
      cpSync(path.join(root, folder), path.join(elsewhere, folder), { recursive: true })
    const env = {
      TZ: 'Asia/Tokyo',
      LANG: 'tr_TR.UTF-8',
      LC_ALL: 'tr_TR.UTF-8',
      ARGOCD_APP_NAME: 'prod-iam',
      ARGOCD_APP_REVISION: 'f'.repeat(40),
      ARGOCD_ENV_KUSTOMIZE: '/bin/false',
    }
    const there = await runPlugin(path.join(elsewhere, 'overlays/prod/services'), env)
    expect(ok(there)).toBe(ok(await runPlugin('overlays/prod/services')))
  })
})
