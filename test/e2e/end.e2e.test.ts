import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root } from '../plugin.ts'

/** Runs a test file of one test in a process of its own, on repo-server, which starts quicker than a control plane. */
async function run(preparation: string, body: string): Promise<{ said: string; log: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'failing-'))
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const config = join(folder, 'config.mjs')
    writeFileSync(config, `export default { root: '${folder}', test: { include: ['it.ts'], hookTimeout: 60_000 } }`)
    writeFileSync(
      join(folder, 'it.ts'),
      `import { beforeAll, expect, test } from 'vitest'
      import { endAfterTests } from '${root}/test/e2e/end.ts'
      import { startRendering } from '${root}/test/e2e/rig/rendering.ts'
      let rendering
      beforeAll(async () => {
        rendering = await startRendering(() => ({}))
        console.log('LOG ' + rendering.folder + '/logs/argocd-repo-server.log')
        ${preparation}
      })
      endAfterTests(() => rendering)
      test('it', () => { ${body} })`,
    )
    const command = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', `--config=${config}`]
    const { FORCE_COLOR: _, ...env } = process.env
    const options = { cwd: root, env: { ...env, NO_COLOR: '1' } }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, options).catch(
      (error: { stdout: string; stderr: string }) => error,
    )
    const said = stdout + stderr
    const log = /^LOG (.*\.log)$/m.exec(said)?.[1]
    if (!log) throw new Error(`repo-server did not start:\n${said}`)
    return { said, log }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test.for([
  ['a test', '', 'expect(1).toBe(2)'],
  ['the preparation of the tests', "throw new Error('not ready')", ''],
] as const)('when %s fails, the logs are shown and kept', async ([, preparation, body]) => {
  const { said, log } = await run(preparation, body)
  try {
    expect(said).toContain(`--- ${log}\n`)
    const last = readFileSync(log, 'utf8').trimEnd().split('\n').at(-1)!
    expect(said).toContain(last.slice(0, 200))
  } finally {
    rmSync(dirname(dirname(log)), { recursive: true, force: true })
  }
})

test('when none fails, nothing is shown or kept', async () => {
  const { said, log } = await run('', '')
  expect(said).not.toContain('---')
  expect(existsSync(dirname(dirname(log)))).toBe(false)
})
