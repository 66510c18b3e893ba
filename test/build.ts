import path from 'node:path'
import { bundle } from '../scripts/edge/bundle.ts'

/** Builds the plugin once, before the tests that run it. */
export default async function build(): Promise<void> {
  await bundle(path.resolve(import.meta.dirname, '..'))
}
