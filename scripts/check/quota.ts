import { parse } from 'yaml'
import type { Finding } from '../../plugin/finding.ts'
import { quotaFile, quotaOf } from '../capacity/quota.ts'
import type { Tree } from '../files.ts'

/** Takes an environment and a render of its services, returns where their quota is another than they ask for: with a smaller one pods would not come to be. */
export function staleQuota(environment: string, manifests: string, files: Tree): Finding[] {
  const file = quotaFile(environment)
  const text = files.read(file)
  const wanted = quotaOf(manifests)
  if (text === undefined || text === wanted) return []
  const [allowed, asked] = [hard(text), hard(wanted)]
  const other = Object.keys(asked).filter((key) => allowed[key] !== asked[key])
  const list = other.map((key) => `${key} ${asked[key]}, not ${allowed[key] ?? 'unsaid'}`).join(', ')
  const fact = `the services of ${environment} ask for ${list || 'the same in other words'}`
  return [{ at: { file }, fact, remedy: 'npm run capacity' }]
}

function hard(text: string): Record<string, string> {
  try {
    return (parse(text) as { spec?: { hard?: Record<string, string> } } | null)?.spec?.hard ?? {}
  } catch {
    return {}
  }
}
