/** Takes a word and the allowed ones, returns the allowed one that it is most likely a slip for, if any is close. */
export function nearest(word: string, allowed: readonly string[]): string | undefined {
  const close = Math.max(1, Math.floor(word.length / 3))
  return allowed
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= close)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate
}

/** Takes a word and the allowed ones, returns the sentence that answers a wrong word. */
export function allowedInstead(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed)
  return near ? `did you mean ${near}?` : `allowed: ${[...allowed].sort().join(', ')}`
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
