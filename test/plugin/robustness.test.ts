import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bundle } from '../../scripts/edge/bundle.ts'
import { findKustomize } from '../../scripts/edge/kustomize.ts'
import { type Ended, root, runPlugin } from '../plugin.ts'

const iam = 'overlays/prod/services/iam'
const folder = mkdtempSync(path.join(tmpdir(), 'robustness-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A copy of what a render reads, changed. */
function changedTree(name: string, change: (file: (path: string) => string) => void): string {
  const tree = path.join(folder, name)
  for (const part of ['base', 'overlays']) cpSync(path.join(root, part), path.join(tree, part), { recursive: true })
  change((file) => path.join(tree, file))
  return tree
}

const ok = ({ code, stdout, stderr }: Ended): string => {
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
}

/** A program that stands where Kustomize should. */
function standIn(name: string, body: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${body}\n`)
  chmodSync(file, 0o755)
  return file
}

describe('a Kustomize that hangs', () => {
  const pids = path.join(folder, 'pids')
  const hangs = standIn('hangs', `echo $$ >> ${pids}; exec sleep 60`)

  it('is ended at the deadline, with a message and nothing printed', async () => {
    const started = performance.now()
    const ended = await runPlugin(iam, { KUSTOMIZE: hangs, PLATFORM_KERNEL_DEADLINE_SECONDS: '1' })
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^overlays\/prod\/services\/iam {2}there is no result after 1 s\n {2}refresh .*\n$/)
    expect(performance.now() - started).toBeLessThan(10_000)
    await expect.poll(() => alive(pids)).toEqual([])
  })

  it('in the second run, for the patches of a definition, is ended as well', async () => {
    const { command } = await findKustomize(root)
    const again = standIn(
      'again',
      `case "$PWD" in */patches-*) echo $$ >> ${pids}; exec sleep 60;; esac
exec ${command} ${path.basename(command) === 'kubectl' ? 'kustomize .' : 'build .'}`,
    )
    const tree = changedTree('second', withPatch)
    const env = { KUSTOMIZE: again, PLATFORM_KERNEL_DEADLINE_SECONDS: '5' }
    const ended = await runPlugin(path.join(tree, iam), env)
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toContain('there is no result after 5 s')
    await expect.poll(() => alive(pids)).toEqual([])
  })
})

it.each(['', 'soon', '-1', '1e9', '0x10'])('a deadline of "%s" is refused', async (value) => {
  const { code, stdout, stderr } = await runPlugin(iam, { PLATFORM_KERNEL_DEADLINE_SECONDS: value })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(`PLATFORM_KERNEL_DEADLINE_SECONDS  is "${value}"\n  write a number of seconds, such as 45\n`)
})

it('twenty at once give each the same bytes as one alone', async () => {
  const alone = ok(await runPlugin(iam))
  const together = await Promise.all(Array.from({ length: 20 }, () => runPlugin(iam)))
  expect(new Set(together.map(ok))).toEqual(new Set([alone]))
})

describe.runIf(process.getuid?.() === 0)('a full disk below its temporary folder', () => {
  const disk = path.join(folder, 'disk')
  const full = { TMPDIR: disk, NODE_COMPILE_CACHE: path.join(disk, 'compile') }

  it.for([
    ['does not matter to a definition without patches', () => {}, undefined],
    ['is named where the patches of a definition need room', withPatch, 'ENOSPC: no space left on device'],
  ] as const)('%s', async ([name, change, message], { skip }) => {
    const tree = changedTree(name, change)
    const expected = ok(await runPlugin(path.join(tree, iam)))
    mkdirSync(disk, { recursive: true })
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status !== 0) {
      return skip('no right to mount a file system')
    }
    try {
      expect(() => writeFileSync(path.join(disk, 'filled'), Buffer.alloc(2 ** 20))).toThrow('ENOSPC')
      const ended = await runPlugin(path.join(tree, iam), full)
      if (!message) return expect(ok(ended)).toBe(expected)
      expect(ended).toMatchObject({ code: 1, stdout: '' })
      expect(ended.stderr).toMatch(/^\S+\/disk(\/\S+)? {2}ENOSPC: .*\n {2}give the plugin what it lacks.*\n$/)
    } finally {
      spawnSync('umount', [disk])
    }
  })
})

it('a stream of five megabytes comes out whole', async () => {
  const tree = changedTree('large', (file) => {
    const maps = Array.from({ length: 10 }, (_, index) => {
      const data = { text: `${index} ${'äöü€ '.repeat(60_000)}` }
      const metadata = { name: `large-${index}`, namespace: 'platform-services' }
      return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
    })
    writeFileSync(file(`${iam}/large.yaml`), maps.join('\n---\n'))
    addResource(file(`${iam}/kustomization.yaml`), 'large.yaml')
  })
  const printed = ok(await runPlugin(path.join(tree, iam)))
  expect(Buffer.byteLength(printed)).toBeGreaterThan(5e6)
  expect(printed.match(/^kind: ConfigMap$/gm)).toHaveLength(11)
  expect(printed.endsWith('\n')).toBe(true)
})

describe('a definition of 10,000 lines', { timeout: 120_000 }, () => {
  const variables = Array.from({ length: 10_000 }, (_, index) => `    VARIABLE_${index}: 'value ${index}'`)
  const grown = (name: string, last = '') =>
    changedTree(name, (file) => {
      const definition = file('base/services/iam/definition.yaml')
      const text = readFileSync(definition, 'utf8')
      const env = /^ {2}env:\n/m
      const added = [...variables, last].filter(Boolean).join('\n')
      writeFileSync(
        definition,
        env.test(text) ? text.replace(env, `  env:\n${added}\n`) : `${text.trimEnd()}\n  env:\n${added}\n`,
      )
    })

  it('is rendered whole', async () => {
    const printed = ok(await runPlugin(path.join(grown('long'), iam)))
    expect(printed.match(/ name: VARIABLE_\d+$/gm)).toHaveLength(10_000)
  })

  it('with a mistake in its last line has it found there', async () => {
    const { code, stdout, stderr } = await runPlugin(path.join(grown('wrong', '    WRONG: 1'), iam))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^base\/services\/iam\/definition\.yaml:10\d{3}:\d+ {2}WRONG is 1/)
  })
})

it('killed in the middle, leaves a failure, no output, and a Kustomize that ends by itself', async () => {
  const pids = path.join(folder, 'killed')
  const writes = standIn('writes', `echo $$ >> ${pids}; sleep 1; while echo 'a: b'; do :; done`)
  const child = spawn(process.execPath, [await bundle(root)], {
    cwd: path.join(root, iam),
    env: { ...process.env, KUSTOMIZE: writes },
  })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
  await expect.poll(() => alive(pids)).toHaveLength(1)
  child.kill('SIGKILL')
  expect(await ended).toEqual({ code: null, signal: 'SIGKILL' })
  expect(printed).toBe('')
  await expect.poll(() => alive(pids), { timeout: 10_000 }).toEqual([])
})

function withPatch(file: (path: string) => string): void {
  const definition = file('base/services/iam/definition.yaml')
  const patch = `
  patches:
    annotate:
      target: { kind: Deployment }
      patch: |
        - { op: add, path: /metadata/annotations/patched, value: 'yes' }
`
  writeFileSync(definition, readFileSync(definition, 'utf8').trimEnd() + patch)
}

function addResource(kustomization: string, resource: string): void {
  const text = readFileSync(kustomization, 'utf8')
  mkdirSync(path.dirname(kustomization), { recursive: true })
  writeFileSync(kustomization, text.replace('resources:\n', `resources:\n  - ${resource}\n`))
}

/** Takes a file with process ids, returns those that still run; a process that ended and was not waited for runs no more. */
function alive(file: string): number[] {
  const ids = (() => {
    try {
      return readFileSync(file, 'utf8').trim().split('\n').map(Number)
    } catch {
      return []
    }
  })()
  return ids.filter((id) => {
    try {
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${id}/status`, 'utf8'))
    } catch {
      return false
    }
  })
}
