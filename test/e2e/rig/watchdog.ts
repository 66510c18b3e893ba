import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { processesOf } from './process.ts'

// Outlives the process that started it: its stdin ends with that process, however that process ended.
const folder = process.argv[2]
if (!folder) throw new Error('usage: node watchdog.ts <folder of the rig>')
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const word = await text(process.stdin)
await killAll(folder)
for (const name of readdirSync(folder)) {
  if (word === 'remove' || name !== 'logs') rmSync(join(folder, name), { recursive: true, force: true })
}
if (word === 'remove') rmSync(folder, { recursive: true, force: true })

async function killAll(folder: string): Promise<void> {
  // A process that is just being started shows its parent's environment for a moment.
  for (let quiet = 0; quiet < 3; await setTimeout(20)) {
    const ids = processesOf(folder)
    quiet = ids.length ? 0 : quiet + 1
    for (const id of ids) kill(id)
  }
}

function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch {
    // Ended by itself.
  }
}
