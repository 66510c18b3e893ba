import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { kubectl } from '../../scripts/edge/kustomize.ts'
import { root } from '../plugin.ts'

const clone = mkdtempSync(path.join(tmpdir(), 'unpack-'))
afterAll(() => rmSync(clone, { recursive: true }))

it.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'a kubectl that is asked for twice at once is whole both times',
  async () => {
    mkdirSync(path.join(clone, 'node_modules'))
    symlinkSync(path.join(root, 'node_modules/@aws-cdk'), path.join(clone, 'node_modules/@aws-cdk'))
    const paths = await Promise.all([kubectl(clone), kubectl(clone), kubectl(clone)])
    for (const found of paths)
      expect(execFileSync(found, ['version', '--client'], { encoding: 'utf8' })).toContain('v1.36.3')
    expect(readdirSync(path.dirname(paths[0]!))).toEqual(['kubectl'])
  },
)
