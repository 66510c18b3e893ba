import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** Runs kubectl and gives its standard output; fails with what it said on standard error. */
export async function runKubectl(
  kubectl: string,
  args: string[],
  options: { environment: NodeJS.ProcessEnv; input?: string },
): Promise<string> {
  const child = spawn(kubectl, args, { env: options.environment, stdio: 'pipe' })
  child.stdin.on('error', () => {}).end(options.input)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const [out, error, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}  exit code ${code}\n${error.trim()}`)
  return out
}
