import { afterAll, afterEach } from 'vitest'

interface Running {
  /** The ends of its logs, each below its path. */
  tails(): string
  stop(logs: 'remove' | 'keep'): Promise<void>
}

/** Ends what a file's tests run on after the last of them; after a failure its logs are shown and kept. */
export function endAfterTests(running: () => Running | undefined): void {
  let tests = 0
  let failures = 0
  const show = () => console.error(running()?.tails() ?? '')
  afterEach(({ task }) => {
    tests += 1
    if (task.result?.state !== 'fail') return
    failures += 1
    show()
  })
  afterAll(async () => {
    // Without a single test it was the preparation that failed.
    if (tests === 0) show()
    await running()?.stop(tests === 0 || failures > 0 ? 'keep' : 'remove')
  })
}
