import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { bundle } from '../../scripts/edge/bundle.ts'
import { root, runPlugin } from '../plugin.ts'

const iam = 'overlays/prod/services/iam'
const folder = mkdtempSync(path.join(tmpdir(), 'kustomize-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A program that stands where Kustomize should, to see what its failures lead to. */
function standIn(name: string, body: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${body}\n`)
  chmodSync(file, 0o755)
  return file
}

const half = `printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: half\\n---\\napiVersion: v1\\nkind: Con'`

describe('nothing is printed and the process fails', () => {
  it.each([
    ['when Kustomize is killed after half its output', standIn('killed', `${half}; kill -9 $$`), 'killed'],
    [
      'when Kustomize fails after half its output',
      standIn('failed', `${half}; echo 'Error: disk full' >&2; exit 1`),
      'disk full',
    ],
    [
      'when Kustomize prints nothing and calls that a success',
      standIn('silent', 'exit 0'),
      'order to delete everything',
    ],
    [
      'when Kustomize prints only comments',
      standIn('comments', `printf '# nothing\\n---\\n'`),
      'order to delete everything',
    ],
    ['when the output ends in the middle of an object', standIn('half', half), 'no Kubernetes object'],
    ['when the output is no YAML', standIn('broken', `printf 'a: b: c'`), 'bug'],
    ['when the output is one long word', standIn('word', 'printf hello'), 'no Kubernetes object'],
    ['when Kustomize is not there', path.join(folder, 'absent'), 'is not there to run'],
  ])('%s', async (_, kustomize, message) => {
    const { code, stdout, stderr } = await runPlugin(iam, { KUSTOMIZE: kustomize })
    expect(stdout).toBe('')
    expect(code).not.toBe(0)
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  it('when it is told to stop, and Kustomize stops with it', async () => {
    const pidFile = path.join(folder, 'pid')
    const kustomize = standIn('slow', `echo $$ > ${pidFile}; exec sleep 60`)
    const child = spawn(process.execPath, [await bundle(root)], {
      cwd: path.join(root, iam),
      env: { ...process.env, KUSTOMIZE: kustomize },
    })
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const pid = await waitFor(() => Number(readFileSync(pidFile, 'utf8')))
    child.kill('SIGTERM')
    expect(await ended).toBe(1)
    expect(printed).toBe('')
    await waitFor(() => !isRunning(pid))
  })

  it('when the reader goes away', async () => {
    const child = spawn(process.execPath, [await bundle(root)], {
      cwd: path.join(root, 'overlays/prod/services'),
      env: {
        ...process.env,
        KUSTOMIZE: (await import('../../scripts/edge/kustomize.ts').then(({ findKustomize }) => findKustomize(root)))
          .command,
      },
    })
    child.stdout.destroy()
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1)
  })
})

it('gives Kustomize no credentials, no configuration and no way to the network', async () => {
  const seen = path.join(folder, 'environment')
  const kustomize = standIn('spy', `env > ${seen}; exit 1`)
  await runPlugin(iam, { KUSTOMIZE: kustomize, VAULT_TOKEN: 's.secret', ARGOCD_ENV_X: '1', GIT_ASKPASS: 'ask' })
  const variables = readFileSync(seen, 'utf8')
    .split('\n')
    .map((line) => line.split('=')[0])
    .filter((name) => name && !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name))
  expect(variables.sort()).toEqual(['GIT_ALLOW_PROTOCOL', 'GOGC', 'HOME', 'HTTPS_PROXY', 'HTTP_PROXY', 'PATH'])
  expect(readFileSync(seen, 'utf8')).toContain('HTTPS_PROXY=http://127.0.0.1:9\n')
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Tries until there is an answer; the test's own time limit ends it otherwise. */
async function waitFor<T>(look: () => T): Promise<NonNullable<T>> {
  for (;;) {
    try {
      const found = look()
      if (found) return found
    } catch {
      // Not there yet.
    }
    await setTimeout(20)
  }
}
