import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { root } from '../plugin.ts'
import { processesOf } from './rig/process.ts'

const clone = mkdtempSync(path.join(tmpdir(), 'sandbox-'))
afterAll(() => rmSync(clone, { recursive: true, force: true }))

const git = (...words: string[]): string =>
  execFileSync('git', ['-C', clone, '-c', 'user.name=a', '-c', 'user.email=a@localhost', ...words], {
    encoding: 'utf8',
  })

const commit = (): string => {
  git('commit', '--quiet', '--all', '--message', 'Change')
  return git('rev-parse', 'HEAD').slice(0, 8)
}

test('a person watches a bump and a mistake, and ends it all with Ctrl-C', async () => {
  // Copied, not cloned: git refuses another user's repository, and what is not committed is tried as well.
  for (const entry of ['base', 'overlays', 'plugin', 'scripts', 'test', 'package.json', 'package-lock.json']) {
    cpSync(path.join(root, entry), path.join(clone, entry), { recursive: true })
  }
  git('init', '--quiet')
  git('add', '--all', 'base', 'overlays')
  commit()
  symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'))
  const child = spawn(process.execPath, ['scripts/start.mjs', 'sandbox', 'dev'], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let shown = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (shown += chunk.toString()))
  const ended = once(child, 'exit')
  const see = async (what: RegExp, seconds = 120): Promise<void> => {
    const until = Date.now() + seconds * 1000
    while (!what.test(shown)) {
      if (Date.now() > until || child.exitCode !== null) throw new Error(`${String(what)} was not shown:\n${shown}`)
      await setTimeout(200)
    }
  }
  try {
    await see(/^export KUBECONFIG=/m)
    for (const service of ['iam', 'gateway', 'notify'])
      await see(new RegExp(`^${service}  Synced  Healthy  \\w{8}  1/1$`, 'm'))

    execFileSync(process.execPath, ['scripts/start.mjs', 'bump', 'iam', 'a'.repeat(40)], {
      cwd: clone,
      stdio: 'ignore',
    })
    await see(new RegExp(`^iam  Synced  Healthy  ${commit()}  1/1$`, 'm'))

    const file = path.join(clone, 'base/services/notify/definition.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('replicas: 3', 'replica: 3'))
    commit()
    await see(/base\/services\/notify\/definition.yaml:\d+:\d+ {2}unknown field replica \| did you mean replicas\?/)
  } finally {
    child.kill('SIGINT')
  }
  expect(await ended).toEqual([0, null])
  const kubeconfig = /KUBECONFIG=(.*)/.exec(shown)![1]!
  expect(await processesOf(path.dirname(kubeconfig))).toEqual([])
}, 300_000)
