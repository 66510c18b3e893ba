import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { environments } from '../../scripts/environments.ts'
import { root } from '../plugin.ts'

it('the roots of all clusters differ by the name of their cluster, and in nothing else', () => {
  const texts = environments.map((name) => readFileSync(path.join(root, `clusters/${name}/root.yaml`), 'utf8'))
  const nameless = texts.map((text, index) =>
    text.replaceAll(new RegExp(`\\b${environments[index]}\\b`, 'g'), '<cluster>'),
  )
  expect(new Set(nameless).size).toBe(1)
})
