import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { root } from '../plugin.ts'

const clone = mkdtempSync(path.join(tmpdir(), 'diff-'))
afterAll(() => rmSync(clone, { recursive: true }))
for (const entry of [
  'apps',
  'base',
  'clusters',
  'docs',
  'overlays',
  'plugin',
  'scripts',
  'package.json',
  'package-lock.json',
])
  cpSync(path.join(root, entry), path.join(clone, entry), { recursive: true })
symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'))

const git = (...words: string[]): string =>
  execFileSync(
    'git',
    ['-C', clone, '-c', 'user.name=a', '-c', 'user.email=a@localhost', '-c', 'commit.gpgSign=false', ...words],
    {
      encoding: 'utf8',
    },
  )

function change(file: string, from: string, to: string): void {
  const text = readFileSync(path.join(clone, file), 'utf8')
  expect(text).toContain(from)
  writeFileSync(path.join(clone, file), text.replace(from, to))
}

it('a change of the plugin shows in every Application that it reaches, and one of a pin in its own', () => {
  git('init', '--quiet')
  git('add', 'apps', 'base', 'clusters', 'docs', 'overlays', 'plugin', 'scripts', 'package.json', 'package-lock.json')
  git('commit', '--quiet', '-m', 'As it runs')
  change(
    'plugin/service/disruption-budget.ts',
    "unhealthyPodEvictionPolicy: 'AlwaysAllow'",
    "unhealthyPodEvictionPolicy: 'IfHealthyBudget'",
  )
  change('overlays/staging/services/iam/kustomization.yaml', '0'.repeat(40), '4f1c0de5ba11ad0ff1cecafe0123456789abcdef')
  const run = (...words: string[]) =>
    execFileSync(process.execPath, ['scripts/run.ts', 'diff', ...words], { cwd: clone, encoding: 'utf8' })
  const printed = run('HEAD', 'staging')
  const files = [...printed.matchAll(/^\+\+\+ b\/staging\/(.*)$/gm)].map(([, name]) => name)
  expect(files).toContain('iam')
  expect(files).toContain('money')
  // The hash of its content is in its Application.
  expect(files).toContain('root')
  expect(files).not.toContain('foundation')
  expect(printed).toContain(
    '-  unhealthyPodEvictionPolicy: AlwaysAllow\n+  unhealthyPodEvictionPolicy: IfHealthyBudget\n',
  )
  expect(printed).toContain(
    '+          image: ghcr.io/septemcore/platform-kernel/iam:4f1c0de5ba11ad0ff1cecafe0123456789abcdef\n',
  )
  expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1)
}, 240_000)
