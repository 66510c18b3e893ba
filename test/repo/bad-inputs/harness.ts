import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { it } from 'vitest'
import { formatFindings } from '../../../plugin/finding.ts'
import { finish, merge, type World } from '../../../plugin/generate.ts'
import { kinds } from '../../../plugin/generated/kinds.ts'
import type { ServiceDefinition } from '../../../plugin/kinds/service-definition.ts'
import { worldOf } from '../../../plugin/world.ts'
import { checkTree } from '../../../scripts/check.ts'
import type { Desk } from '../../../scripts/command.ts'
import { findKustomize } from '../../../scripts/edge/kustomize.ts'
import { treeBelow } from '../../../scripts/edge/tree.ts'
import { type Ended, root, runPlugin } from '../../plugin.ts'

const { command } = await findKustomize(root)

/** Something a person does to the tree; `file` is where. */
interface Edit {
  readonly file: string
  readonly apply: (tree: string) => void
}

/** Takes a file, a text that stands in it exactly once and what is typed instead, returns the edit. */
export function change(file: string, from: string, to: string): Edit {
  return {
    file,
    apply: (tree) => {
      const text = readFileSync(path.join(tree, file), 'utf8')
      const parts = text.split(from)
      if (parts.length !== 2)
        throw new Error(`${file} holds ${JSON.stringify(from)} ${parts.length - 1} times, not once`)
      writeFileSync(path.join(tree, file), parts.join(to))
    },
  }
}

/** Takes a file and a text, returns the edit that puts the text at its end; a file that is not there is made. */
export function append(file: string, text: string): Edit {
  return {
    file,
    apply: (tree) => {
      mkdirSync(path.dirname(path.join(tree, file)), { recursive: true })
      writeFileSync(path.join(tree, file), text, { flag: 'a' })
    },
  }
}

/** Takes a file and a text, returns the edit that makes it the whole text of the file. */
export function write(file: string, text: string): Edit {
  return {
    file,
    apply: (tree) => {
      mkdirSync(path.dirname(path.join(tree, file)), { recursive: true })
      writeFileSync(path.join(tree, file), text)
    },
  }
}

/** Takes a file or folder, returns the edit that deletes it. */
export const remove = (file: string): Edit => ({
  file,
  apply: (tree) => rmSync(path.join(tree, file), { recursive: true }),
})

/** Takes edits, returns the second made in a tree in which the first was committed. */
export const committed = (before: Edit, edit: Edit): Edit => ({
  file: edit.file,
  apply: (tree) => {
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: tree })
    before.apply(tree)
    git('init', '-q')
    git('add', '.')
    git('commit', '-qm', 'Before')
    edit.apply(tree)
  },
})

/** Takes a file or folder and its new name, returns the edit. */
export const rename = (file: string, to: string): Edit => ({
  file,
  apply: (tree) => renameSync(path.join(tree, file), path.join(tree, to)),
})

/** Takes edits that one person makes together, returns them as one. */
export const all = (...edits: Edit[]): Edit => ({
  file: edits[0]!.file,
  apply: (tree) => edits.forEach(({ apply }) => apply(tree)),
})

/** Takes an edit and the folder that is then rendered, where that is not the overlay in prod of the service edited. */
export const rendered = (folder: string, edit: Edit): Edit => ({ ...edit, file: `${folder}/.` })

/** Runs the bundled plugin on the edited tree: it must fail, print nothing, and say exactly these lines. */
export function refuses(title: string, edit: Edit, ...lines: string[]): void {
  it.concurrent(title, async ({ expect }) => {
    const said = await onTree(edit, (tree) => runPlugin(path.join(tree, folderOf(edit.file))))
    expect(said).toEqual({ code: 1, stdout: '', stderr: text(lines) })
  })
}

/** Runs `check` on the edited tree and prod, for what only it can see: it must say exactly these lines. */
export function checkRefuses(title: string, edit: Edit, ...lines: string[]): void {
  it.concurrent(title, async ({ expect }) => {
    const { findings } = await onTree(edit, (tree) => checkTree('HEAD', ['prod'], deskOf(tree)))
    expect(findings).not.toEqual([])
    expect(formatFindings(findings)).toBe(text(lines))
  })
}

/** Runs a command of the repository with these words: it must fail, print nothing, and say exactly these lines. */
export function commandRefuses(title: string, words: string, ...lines: string[]): void {
  it.concurrent(title, async ({ expect }) => {
    const args = words.split(' ').map((word) => (word === "''" ? '' : word))
    const { code, stdout, ...said } = await runCommand(args)
    // The list of all commands grows; what is said of this one does not.
    const stderr = said.stderr.replace(/^usage: npm run <.*>\n/m, '')
    expect({ isRefused: code === 1 || code === 2, stdout, stderr }).toEqual({
      isRefused: true,
      stdout: '',
      stderr: text(lines),
    })
  })
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

async function onTree<Result>(edit: Edit, run: (tree: string) => Promise<Result> | Result): Promise<Result> {
  const tree = mkdtempSync(path.join(tmpdir(), 'bad-input-'))
  try {
    // Without clusters there is nothing to check of them, and less to wait for.
    const waves = /^(apps|clusters|[a-z]+(\/[a-z]+)?\/infra)\//.test(edit.file) ? ['apps', 'clusters'] : []
    for (const folder of [...waves, 'base', 'overlays'])
      cpSync(path.join(root, folder), path.join(tree, folder), { recursive: true })
    edit.apply(tree)
    return await run(tree)
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

function folderOf(file: string): string {
  const overlay = /^overlays\/[^/]+\/services(\/[^/]+(?=\/))?/.exec(file)
  const service = /^base\/services\/([^/]+)/.exec(file)?.[1] ?? 'iam'
  return overlay ? overlay[0] : `overlays/prod/services/${service}`
}

function runCommand(words: readonly string[]): Promise<Ended> {
  // Without what npm sets for a script: the words are those of this case alone; nor what this person's kubeconfig holds.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, KUBECONFIG: path.join(root, 'no-kubeconfig') }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['scripts/run.ts', ...words], { cwd: root, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

function deskOf(tree: string): Desk {
  const worlds = new Map<string, World>()
  const world = (folder: string): World => {
    const made = worlds.get(folder) ?? worldOf(tree, folder, command, '0'.repeat(40))
    worlds.set(folder, made)
    return made
  }
  const never = (): never => {
    throw new Error('check does not do this')
  }
  return {
    root: tree,
    files: treeBelow(tree),
    kustomize: never,
    bundle: never,
    replace: never,
    render: never,
    renderAt: never,
    at: never,
    build: never,
    contexts: never,
    cluster: never,
    write: never,
    stages: async () => ({
      isDefinition: (object): object is ServiceDefinition => kinds.ServiceDefinition!.validate(object) === true,
      merge: (folder) => merge(folder, world(folder)),
      finish: (folder, merged) => finish(folder, merged, world(folder)),
    }),
    git: async (...words) =>
      promisify(execFile)('git', words, { cwd: tree }).then(
        ({ stdout }) => stdout,
        () => undefined,
      ),
  }
}

/** Takes a service, returns the file of its definition. */
export const definition = (service: string): string => `base/services/${service}/definition.yaml`

/** Takes a service, returns the kustomization of its overlay in prod. */
export const overlay = (service: string): string => `overlays/prod/services/${service}/kustomization.yaml`
