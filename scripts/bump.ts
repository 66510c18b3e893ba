import { planBump } from './bump/plan.ts'
import type { Desk, Outcome } from './command.ts'
import { formatDiff } from './edit-diff.ts'

export { usage } from './bump/words.ts'

/** Takes the words of a bump, changes the pins they name, all or none, and returns the difference. */
export async function run(words: string[], { files, write }: Desk): Promise<Outcome> {
  const { edits, unchanged, findings, environment, planOnly, usage } = planBump(words, files)
  if (findings.length > 0) return { findings, wrongWords: usage !== undefined }
  const refused = planOnly ? [] : await write(edits)
  if (refused.length > 0) return { findings: refused }
  const same = unchanged.map((service) => `${service} has this pin in ${environment} already: nothing to do\n`)
  const planned = planOnly && edits.length > 0 ? ['planned only, nothing is written\n'] : []
  return { output: formatDiff(edits), notes: [...same, ...planned].join('') }
}
