import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFile, spawnSync } from 'node:child_process'
import type { Json } from '../../e2e/rig/api.ts'
import { claimLoopback } from '../../e2e/rig/ports.ts'
import { openServers, type Servers } from '../../e2e/rig/servers.ts'
import { render } from '../rendered.ts'
import { makeAuthority } from './authority.ts'
import { findPrograms } from '../programs.ts'
import { filesOf, makePod, type Pod, type Said } from './pod.ts'
import { openService } from './service.ts'

const domain = 'platform-infra.svc.cluster.local'
const port = 5432

export const passwords = {
  superuser: 'kernel:of\\the tests',
  replicator: 'replicator:of\\the tests',
  vault: 'vault of the tests',
  cdc: 'cdc of the tests',
}

/** A login: to the server at the address of this host, by TLS with the authority and the host checked. */
export interface Login {
  user: string
  password: string
  database?: string
  /** The name of a pod, or postgres-rw, which is the default. */
  host?: string
  /** verify-full unless said. */
  tls?: string
}

export interface Postgres {
  folder: string
  bin: string
  /** The file of the authority that signed the servers' certificates. */
  authority: string
  objects: Json[]
  servers: Servers
  addressOf(host: string): string
  /** The pod of this name, of the StatefulSet it belongs to, or of the CronJob of this name. */
  pod(name: string): Pod
  /** Runs the pod's init containers that end; gives the first that failed, or the last. */
  prepare(name: string): Promise<Said>
  /** Starts the pod's own container, and gives it when the server takes connections. */
  start(name: string): Promise<void>
  /** Ends the pod's processes by the rendered preStop command. */
  stopPod(name: string): Promise<void>
  /** Kills the pod's server at once, as kill -9 does. */
  kill(name: string): Promise<void>
  /** Gives the pod a new certificate, as cert-manager does before the old one ends. */
  renewCertificate(name: string): void
  /** Starts the pod's sidecar, with these variables in place of the rendered ones. */
  startSidecar(name: string, more: Record<string, string>): void
  /** Gives the pod an empty volume, as the deletion of its claim does. */
  emptyVolume(name: string): void
  /** Runs a command in the pod's own container. */
  exec(name: string, ...command: string[]): Promise<Said>
  /** Runs the Job of these objects, of another component, to its end. */
  runJob(objects: readonly Json[]): Promise<Said>
  /** Runs psql with this login and gives its rows, fields divided by a bar; fails with what psql said. */
  query(login: Login, sql: string): Promise<string>
  /** Mounts what this overlay renders in place of what was rendered before: ConfigMaps in running pods, and the Services. */
  sync(overlay: string): Promise<void>
  tails(lines?: number): string
  stop(logs?: 'remove' | 'keep'): Promise<void>
}

