import { defineConfig } from 'vitest/config'
import { reporters } from './test/reporters.ts'

export default defineConfig({
  test: {
    reporters: reporters('e2e'),
    include: ['test/{e2e,infra}/**/*.e2e.test.ts'],
    globalSetup: 'test/e2e/build-rig.ts',
    // Each file starts a control plane of its own and mostly waits: two of them keep two cores busy.
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
