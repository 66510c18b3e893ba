import { defineConfig } from 'vitest/config'
import { reporters } from './test/reporters.ts'

export default defineConfig({
  test: {
    reporters: reporters('test'),
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.e2e.test.ts', 'test/soak/**'],
    globalSetup: ['test/build.ts'],
    testTimeout: 60_000,
  },
})
