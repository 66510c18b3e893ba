import { join } from 'node:path'
import type { Context } from './context.ts'

/** Starts etcd with its data in the rig's folder and gives its URL. */
export async function startEtcd({ servers, built, loopback, folder }: Context): Promise<string> {
  const client = `http://${loopback.address}:${await loopback.freePort()}`
  const peer = `http://${loopback.address}:${await loopback.freePort()}`
  servers.start('etcd', built.binaries.etcd, [
    '--name=rig',
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=rig=${peer}`,
    // The data is thrown away at the end, so it need not survive a power cut.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ])
  return client
}
