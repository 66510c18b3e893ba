import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Json } from '../../e2e/rig/api.ts'

const contain = fileURLToPath(new URL('contain.sh', import.meta.url))

type Files = Record<string, string>

/** What a kubelet knows of a pod and its node. */
export interface Surroundings {
  /** Where the pod's root and its volumes are. */
  folder: string
  /** The objects that its ConfigMaps are among. */
  objects: Json[]
  /** The program that its image brings. */
  program: string
  /** Names beyond the machine's own, and their addresses. */
  hosts: Record<string, string>
  /** The files of each Secret. */
  secrets: Record<string, Files>
  /** Gives a token of the pod's account for the audience, or for the API server. */
  token(account: string, audience?: string): Promise<string>
  /** The variables that a kubelet sets: the API server's address; and those of the rig. */
  environment: NodeJS.ProcessEnv
  /** Replaces in files and variables what needs a network of the pod's own. */
  edit?: (text: string) => string
  /** The pod's name. */
  name?: string
}

/** A container of a pod, as a process that sees its volumes where the pod has them. */
export interface Container {
  file: string
  args: string[]
  environment: NodeJS.ProcessEnv
}

/** How a process ended. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Takes the spec of a pod and one of its containers, lays out its volumes, and gives what starts it, or these words in it. */
export async function container(spec: Json, name: string, around: Surroundings, words?: string[]): Promise<Container> {
  const edit = around.edit ?? ((it: string) => it)
  const found = [...(spec.initContainers ?? []), ...spec.containers].find((it: Json) => it.name === name)
  if (!found) throw new Error(`${name}  is no container of the pod`)
  const root = join(around.folder, `root-${name}`)
  const image = dirname(around.program)
  const mounts = [[image, image]]
  for (const { name: of, mountPath } of found.volumeMounts) {
    const { configMap, secret, projected } = spec.volumes?.find((it: Json) => it.name === of) ?? {}
    const files = await Promise.all((projected?.sources ?? [{ configMap, secret }]).map(filesOf))
    publish(volumeOf(around, of), Object.assign({}, ...files))
    mounts.push([volumeOf(around, of), mountPath])
  }
  async function filesOf({ configMap, secret, serviceAccountToken }: Json): Promise<Files> {
    if (secret) return around.secrets[secret.secretName] ?? {}
    if (serviceAccountToken) {
      const { audience, path } = serviceAccountToken
      return { [path]: await around.token(spec.serviceAccountName, audience) }
    }
    if (!configMap) return {}
    const map = around.objects.find((it) => it.kind === 'ConfigMap' && it.metadata.name === configMap.name)
    if (!map && !configMap.optional) throw new Error(`ConfigMap ${configMap.name}  is not there`)
    const entries = Object.entries<string>(map?.data ?? {})
    return Object.fromEntries(entries.map(([file, content]) => [file, edit(content)]))
  }
  if (spec.automountServiceAccountToken) {
    const own = volumeOf(around, 'service-account')
    publish(own, { token: await around.token(spec.serviceAccountName), ...around.secrets['kube-root-ca.crt'] })
    mounts.push([own, '/var/run/secrets/kubernetes.io/serviceaccount'])
  }

  const hosts = Object.entries(around.hosts).map(([host, address]) => `${address} ${host}\n`)
  for (const folder of ['etc', 'tmp']) mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, 'etc/hosts'), ['127.0.0.1 localhost\n', ...hosts].join(''))
  writeFileSync(`${root}.mounts`, mounts.map(([from, at]) => `${from} ${at}\n`).join(''))

  const environment: NodeJS.ProcessEnv = { ...around.environment, HOME: '/tmp' }
  environment.PATH = [image, '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':')
  for (const { name: variable, value, valueFrom } of found.env ?? []) {
    const given: string = valueFrom?.fieldRef?.fieldPath === 'metadata.name' ? around.name : (value ?? '')
    environment[variable] = edit(given.replaceAll(/\$\((\w+)\)/g, (all, of: string) => environment[of] ?? all))
  }
  const command: string[] = words ?? [...found.command, ...(found.args ?? [])]
  return { file: 'unshare', args: ['--map-root-user', '--mount', 'sh', contain, root, ...command], environment }
}

/** The folder of a volume of the pod. */
export const volumeOf = ({ folder }: Pick<Surroundings, 'folder'>, name: string): string =>
  join(folder, 'volumes', name)

/** Runs a container to its end, or until the time is over, and gives how it ended. */
export async function run(
  { file, args, environment }: Container,
  input: string | Buffer = '',
  milliseconds = 90_000,
): Promise<Ended> {
  const child = spawn(file, args, { env: environment, stdio: 'pipe', timeout: milliseconds })
  child.stdin.on('error', () => {}).end(input)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

let version = 0

/** Puts files into the folder, all at one moment, as a kubelet does: behind the link `..data`. */
export function publish(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true })
  if (Object.keys(files).length === 0) return
  version += 1
  const behind = `..${version}`
  mkdirSync(join(folder, behind))
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(folder, behind, file), content)
    if (!existsSync(join(folder, file))) symlinkSync(join('..data', file), join(folder, file))
  }
  symlinkSync(behind, join(folder, '..data_next'))
  renameSync(join(folder, '..data_next'), join(folder, '..data'))
}
