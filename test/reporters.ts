import type { TestUserConfig } from 'vitest/node'

/** Takes the name of a run, returns its reporters: for a person, and in CI also a file that .ci/summary.mjs adds up. */
export function reporters(run: string): NonNullable<TestUserConfig['reporters']> {
  const outputFile = `node_modules/.cache/platform-kernel/results/${run}.json`
  return process.env.CI ? ['default', ['json', { outputFile }]] : ['default']
}
