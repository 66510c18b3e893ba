import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from './rig/lock.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'rig-build-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('without Go, a build is one sentence', async () => {
  const script = fileURLToPath(new URL('rig/build.ts', import.meta.url))
  const run = promisify(execFile)(process.execPath, [script], { env: { PATH: folder } })
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^PATH {2}no go on it.*\n {2}install Go 1\.\d+\.\d+ or later: https:\/\/go.dev\/dl\/\n$/,
    ),
  })
})

test('two builds take turns', async () => {
  const file = join(folder, 'lock')
  const order: string[] = []
  const build = (name: string) => async () => {
    order.push(`${name} begins`)
    await new Promise((resolve) => setTimeout(resolve, 300))
    order.push(`${name} ends`)
  }
  await Promise.all([withLock(file, 'a', build('a')), withLock(file, 'b', build('b'))])
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
  expect(existsSync(file)).toBe(false)
})

test('the lock of a process that died is taken over', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  writeFileSync(join(folder, 'lock'), String(child.pid))
  expect(await withLock(join(folder, 'lock'), 'a build', async () => 'done')).toBe('done')
})
