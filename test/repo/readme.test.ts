import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../plugin.ts'

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)

/** A copy of the repository that a test may change. */
const clone = mkdtempSync(path.join(tmpdir(), 'clone-'))
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
  '.npmrc',
]) {
  cpSync(path.join(root, entry), path.join(clone, entry), { recursive: true })
}
symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'))
afterAll(() => rmSync(clone, { recursive: true }))

const run = (script: string): string =>
  execFileSync('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: clone,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

/** The shell commands under a heading of README. */
function commands(heading: string): string {
  const section =
    read('README.md')
      .split(/^#{1,2} (?=[A-Z])/m)
      .find((text) => text.startsWith(heading)) ?? ''
  return [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, text]) => text).join('')
}

it.each(['README.md', ...globSync('docs/*.md', { cwd: root })])('every command in %s exists', (file) => {
  const named = [...read(file).matchAll(/npm run (?:-s )?([a-z][a-z0-9:-]*)/g)].map(([, name]) => name)
  expect(scripts).toEqual(expect.arrayContaining(named))
})

it.each(['README.md', ...globSync('docs/*.md', { cwd: root })])('every link in %s leads somewhere', (file) => {
  const links = [...read(file).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => path.join(path.dirname(file), link!))
  expect(links.filter((link) => globSync(link, { cwd: root }).length === 0)).toEqual([])
})

describe('a newcomer who follows README', () => {
  beforeAll(() => {
    const identity = '-c user.name=newcomer -c user.email=newcomer@localhost -c commit.gpgSign=false'
    run(`git init --quiet && git add apps base clusters overlays && git ${identity} commit --quiet -m 'As cloned'`)
  })

  it('sees what runs in production', () => {
    // The first and the last line are what brought this test to run.
    const [install, ...others] = commands('Platform-Kernel').trim().split('\n')
    expect(install).toBe('npm ci')
    expect(others.pop()).toMatch(/^npm test/)
    const printed = run(others.join('\n'))
    expect(printed).toContain('kind: Deployment')
    expect(printed).toContain('nothing to refuse')
  })

  it('sees a bump change one line', () => {
    const printed = run(commands('Deploy a version'))
    expect(printed.split('\n').filter((line) => /^[+-] /.test(line))).toHaveLength(4)
    expect(printed).toContain('+++ b/overlays/dev/services/iam/kustomization.yaml')
    expect(printed).toContain('+++ b/overlays/prod/services/iam/kustomization.yaml')
    expect(readFileSync(path.join(clone, 'overlays/prod/services/iam/kustomization.yaml'), 'utf8')).toBe(
      read('overlays/prod/services/iam/kustomization.yaml'),
    )
  })

  it('adds a service', () => {
    const printed = run(commands('Add a service'))
    expect(printed).toContain(
      'image: ghcr.io/septemcore/platform-kernel/search:4f1c0de5ba11ad0ff1cecafe0123456789abcdef',
    )
    expect(printed).toContain('value: data-layer:50050')
  })
})
