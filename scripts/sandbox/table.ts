/** What is shown of one Application. */
export interface Row {
  readonly name: string
  readonly sync: string
  readonly health: string
  /** The commit it is at, whole; empty before the first comparison. */
  readonly revision: string
  /** Ready pods of those wanted, as 3/3. */
  readonly pods: string
  /** What Argo CD or the plugin says is wrong; empty when nothing is. */
  readonly message: string
}

const titles: Row = {
  name: 'APPLICATION',
  sync: 'SYNC',
  health: 'HEALTH',
  revision: 'COMMIT',
  pods: 'READY',
  message: '',
}

/** Takes rows, returns them as a table with a message below the row that has one. */
export function table(rows: readonly Row[]): string {
  const columns = [titles, ...rows].map(({ name, sync, health, revision, pods }) => [
    name,
    sync,
    health,
    short(revision),
    pods,
  ])
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...columns.map((cells) => cells[column]!.length)))
  return columns
    .map((cells, index) => {
      const line = cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()
      const message = rows[index - 1]?.message ?? ''
      return message === '' ? line : `${line}\n${message.trimEnd().replaceAll(/^/gm, '    ')}`
    })
    .join('\n')
}

/** Takes the rows shown before and those of now, returns a line for each that changed: for a log instead of a terminal. */
export function changes(before: readonly Row[], now: readonly Row[]): string[] {
  return now
    .filter((row) => JSON.stringify(before.find(({ name }) => name === row.name)) !== JSON.stringify(row))
    .map(({ name, sync, health, revision, pods, message }) =>
      [name, sync, health, short(revision), pods, message.replaceAll(/\s*\n\s*/g, ' | ')].join('  ').trimEnd(),
    )
}

const short = (revision: string): string => (revision === '' ? '-' : revision.slice(0, 8))
