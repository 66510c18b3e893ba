/** Milliseconds of the runs of one command. */
export type Runs = readonly number[]

/** Takes runs, returns their median in milliseconds. */
export function median(runs: Runs): number {
  const sorted = runs.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Takes a name and runs, returns a line: the median, and the fastest and slowest run. */
export const line = (name: string, runs: Runs): string =>
  `  ${name.padEnd(58)} ${format(median(runs))}   (${format(Math.min(...runs))} to ${format(Math.max(...runs))}, ${runs.length} runs)\n`

/** Takes milliseconds, returns them as a person reads them. */
export const format = (ms: number): string =>
  ms < 10_000 ? `${ms.toFixed(0).padStart(5)} ms` : `${(ms / 1000).toFixed(1).padStart(5)} s `
