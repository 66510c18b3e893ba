import { expect } from 'vitest'
import { objectsIn } from '../../scripts/manifests.ts'
import type { Json } from '../e2e/rig/api.ts'
import { runPlugin } from '../plugin.ts'

/** Takes a folder of the tree, gives its objects as the plugin renders them, without a word on stderr. */
export async function render(folder: string): Promise<Json[]> {
  const { code, stdout, stderr } = await runPlugin(folder)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return objectsIn(stdout)
}
