import type { Built } from './build.ts'
import type { Loopback } from './ports.ts'
import type { Servers } from './servers.ts'

/** What every part of the rig is started with. */
export interface Context {
  folder: string
  built: Built
  loopback: Loopback
  servers: Servers
}
