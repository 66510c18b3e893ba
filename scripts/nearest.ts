/** Takes a word and the allowed ones, returns the one that was probably meant, at most `limit` letters away, or undefined. */
export function nearest(word: string, allowed: readonly string[], limit = Infinity): string | undefined {
  const meant = word.trim().toLowerCase()
  if (meant === '' || meant.length > 200) return undefined
  const [best] = allowed
    .map((candidate) => ({ candidate, distance: howFar(meant, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.min(limit, Math.max(1, Math.floor(candidate.length / 3))))
    .sort((a, b) => a.distance - b.distance)
  return best?.candidate
}

function howFar(a: string, b: string): number {
  const isBeginning = Math.min(a.length, b.length) > 1 && (a.startsWith(b) || b.startsWith(a))
  return isBeginning ? 1 : editDistance(a, b)
}

/** Letters inserted, deleted, replaced or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwapped ? beforeLast[j - 2]! + 1 : Infinity
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), swapped))
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
