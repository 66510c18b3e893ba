import { changedLines, formatTable, type Line, showTable } from '../table.ts'

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

const titles = ['APPLICATION', 'SYNC', 'HEALTH', 'COMMIT', 'READY']

/** Takes rows, returns them as a table with a message below the row that has one. */
export const table = (rows: readonly Row[]): string => formatTable(titles, rows.map(line))

/** Takes the rows shown before and those of now, returns a line for each that changed: for a log instead of a terminal. */
export const changes = (before: readonly Row[], now: readonly Row[]): string[] =>
  changedLines(before.map(line), now.map(line))

/** Shows what changed since the rows before. */
export const show = (before: readonly Row[], now: readonly Row[]): void =>
  showTable(titles, before.map(line), now.map(line))

const line = ({ name, sync, health, revision, pods, message }: Row): Line => ({
  cells: [name, sync, health, short(revision), pods],
  message,
})

/** Takes a commit, returns as much of it as a person tells apart; a dash for none. */
export const short = (revision: string): string => (revision === '' ? '-' : revision.slice(0, 8))
