/** A line of a table: its cells, and what is said below it; empty when there is nothing to say. */
export interface Line {
  readonly cells: readonly string[]
  readonly message: string
}

/** Takes titles and lines, returns them as a table with a message below the line that has one. */
export function formatTable(titles: readonly string[], lines: readonly Line[]): string {
  const rows = [titles, ...lines.map(({ cells }) => cells)]
  const widths = titles.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)))
  return rows
    .map((cells, index) => {
      const line = cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()
      const message = lines[index - 1]?.message ?? ''
      return message === '' ? line : `${line}\n${message.trimEnd().replaceAll(/^/gm, '    ')}`
    })
    .join('\n')
}

/** Takes the lines shown before and those of now, returns a text for each that changed: for a log instead of a terminal. */
export function changedLines(before: readonly Line[], now: readonly Line[]): string[] {
  return now
    .filter((line) => JSON.stringify(before.find(({ cells }) => cells[0] === line.cells[0])) !== JSON.stringify(line))
    .map(({ cells, message }) => [...cells, message.replaceAll(/\s*\n\s*/g, ' | ')].join('  ').trimEnd())
}

/** Writes what changed to standard output: a terminal gets the table redrawn in its place, a file or a pipe the lines. */
export function showTable(titles: readonly string[], before: readonly Line[], now: readonly Line[]): void {
  const { stdout } = process
  if (!stdout.isTTY) {
    for (const line of changedLines(before, now)) stdout.write(`${line}\n`)
    return
  }
  if (JSON.stringify(before) === JSON.stringify(now)) return
  // The terminal would wrap a long line, and the way back up would be too short.
  const wrapped = (lines: readonly Line[]): string[] =>
    formatTable(titles, lines)
      .split('\n')
      .flatMap((line) => line.match(new RegExp(`.{1,${stdout.columns || 80}}`, 'gu')) ?? [''])
  const up = before.length === 0 ? '' : `\x1b[${wrapped(before).length}A\x1b[0J`
  stdout.write(`${up}${wrapped(now).join('\n')}\n`)
}
