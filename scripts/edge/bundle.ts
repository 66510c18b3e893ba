import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { replaceFile } from './replace.ts'

const banner = (hash: string): string => `// sources ${hash}\n`

/**
 * Takes the repository's root, returns the path of the plugin's bundle made from the sources as they are now; builds it
 * only when they changed. Parallel builds end in the same bytes, and each replaces the file in one step.
 */
export async function bundle(root: string): Promise<string> {
  const target = path.join(root, 'plugin/dist/plugin.mjs')
  const hash = sourcesHash(root)
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(banner(hash))) return target
  const { build } = await import('esbuild')
  await generateKinds(root)
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['plugin/main.ts'],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minifySyntax: true,
    // The bundle is the same with and without the repository's tsconfig.json around it.
    tsconfigRaw: { compilerOptions: {} },
    // The same code as ES modules, of which esbuild drops what is not used.
    alias: { yaml: path.join(root, 'node_modules/yaml/browser/index.js') },
    legalComments: 'none',
    write: false,
  })
  replaceFile(target, banner(hash) + outputFiles[0]!.text)
  return target
}

/** Takes the repository's root, writes plugin/generated: every kind of plugin/kinds with a validator compiled from its schema. */
export async function generateKinds(root: string): Promise<void> {
  const { Ajv } = await import('ajv')
  const { default: standalone } = await import('ajv/dist/standalone/index.js')
  const entries: string[] = []
  for (const file of globSync('*.ts', { cwd: path.join(root, 'plugin/kinds') }).sort()) {
    const { schema } = (await import(path.join(root, 'plugin/kinds', file))) as { schema: { title: string } & object }
    const name = path.basename(file, '.ts')
    const ajv = new Ajv({ allErrors: true, code: { source: true, esm: true }, allowUnionTypes: true })
    const compiled = standalone.default(ajv, ajv.compile(schema))
    if (compiled.includes('require('))
      throw new Error(`the validator of ${file} needs a part of Ajv at run time: say it with pattern instead`)
    replaceFile(path.join(root, `plugin/generated/${name}.mjs`), compiled)
    replaceFile(
      path.join(root, `plugin/generated/${name}.d.mts`),
      "import type { ValidateFunction } from 'ajv'\nexport declare const validate: ValidateFunction\n",
    )
    entries.push(
      `import { validate as ${camel(name)} } from './${name}.mjs'`,
      `kinds.${schema.title} = { validate: ${camel(name)}, load: () => import('../kinds/${file}') as unknown as Promise<Kind> }`,
    )
  }
  const imports = entries.filter((line) => line.startsWith('import'))
  const lines = entries.filter((line) => !line.startsWith('import'))
  const head =
    "import type { ValidateFunction } from 'ajv'\nimport type { Expansion, KubernetesObject, Surroundings } from '../kind.ts'"
  const types = `interface Kind {\n  schema: object\n  expand: (object: KubernetesObject, surroundings: Surroundings) => Expansion | Promise<Expansion>\n}\n\n/** Every kind of our own by name. */\nexport const kinds: Record<string, { validate: ValidateFunction; load: () => Promise<Kind> }> = {}`
  replaceFile(path.join(root, 'plugin/generated/kinds.ts'), `${[head, ...imports, '', types, ...lines].join('\n')}\n`)
}

const camel = (name: string): string => name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())

function sourcesHash(root: string): string {
  const hash = createHash('sha256')
  for (const file of [
    ...globSync('plugin/**/*.ts', { cwd: root, exclude: ['plugin/generated/**'] }),
    'package-lock.json',
    'scripts/edge/bundle.ts',
  ].sort()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}
