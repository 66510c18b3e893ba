const units: Record<string, number> = { '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }

/** Takes a Kubernetes quantity of the schema's form, returns its value in the base unit: cores, or bytes. */
export function quantityValue(quantity: string): number {
  const [, number = '', unit = ''] = /^([0-9.]+)([A-Za-z]*)$/.exec(quantity) ?? []
  return Number(number) * (units[unit] ?? NaN)
}
