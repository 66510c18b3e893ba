import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { generatedFiles } from '../../scripts/build.ts'
import { capacityFile, capacityTable } from '../../scripts/capacity.ts'
import { quotaFile, quotaOf } from '../../scripts/capacity/quota.ts'
import { environments } from '../../scripts/environments.ts'
import { root, runPlugin } from '../plugin.ts'

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

it.each(Object.entries(generatedFiles(read('base/services/iam/definition.yaml'))))(
  '%s is what npm run build writes',
  (file, text) => {
    expect(read(file)).toBe(text)
  },
)

it('the capacity table and the quotas are what npm run capacity writes', async () => {
  const renders = await Promise.all(
    environments.map(async (name) => [name, (await runPlugin(`overlays/${name}/services`)).stdout]),
  )
  const byEnvironment = Object.fromEntries(renders) as Record<string, string>
  expect(read(capacityFile)).toBe(capacityTable(byEnvironment))
  for (const name of environments) expect(read(quotaFile(name)), name).toBe(quotaOf(byEnvironment[name]!))
})
