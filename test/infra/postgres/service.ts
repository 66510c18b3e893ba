import { connect, createServer, type Server, type Socket } from 'node:net'

/** A Service: what comes in at its address goes to the pod it is pointed at. */
export interface Service {
  pointAt(address: string): void
  close(): void
}

/** Listens at the address as a Service of one pod does, and cuts what is open when it is closed. */
export async function openService(address: string, port: number): Promise<Service> {
  let target: string | undefined
  const open = new Set<Socket>()
  const server: Server = createServer((client) => {
    if (!target) return void client.destroy()
    const pod = connect(port, target)
    for (const [one, other] of [
      [client, pod],
      [pod, client],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, resolve)
  })
  server.unref()
  return {
    pointAt: (to) => void (target = to),
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
