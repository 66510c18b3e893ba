import { build } from './rig/build.ts'

/** Builds what is missing of the rig before the first test, outside of its timeout. */
export default async function setup(): Promise<void> {
  await build()
}
