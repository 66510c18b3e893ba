import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { root } from '../plugin.ts'
import { withLock } from './rig/lock.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'rig-build-'))))
afterEach(() => rmSync(folder, { recursive: true }))

describe('one sentence is all that is said', () => {
  /** Puts a program called go in the folder, which is all there is on PATH. */
  const goThat = (body: string) => writeFileSync(join(folder, 'go'), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  const remedy = String.raw`\n {2}install Go 1\.\d+\.\d+ or later: https://go\.dev/dl/\n$`

  test.for([
    ['by a build', [join(root, 'test/e2e/rig/build.ts')]],
    ['by the e2e tests', [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config=vitest.e2e.config.ts']],
    ['by the sandbox', [join(root, 'scripts/start.mjs'), 'sandbox']],
    ['by the bench of the rig', [join(root, 'scripts/start.mjs'), 'bench', 'rig']],
  ] as const)('%s, without Go', async ([, command]) => {
    for (const tool of ['git', 'bash']) symlinkSync(pathOf(tool), join(folder, tool))
    expect(await said(command)).toMatch(new RegExp(`(^|\\n)PATH {2}no go on it, and the rig is built with it${remedy}`))
  })

  const build = [join(root, 'test/e2e/rig/build.ts')]

  test('with a Go that is too old', async () => {
    goThat('echo go1.19.8')
    expect(await said(build)).toMatch(
      new RegExp(`^PATH {2}go is go1\\.19\\.8, and the rig needs 1\\.\\d+\\.\\d+${remedy}`),
    )
  })

  test('with a Go that cannot fetch the one it needs', async () => {
    writeFileSync(join(folder, 'go.mod'), 'module newer\n\ngo 1.999.0\n')
    goThat(`cd ${folder} && GOTOOLCHAIN=auto GOPROXY=off HOME=${folder}/home exec ${pathOf('go')} "$@"`)
    const fact = 'PATH {2}the rig needs go 1\\.\\d+\\.\\d+, and go: download go1\\.999\\.0 .*not available'
    expect(await said(build)).toMatch(new RegExp(`^${fact}${remedy}`))
  })

  const pathOf = (program: string) => execFileSync('which', [program], { encoding: 'utf8' }).trim()

  async function said(command: readonly string[]): Promise<string> {
    const options = { cwd: root, env: { PATH: folder } }
    const error = await promisify(execFile)(process.execPath, [...command], options).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 1 })
    return (error as { stderr: string }).stderr
  }
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
