import { setImmediate } from 'node:timers/promises'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Takes work that must not stop half-way, returns its result; a signal that arrives meanwhile takes effect afterwards. */
export async function holdSignals<T>(work: () => T): Promise<T> {
  let held: NodeJS.Signals | undefined
  const hold = (signal: NodeJS.Signals) => void (held ??= signal)
  for (const signal of signals) process.on(signal, hold)
  try {
    return work()
  } finally {
    // Node hands a signal to its listeners in the next turn of the event loop, never in the middle of synchronous work
    await setImmediate()
    for (const signal of signals) process.off(signal, hold)
    if (held !== undefined && process.listenerCount(held) === 0) {
      process.kill(process.pid, held)
      await setImmediate()
    }
  }
}
