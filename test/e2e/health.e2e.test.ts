import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statesOfScript } from '../plugin/health/states.ts'
import { installedSettings } from './installed.ts'
import { build } from './rig/build.ts'

/** The health scripts as Argo CD itself runs them, from the argocd-cm that is installed. */
const folder = mkdtempSync(path.join(tmpdir(), 'health-'))
const settings = path.join(folder, 'argocd-cm.yaml')
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(async () => {
  const { config } = await installedSettings()
  const metadata = { name: 'argocd-cm', namespace: 'argocd' }
  writeFileSync(settings, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: config }))
})

async function verdict(object: object): Promise<{ status: string; message: string }> {
  const { binaries } = await build()
  const file = path.join(folder, 'object.yaml')
  writeFileSync(file, JSON.stringify(object))
  const { stdout } = await promisify(execFile)(
    binaries.argocd,
    ['admin', 'settings', 'resource-overrides', 'health', file, '--argocd-cm-path', settings],
    { env: { PATH: process.env.PATH, HOME: folder, ARGOCD_BINARY_NAME: 'argocd' } },
  )
  const [, status = stdout, message = ''] = /^STATUS: (.*)\nMESSAGE: ([^]*?)\n?$/.exec(stdout) ?? []
  return { status, message }
}

describe.each(Object.entries(statesOfScript))('%s', (_, states) => {
  test.each(states)('$claim is $status', async ({ object, status, message = '' }) => {
    expect(await verdict(object(new Date()))).toEqual({ status, message: expect.stringContaining(message) })
  })
})
