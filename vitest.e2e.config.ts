import { defineConfig } from 'vitest/config'
import { reporters } from './test/reporters.ts'

export default defineConfig({
  test: {
    reporters: reporters('e2e'),
    include: ['test/e2e/**/*.e2e.test.ts'],
    globalSetup: 'test/e2e/build-rig.ts',
    // Each file starts a control plane, which wants the machine for itself.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
