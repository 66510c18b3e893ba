import { parse } from 'yaml'
import type { Finding } from '../../plugin/finding.ts'
import { quantityValue } from '../../plugin/service/quantity.ts'
import { quotaFile, quotaOf } from '../capacity/quota.ts'
import type { Tree } from '../files.ts'

/** Takes an environment and a render of its services, returns where their quota is less than they ask for: pods would not come to be. */
export function staleQuota(environment: string, manifests: string, files: Tree): Finding[] {
  const file = quotaFile(environment)
  const text = files.read(file)
  const wanted = quotaOf(manifests)
  if (text === undefined) return []
  const [allowed, asked] = [hard(text), hard(wanted)]
  const less = Object.keys(asked).filter((key) => quantityValue(allowed[key] ?? '0') < quantityValue(asked[key]!))
  if (less.length === 0) return []
  const list = less.map((key) => `${key} ${asked[key]}, not ${allowed[key] ?? '0'}`).join(', ')
  const fact = `the services of ${environment} ask for ${list}`
  return [{ at: { file }, fact, remedy: 'npm run capacity' }]
}

function hard(text: string): Record<string, string> {
  try {
    return (parse(text) as { spec?: { hard?: Record<string, string> } } | null)?.spec?.hard ?? {}
  } catch {
    return {}
  }
}
