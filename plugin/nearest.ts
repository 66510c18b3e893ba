/** Takes a word and the allowed ones, returns the one that was probably meant, if any is at most `most` slips away. */
export function nearest(word: string, allowed: readonly string[], most = Infinity): string | undefined {
  const limit = Math.min(most, Math.max(1, Math.floor(word.length / 3)))
  let best: string | undefined
  let least = limit + 1
  for (const candidate of allowed) {
    const distance = edits(word.toLowerCase(), candidate.toLowerCase())
    if (distance < least) [best, least] = [candidate, distance]
  }
  if (best !== undefined || word.length < 3) return best
  const related = allowed.filter(
    (candidate) => candidate.startsWith(word) || (candidate.length > 2 && word.startsWith(candidate)),
  )
  return related.length === 1 ? related[0] : undefined
}

/** Takes a word and the allowed ones, returns the sentence that answers a wrong word. */
export function allowedInstead(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed)
  return near === undefined ? `allowed: ${[...allowed].sort().join(', ')}` : `did you mean ${near}?`
}

/** Insertions, removals, replacements and swaps of neighbours, one each. */
function edits(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(last[column]! + 1, line[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, before[column - 2]! + 1)
      line.push(cost)
    }
    ;[before, last] = [last, line]
  }
  return last[b.length]!
}
