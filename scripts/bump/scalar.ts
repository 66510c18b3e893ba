/** Takes a hexadecimal word, returns whether YAML 1.1, as go-yaml reads it, takes the bare word for a number. */
function readsAsNumber(word: string): boolean {
  return /^[0-9]+(e[0-9]+)?$/.test(word) || /^0b[01]+$/.test(word)
}

/** Takes a scalar's source text, returns its quote: `'`, `"` or none. */
export function quoteOf(source: string): string {
  return source.startsWith("'") || source.startsWith('"') ? source.charAt(0) : ''
}

/** Takes a word and the quote it had, returns its source text: the same quote, or `fallback` around what would be a number. */
export function writeScalar(word: string, quote: string, fallback = "'"): string {
  const around = quote || (readsAsNumber(word) ? fallback : '')
  return around + word + around
}
