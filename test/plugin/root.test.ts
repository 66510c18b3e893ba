import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { standOf } from '../../plugin/root.ts'
import { root, runPlugin } from '../plugin.ts'

const elsewhere = mkdtempSync(path.join(tmpdir(), 'copied-'))
afterAll(() => rmSync(elsewhere, { recursive: true }))

/** A folder of its own with one object, as a component of a wave that shares nothing. */
const component = { 'kustomization.yaml': 'resources: [object.yaml]\n', 'object.yaml': '' }
component['object.yaml'] = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: alone }\n'

function write(folder: string, files: Record<string, string>): string {
  mkdirSync(path.join(elsewhere, folder), { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(elsewhere, folder, file), text)
  return path.join(elsewhere, folder)
}

describe('a plugin that sees a part of the repository, as Argo CD copies it', () => {
  it.each([
    ['/tmp/x/overlays/dev/infra/a', 'overlays/dev/infra/a', '/tmp/x', ''],
    ['/tmp/x', 'overlays/dev/infra/a', '/tmp/x', 'overlays/dev/infra/a'],
    ['/tmp/x/a', './overlays/dev/infra/a/', '/tmp/x', 'overlays/dev/infra'],
    ['/tmp/x', '.', '/tmp/x', ''],
  ])('in %s, of %s', (here, sourcePath, disk, prefix) => {
    const folder = sourcePath.replace(/^\.\/?|\/$/g, '')
    expect(standOf(here, sourcePath)).toEqual({ root: disk, prefix, folder })
  })

  it('renders a component that stands alone', async () => {
    const folder = write('alone', component)
    const { code, stdout, stderr } = await runPlugin(folder, { ARGOCD_APP_SOURCE_PATH: 'overlays/dev/infra/alone' })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('name: alone')
  })

  it('names places as the repository does, also in what Kustomize says', async () => {
    const path = 'overlays/dev/infra/broken'
    const folder = write('broken', { ...component, 'kustomization.yaml': 'resources: [object.yaml, gone.yaml]\n' })
    const missing = await runPlugin(folder, { ARGOCD_APP_SOURCE_PATH: path })
    expect(missing.stderr).toContain(`${path}/kustomization.yaml:1:26  ${path}/gone.yaml does not exist\n`)
    write('broken', { ...component, 'object.yaml': 'a: [' })
    const unreadable = await runPlugin(folder, { ARGOCD_APP_SOURCE_PATH: path })
    expect(unreadable.stderr).toContain(`${path}/object.yaml:1:5  is not valid YAML`)
  })

  it('gives for a service the same bytes as with the whole repository, and the same refusals', async () => {
    const service = 'overlays/prod/services/iam'
    for (const folder of [service, 'overlays/prod/shared', 'base/services/iam', 'base/shared'])
      cpSync(path.join(root, folder), path.join(elsewhere, 'part', folder), { recursive: true })
    const env = { ARGOCD_APP_SOURCE_PATH: service }
    expect(await runPlugin(path.join(elsewhere, 'part', service), env)).toEqual(await runPlugin(service))
  })
})
