import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { formatDiff } from '../../scripts/edit-diff.ts'

const path = 'overlays/dev/services/iam/kustomization.yaml'

it.each([
  ['LF', 'a: 1\nb: 1\nc: 1\n'],
  ['CRLF', 'a: 1\r\nb: 1\r\nc: 1\r\n'],
  ['no newline at the end', 'a: 1\nb: 1'],
  ['a byte order mark', '\uFEFFb: 1\n'],
])('git applies what is printed for a file with %s', (_, before) => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'diff-'))
  try {
    fs.mkdirSync(join(folder, dirname(path)), { recursive: true })
    fs.writeFileSync(join(folder, path), before)
    const after = before.replace('b: 1', 'b: 2')
    const input = formatDiff([{ path, before, after }])
    expect(input.match(/^[+-]b/gm)?.length ?? input.match(/^[+-]\uFEFFb/gm)?.length).toBe(2)
    execFileSync('git', ['-c', 'core.autocrlf=false', 'apply'], { cwd: folder, input })
    expect(fs.readFileSync(join(folder, path), 'utf8')).toBe(after)
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
})

it('is empty without edits', () => {
  expect(formatDiff([])).toBe('')
})
