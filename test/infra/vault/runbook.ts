import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../../plugin.ts'
import { type Ended, run } from './container.ts'

/** Runs the commands of docs/vault.md that have this name, as they stand there, with these on stdin and this folder's programs first. */
export async function runbook(name: string, folder: string, input: string | Buffer = ''): Promise<Ended> {
  const page = readFileSync(path.join(root, 'docs/vault.md'), 'utf8')
  const [, commands] = new RegExp(`^\`\`\`sh ${name}\n(.*?)^\`\`\``, 'ms').exec(page) ?? []
  if (!commands) throw new Error(`docs/vault.md  has no commands named ${name}`)
  const here = commands.replace(/ <token-and-snapshot$/m, '')
  const environment = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
  return run({ file: 'sh', args: ['-euc', here], environment }, input, 60_000)
}
