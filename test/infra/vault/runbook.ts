import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { root } from '../../plugin.ts'
import type { Ended } from './container.ts'

/** Runs the commands of docs/vault.md that have this name, as they stand there, with these on stdin and this folder's programs first. */
export async function runbook(name: string, folder: string, input: string | Buffer = ''): Promise<Ended> {
  const page = readFileSync(path.join(root, 'docs/vault.md'), 'utf8')
  const [, commands] = new RegExp(`^\`\`\`sh ${name}\n(.*?)^\`\`\``, 'ms').exec(page) ?? []
  if (!commands) throw new Error(`docs/vault.md  has no commands named ${name}`)
  const here = commands.replace(/ <token-and-snapshot$/m, '')
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
  const child = spawn('sh', ['-euc', here], { env, stdio: 'pipe', timeout: 60_000 })
  child.stdin.on('error', () => {}).end(input)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}
