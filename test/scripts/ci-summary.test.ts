import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from '../plugin.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'summary-'))
  cpSync(path.join(root, '.ci'), path.join(folder, '.ci'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (passed: number, failed: number, status = failed ? 'failed' : 'passed') => ({
  name: 'a.test.ts',
  status,
  assertionResults: [...Array(passed).fill('passed'), ...Array(failed).fill('failed')].map((status) => ({ status })),
})

/** Writes the result of a run as vitest does. */
function result(run: string, ...testResults: ReturnType<typeof file>[]): void {
  const results = path.join(folder, 'node_modules/.cache/platform-kernel/results')
  const count = (wanted: string) =>
    testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === wanted).length
  mkdirSync(results, { recursive: true })
  const counts = { numPassedTests: count('passed'), numFailedTests: count('failed') }
  writeFileSync(path.join(results, `${run}.json`), JSON.stringify({ ...counts, testResults }))
}

function summary(...words: string[]): { last: string | undefined; code: number | null } {
  const { stdout, status } = spawnSync(process.execPath, [path.join(folder, '.ci/summary.mjs'), ...words])
  return { last: stdout.toString().trimEnd().split('\n').at(-1), code: status }
}

test.for<[string, () => void, string[], string, number]>([
  [
    'both runs together',
    () => (result('test', file(3, 0)), result('e2e', file(2, 0), file(1, 0))),
    ['test=0', 'e2e=0'],
    '6 passed, 0 failed',
    0,
  ],
  [
    'the failures of both',
    () => (result('test', file(3, 1)), result('e2e', file(2, 2))),
    ['test=1', 'e2e=1'],
    '5 passed, 3 failed',
    1,
  ],
  ['a run that failed before vitest as one failure', () => {}, ['test=1'], '0 passed, 1 failed', 1],
  [
    'a file that failed before its tests as one failure',
    () => result('e2e', file(2, 0), file(0, 0, 'failed')),
    ['e2e=1'],
    '2 passed, 1 failed',
    1,
  ],
  ['a run that failed beside its tests', () => result('e2e', file(2, 0)), ['e2e=1'], '2 passed, 1 failed', 1],
  ['nothing as a failure', () => {}, [], '0 passed, 0 failed', 1],
  [
    'a run without a result as a failure',
    () => result('test', file(3, 0)),
    ['test=0', 'e2e=0'],
    '3 passed, 1 failed',
    1,
  ],
])('the last line counts %s', ([, prepare, words, last, code]) => {
  prepare()
  expect(summary(...words)).toEqual({ last, code })
})
