import { createServer, type Server } from 'node:net'

export interface Loopback {
  address: string
  /** Gives a port that nothing listens on at this address, another one each time. */
  freePort(): Promise<number>
  release(): void
}

// Two rigs at once each hold this port on an address of their own, so that neither takes a port the other has just found free.
const claim = 20127

/** Gives an address 127.0.0.x that is this rig's own until released; fails when all of them are taken. */
export async function claimLoopback(): Promise<Loopback> {
  for (let x = 2; x < 255; x++) {
    const address = `127.0.0.${x}`
    const holder = await listen(address, claim).catch(() => undefined)
    if (!holder) continue
    holder.unref()
    const given = new Set<number>()
    return { address, freePort: () => freePort(address, given), release: () => holder.close() }
  }
  throw new Error(`127.0.0.2 to 127.0.0.254  port ${claim} is taken on all of them\n  end the rigs that run`)
}

async function freePort(address: string, given: Set<number>): Promise<number> {
  for (;;) {
    const server = await listen(address, 0)
    const bound = server.address()
    await new Promise((resolve) => server.close(resolve))
    if (bound === null || typeof bound === 'string') throw new Error(`${address}  gave no port`)
    if (given.has(bound.port)) continue
    given.add(bound.port)
    return bound.port
  }
}

function listen(host: string, port: number): Promise<Server> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => resolve(server))
  })
}
