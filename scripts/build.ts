import type { Desk, Outcome } from './command.ts'
import { patchSchema } from './editor-schema.ts'
import { schema } from '../plugin/kinds/service-definition.ts'

export const usage = `npm run build
  makes the plugin's bundle (plugin/dist) and the schemas for editors (plugin/schemas) from the sources`

/** Builds the plugin and the schemas for editors from their one source. */
export async function run(words: string[], { bundle, replace }: Desk): Promise<Outcome> {
  if (words.length > 0) return { wrongWords: true }
  const path = await bundle()
  for (const [file, text] of Object.entries(editorSchemas())) replace(file, text)
  return { notes: `built ${path}\n` }
}

/** Returns the text of each schema file for editors, by its path. */
export function editorSchemas(): Record<string, string> {
  const text = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
  const folder = 'plugin/schemas/service-definition'
  return { [`${folder}.json`]: text(schema), [`${folder}.patch.json`]: text(patchSchema(schema)) }
}