/** Renders the overlay and gives its pods, not yet started, with addresses, certificates, passwords and Services. */
export async function openPostgres(overlay = 'overlays/prod/infra/postgres'): Promise<Postgres> {
  let objects = await render(overlay)
  const folder = mkdtempSync(join(tmpdir(), 'pg-'))
  chmodSync(folder, 0o755)
  const bin = join(folder, 'postgres/bin')
  // A copy, because another user cannot enter the home of this one.
  cpSync((await findPrograms()).postgres, join(folder, 'postgres'), { recursive: true })
  const servers = openServers(folder)
  const loopbacks = await Promise.all(
    ['postgres-0', 'postgres-1', 'postgres-backup-0', 'postgres-rw'].map(
      async (name) => [name, await claimLoopback()] as const,
    ),
  )
  const addresses = new Map(loopbacks.map(([name, { address }]) => [name, address]))
  const addressOf = (name: string): string => addresses.get(name) ?? fail(`${name} has no address`)
  const hosts: Record<string, string> = {
    [`postgres-rw.${domain}`]: addressOf('postgres-rw'),
    [`postgres-backup-0.postgres-backup.${domain}`]: addressOf('postgres-backup-0'),
    [`postgres-0.postgres.${domain}`]: addressOf('postgres-0'),
    [`postgres-1.postgres.${domain}`]: addressOf('postgres-1'),
  }
  // With the folder's name, so that they end with the rest.
  const environment = { ...servers.environment, PATH: `${bin}:${shell(folder)}:/usr/bin:/bin` }
  const surroundings = { folder, environment, hosts }
  const certificates = join(folder, 'certificates')
  mkdirSync(certificates)
  const authority = makeAuthority(certificates)
  const service = await openService(addressOf('postgres-rw'), port)
  const pods = new Map<string, Pod>()
  let jobs = 0

  const object = (kind: string, name: string): Json => named(objects, kind, name)
  const specOf = (name: string): Json => {
    const cronJob = objects.find((it) => it.kind === 'CronJob' && it.metadata.name === name)
    const { template } = cronJob?.spec.jobTemplate.spec ?? object('StatefulSet', name.replace(/-\d+$/, '')).spec
    return template.spec
  }
  const main = (name: string): Json => specOf(name).containers[0]

  function mountConfigMaps(pod: Pod, spec: Json, among: readonly Json[], address: string): void {
    for (const { name, configMap } of spec.volumes as Json[]) {
      if (!configMap) continue
      const data = { ...named(among, 'ConfigMap', configMap.name).data } as Record<string, string>
      // Each pod has an address here, and none has all of them.
      if (data['postgresql.conf'])
        data['postgresql.conf'] = data['postgresql.conf'].replace("addresses = '*'", `addresses = '${address}'`)
      pod.write(mountPathOf(spec, name), data)
    }
  }

  function pod(name: string): Pod {
    const found = pods.get(name)
    if (found) return found
    const made = makePod(name, specOf(name), surroundings)
    pods.set(name, made)
    for (const volume of specOf(name).volumes as Json[]) {
      const claim = volume.persistentVolumeClaim?.claimName as string | undefined
      if (claim) shareVolume(made, mountPathOf(specOf(name), volume.name), claim)
    }
    mountConfigMaps(made, specOf(name), objects, addresses.get(name) ?? '')
    made.write('/etc/postgres-passwords', passwords)
    renewCertificate(made)
    return made
  }

  /** A claim is named for the template of its StatefulSet and the pod: backup-postgres-backup-0. */
  function shareVolume(made: Pod, mountPath: string, claim: string): void {
    const owner = objects
      .filter((it) => it.kind === 'StatefulSet')
      .map((it) => ({
        pod: `${it.metadata.name}-0`,
        template: it.spec.volumeClaimTemplates[0].metadata.name as string,
      }))
      .find(({ pod: of, template }) => claim === `${template}-${of}`)
    if (!owner) return fail(`${claim} is no claim of a StatefulSet`)
    rmSync(made.at(mountPath), { recursive: true })
    symlinkSync(pod(owner.pod).at(mountPathOf(specOf(owner.pod), owner.template)), made.at(mountPath))
  }

  function renewCertificate(pod: Pod): void {
    const names: string[] = object('Certificate', 'postgres').spec.dnsNames
    authority.issue(certificates, names, [...addresses.values()])
    pod.write('/etc/postgres-tls', filesOf(certificates, ['tls.crt', 'tls.key', 'ca.crt']))
  }

  async function runJob(others: readonly Json[]): Promise<Said> {
    const job = others.find((it) => it.kind === 'Job')!
    const { spec } = job.spec.template
    const made = makePod(`${job.metadata.name}-${++jobs}`, spec, surroundings)
    mountConfigMaps(made, spec, others, '')
    made.write('/etc/postgres-passwords', passwords)
    made.write('/etc/platform/tls', filesOf(certificates, ['ca.crt']))
    return made.run(spec.containers[0], spec.containers[0].command)
  }

  const pointService = (): void => {
    const { selector } = object('Service', 'postgres-rw').spec
    service.pointAt(addressOf(selector['statefulset.kubernetes.io/pod-name']))
  }
  pointService()

  async function prepare(name: string): Promise<Said> {
    let said: Said = { code: 0, stdout: '', stderr: '' }
    for (const container of specOf(name).initContainers ?? []) {
      if (container.restartPolicy === 'Always') continue
      said = await pod(name).run(container, container.command)
      if (said.code) break
    }
    return said
  }

  async function start(name: string): Promise<void> {
    const { file, args, env } = pod(name).processOf(main(name))
    servers.start(name, file, args, env)
    const ready = main(name).readinessProbe?.exec.command as string[] | undefined
    if (!ready) return
    await servers.until(`${name} is ready`, async () => (await pod(name).run(main(name), ready)).code === 0, 60_000)
  }

  async function query(
    { host = 'postgres-rw', user, password, database = 'platform_kernel', tls = 'verify-full' }: Login,
    sql: string,
  ): Promise<string> {
    const said = await execute(join(bin, 'psql'), ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', sql], {
      PATH: process.env.PATH,
      PGHOST: addressOf(host),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: database,
      PGSSLMODE: tls,
      PGSSLROOTCERT: authority.file,
      PGCONNECT_TIMEOUT: '10',
    })
    if (said.code) throw new Error(`${user}@${host}/${database}  ${said.stderr.trim()}`)
    return said.stdout.trim()
  }

  async function sync(path: string): Promise<void> {
    objects = await render(path)
    for (const [name, pod] of pods) mountConfigMaps(pod, specOf(name), objects, addresses.get(name) ?? '')
    pointService()
  }

  return {
    folder,
    bin,
    authority: authority.file,
    get objects() {
      return objects
    },
    servers,
    addressOf,
    pod,
    prepare,
    start,
    async stopPod(name) {
      const { command } = main(name).lifecycle.preStop.exec
      const ended = servers.ended(name)
      await pod(name).run(main(name), command)
      await ended
    },
    async kill(name) {
      await servers.kill(name)
    },
    runJob,
    renewCertificate: (name) => renewCertificate(pod(name)),
    startSidecar(name, more) {
      const sidecar = specOf(name).initContainers.find((it: Json) => it.restartPolicy === 'Always')
      const { file, args, env } = pod(name).processOf(sidecar)
      servers.start(`${name}-${sidecar.name}`, file, args, { ...env, ...more })
    },
    emptyVolume(name) {
      const [{ metadata }] = object('StatefulSet', name.replace(/-\d+$/, '')).spec.volumeClaimTemplates
      const data = pod(name).at(mountPathOf(specOf(name), metadata.name))
      for (const entry of readdirSync(data)) rmSync(join(data, entry), { recursive: true })
    },
    exec: (name, ...command) => pod(name).run(main(name), command),
    query,
    sync,
    tails: servers.tails,
    async stop(logs = 'remove') {
      service.close()
      await servers.stop(logs)
      for (const [, loopback] of loopbacks) loopback.release()
    },
  }
}

const mountPathOf = ({ initContainers = [], containers }: Json, volume: string): string =>
  [...initContainers, ...containers].flatMap((it: Json) => it.volumeMounts as Json[]).find((it) => it.name === volume)!
    .mountPath

const named = (objects: readonly Json[], kind: string, name: string): Json =>
  objects.find((it) => it.kind === kind && it.metadata.name === name) ?? fail(`${kind} ${name} is not rendered`)

/** Gives a folder with busybox by all its names, as the image has them; an empty one where this machine has no busybox. */
function shell(folder: string): string {
  const path = join(folder, 'shell')
  mkdirSync(path)
  if (spawnSync('busybox', ['--install', '-s', path]).error) return path
  // Of another form than the machine's, by which processes get their user.
  rmSync(join(path, 'setpriv'), { force: true })
  return path
}

function execute(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Said> {
  return new Promise((resolve) =>
    execFile(file, args, { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : 255) : 0, stdout, stderr }),
    ),
  )
}

function fail(message: string): never {
  throw new Error(message)
}
