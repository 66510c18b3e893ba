import { execFile, type ExecFileException } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../e2e/rig/api.ts'

/** The user that the container's processes have here: PostgreSQL does not run as root. */
const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined

export interface Said {
  code: number
  stdout: string
  stderr: string
}

export interface Pod {
  /** The folder that stands for what is mounted at this path. */
  at(mountPath: string): string
  /** Writes what a ConfigMap or Secret mounted here holds, with names of hosts and mounted paths as they are here. */
  write(mountPath: string, data: Readonly<Record<string, string>>): void
  /** Runs a command in the container, as `kubectl exec` does, to its end. */
  run(container: Json, command: readonly string[]): Promise<Said>
  /** The words and the environment that start the container's own command here. */
  processOf(container: Json): { file: string; args: string[]; env: NodeJS.ProcessEnv }
}

export interface Surroundings {
  /** Where the pods' folders are made. */
  folder: string
  /** What every process has beside the container's own variables. */
  environment: NodeJS.ProcessEnv
  /** The addresses of hosts that texts name. */
  hosts: Readonly<Record<string, string>>
}

/**
 * What a kubelet makes of a rendered pod, without containers: a folder for each mount, the environment, and the processes as a
 * user of their own. What texts say of mounted paths and of hosts is replaced by the folders and addresses they have here.
 */
export function makePod(name: string, spec: Json, { folder, environment: common, hosts }: Surroundings): Pod {
  const containers: Json[] = [...(spec.initContainers ?? []), ...spec.containers]
  const paths = [
    ...new Set(containers.flatMap((it) => it.volumeMounts.map((mount: Json) => mount.mountPath as string))),
  ]
  const real = paths.filter((path) => path !== '/dev/shm')
  const at = (mountPath: string) => join(folder, name, mountPath.split('/').at(-1)!)
  const replaced = (text: string): string => {
    let result = text
    for (const path of real) result = result.replaceAll(path, at(path))
    for (const [host, address] of Object.entries(hosts)) result = result.replaceAll(host, address)
    return result
  }
  own(join(folder, name))
  for (const path of real) own(at(path))

  function write(mountPath: string, data: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(data)) {
      const to = join(at(mountPath), file)
      writeFileSync(to, replaced(text), { mode: 0o600 })
      if (user) chownSync(to, user.uid, user.gid)
    }
  }

  const environment = (container: Json): NodeJS.ProcessEnv => ({
    ...common,
    HOME: join(folder, name),
    ...Object.fromEntries(
      (container.env ?? []).map((it: Json) => [it.name, it.valueFrom ? name : replaced(it.value as string)]),
    ),
  })

  const asUser = (command: readonly string[]): { file: string; args: string[] } => {
    const words = command.map(replaced)
    const become = user ? ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : []
    const [file, ...args] = [...become, ...words]
    return { file: file!, args }
  }

  return {
    at,
    write,
    processOf: (container) => ({ ...asUser(container.command), env: environment(container) }),
    run(container, command) {
      const { file, args } = asUser(command)
      return new Promise((resolve) =>
        execFile(file, args, { env: environment(container) }, (error, stdout, stderr) =>
          resolve({ code: exitCode(error), stdout, stderr }),
        ),
      )
    },
  }
}

const exitCode = (error: ExecFileException | null): number =>
  error ? (typeof error.code === 'number' ? error.code : 255) : 0

function own(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (user) chownSync(folder, user.uid, user.gid)
}

/** Gives what the files of a folder hold, by their names. */
export const filesOf = (folder: string, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
