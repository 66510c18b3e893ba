import { build } from './rig/build.ts'
import { NoGo } from './rig/go.ts'

/** Builds what is missing of the rig before the first test, outside of its timeout. */
export default async function setup(): Promise<void> {
  await build().catch((error: unknown) => {
    if (!(error instanceof NoGo)) throw error
    // Thrown, it would come with a stack, as a bug does.
    console.error(error.message)
    process.exit(1)
  })
}
