const decimal: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const form = /^([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,3})|([KMGTPE]i|[numkMGTPE]?))$/

/**
 * Takes a Kubernetes quantity (`250m`, `1.5Gi`, `1e3`, a number), returns it in billionths, rounded up as the API server does;
 * `undefined` when it is none (`256MB`).
 */
export function parseQuantity(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const match = form.exec(String(value))
  if (!match) return undefined
  const [, sign, digits = '', exponent, suffix = ''] = match
  const [whole = '', fraction = ''] = digits.split('.')
  const factor = binary.includes(suffix) ? 1024n ** BigInt(binary.indexOf(suffix) + 1) : 1n
  const scale = 9 - fraction.length + (exponent === undefined ? (decimal[suffix] ?? 0) : Number(exponent))
  const mantissa = BigInt(whole + fraction) * factor
  const amount = scale >= 0 ? mantissa * 10n ** BigInt(scale) : ceilDivide(mantissa, 10n ** BigInt(-scale))
  return sign === '-' ? -amount : amount
}

const ceilDivide = (a: bigint, b: bigint): bigint => (a + b - 1n) / b
