import type { Desk, Outcome } from './command.ts'
import { definitionPage } from './definition-page.ts'
import { patchSchema } from './editor-schema.ts'
import { schema as cluster } from '../plugin/kinds/cluster.ts'
import { schema as databases } from '../plugin/kinds/databases.ts'
import { schema } from '../plugin/kinds/service-definition.ts'
import { schema as vaultRoles } from '../plugin/kinds/vault-roles.ts'
import { schema as wave } from '../plugin/kinds/wave.ts'

export const usage = `npm run build
  makes the plugin's bundle (plugin/dist), the schemas for editors (plugin/schemas) and docs/definition.md from the sources`

/** Builds the plugin and the schemas for editors from their one source. */
export async function run(words: string[], { bundle, files, replace }: Desk): Promise<Outcome> {
  if (words.length > 0) return { wrongWords: true }
  const path = await bundle()
  const example = files.read('base/services/iam/definition.yaml') ?? ''
  for (const [file, text] of Object.entries(generatedFiles(example))) replace(file, text)
  return { notes: `built ${path}\n` }
}

/** Takes an example of a definition, returns the text of each generated file that is kept in git, by its path. */
export function generatedFiles(example: string): Record<string, string> {
  const text = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
  return {
    'plugin/schemas/cluster.json': text(cluster),
    'plugin/schemas/databases.json': text(databases),
    'plugin/schemas/service-definition.json': text(schema),
    'plugin/schemas/service-definition.patch.json': text(patchSchema(schema)),
    'plugin/schemas/vault-roles.json': text(vaultRoles),
    'plugin/schemas/wave.json': text(wave),
    'plugin/schemas/wave.patch.json': text(patchSchema(wave)),
    'docs/definition.md': definitionPage(schema, example),
  }
}
