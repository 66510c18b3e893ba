import type { TestUserConfig } from 'vitest/node'

/** Takes the name of a run, returns its reporters: for a person, and in CI also a file that .ci/summary.mjs adds up. */
export function reporters(run: 'test' | 'e2e'): NonNullable<TestUserConfig['reporters']> {
  // A file of e2e takes minutes: each of its tests is told as it ends.
  const told = run === 'e2e' ? 'verbose' : 'default'
  const outputFile = `node_modules/.cache/platform-kernel/results/${run}.json`
  return process.env.CI ? [told, ['json', { outputFile }]] : [told]
}
