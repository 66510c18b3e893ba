import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Takes a folder, makes a program in it that stands in for Kustomize: it works until it is set to another way. */
export function kustomizeSwitch(folder: string) {
  const own = join(folder, 'kustomize-switch')
  mkdirSync(own)
  const command = join(own, 'switch')
  // Told apart from all other processes of the machine by its time: the plugin passes nothing else on.
  const hanging = `sleep 3599.${process.pid}`
  const ways = {
    works: 'exec kustomize "$@"',
    half: `kustomize "$@" | head -c 700; kill -9 $$`,
    nothing: 'exit 0',
    hangs: `exec ${hanging}`,
  }
  const set = (way: keyof typeof ways): void => {
    // Replaced in one step: the plugin may start it at any moment.
    writeFileSync(`${command}.new`, `#!/bin/sh\n${ways[way]}\n`, { mode: 0o755 })
    renameSync(`${command}.new`, command)
  }
  set('works')
  return { command, set, hanging }
}
