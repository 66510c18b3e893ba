import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root } from '../plugin.ts'
import { findPrograms } from './programs.ts'

const scripts = globSync('base/infra/**/*.sh', { cwd: root })

test.each(scripts)('shellcheck has nothing to say of %s', async (script) => {
  const { shellcheck } = await findPrograms()
  // Not 1091: what a script reads lies where it is mounted.
  const words = ['--shell=sh', '--exclude=SC1091', '--format=gcc', script]
  const said = await promisify(execFile)(shellcheck, words, { cwd: root }).catch((error: { stdout: string }) => error)
  expect(said.stdout).toBe('')
})

test('there are scripts', () => expect(scripts.length).toBeGreaterThan(8))
