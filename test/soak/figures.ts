/** Takes what was measured in milliseconds, returns its distribution in seconds as a line. */
export function distribution(what: string, milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]! / 1000).toFixed(1)
  return `${what}: least ${at(0)} s, median ${at(0.5)} s, 95 of 100 below ${at(0.95)} s, most ${at(1)} s (${sorted.length} times)\n`
}
