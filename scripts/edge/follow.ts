import { setTimeout } from 'node:timers/promises'
import { type Line, showTable } from '../table.ts'

/** What is seen at a moment. */
interface Seen {
  readonly lines: readonly Line[]
  readonly isDone: boolean
}

/** Without a change for so long something is wrong, or somebody has to know that it is slow: ten minutes. */
const patience = 600_000

/**
 * Takes titles and a way to look, shows what changes until it is done or the signal comes, and returns which; says so when
 * nothing has changed for ten minutes. Who is looked at may be away for a while.
 */
export async function follow(
  titles: readonly string[],
  look: () => Promise<Seen>,
  signal: AbortSignal,
  { pause = 1000, quiet = patience } = {},
): Promise<'done' | 'stopped'> {
  let before: readonly Line[] = []
  let changedAt = Date.now()
  let said = ''
  const say = (text: string) => {
    if (text === said) return
    said = text
    // A redrawn table would be drawn over it.
    before = process.stdout.isTTY ? [] : before
    process.stderr.write(text)
  }
  while (!signal.aborted) {
    try {
      const { lines, isDone } = await look()
      if (JSON.stringify(lines) !== JSON.stringify(before) && before.length > 0) changedAt = Date.now()
      showTable(titles, before, lines)
      before = lines
      if (isDone) return 'done'
      if (Date.now() - changedAt > quiet) say(standing(quiet, lines))
    } catch (error) {
      say(`no answer, asking again: ${(error as Error).message}\n`)
    }
    await setTimeout(pause, undefined, { signal }).catch(() => undefined)
  }
  return 'stopped'
}

function standing(quiet: number, lines: readonly Line[]): string {
  const talking = lines.filter(({ message }) => message !== '').map(({ cells }) => cells[0])
  const where = talking.length > 0 ? `; look at ${talking.join(', ')}` : ''
  return `nothing has changed for ${Math.round(quiet / 60_000)} minutes${where}. Ctrl-C ends this command, not the work in the cluster.\n`
}
