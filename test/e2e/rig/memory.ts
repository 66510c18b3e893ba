import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { commandOf } from './process.ts'

/** Kilobytes: the sum of RSS counts pages that processes share once for each, PSS once. */
export interface Memory {
  rss: number
  pss: number
}

/** Does the work, and gives its result and the most that the process and all below it held meanwhile, looked at every 20 ms. */
export async function peakMemory<T>(process: number, work: () => Promise<T>) {
  const peak: Memory = { rss: 0, pss: 0 }
  let plugins = 0
  let done = false
  const looking = (async () => {
    do {
      const ids = family(process)
      const now = ids.map(memoryOf)
      peak.rss = Math.max(peak.rss, sum(now.map(({ rss }) => rss)))
      peak.pss = Math.max(peak.pss, sum(now.map(({ pss }) => pss)))
      plugins = Math.max(plugins, ids.filter((id) => commandOf(id)[0] === 'node').length)
      await setTimeout(20)
    } while (!done)
  })()
  const result = await work().finally(() => (done = true))
  await looking
  return { result, peak, plugins }
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

/** The process and all that descend from it; the kernel lists the children of each of its threads. */
function family(id: number): number[] {
  return [
    id,
    ...threads(id)
      .flatMap((thread) => children(id, thread))
      .flatMap(family),
  ]
}

function threads(id: number): string[] {
  try {
    return readdirSync(`/proc/${id}/task`)
  } catch {
    return []
  }
}

function children(id: number, thread: string): number[] {
  try {
    const text = readFileSync(`/proc/${id}/task/${thread}/children`, 'utf8').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}

function memoryOf(id: number): Memory {
  try {
    const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')
    const of = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
    return { rss: of('Rss'), pss: of('Pss') }
  } catch {
    return { rss: 0, pss: 0 }
  }
}
