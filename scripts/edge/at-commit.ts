import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Takes a clone, a commit and work, runs the work in a folder that holds the tree of the commit, and removes it afterwards. */
export async function atCommit<T>(root: string, commit: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'commit-'))
  const git = (...words: string[]) => execFileSync('git', ['-C', root, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    git('worktree', 'add', '--quiet', '--detach', '--force', folder, commit)
    try {
      return await work(folder)
    } finally {
      git('worktree', 'remove', '--force', folder)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Takes the tree of a commit and this clone, builds the plugin of that commit with the packages of this clone, and returns where it is. */
export function builtPlugin(tree: string, root: string): string {
  symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'))
  execFileSync(process.execPath, ['scripts/start.mjs', 'build'], { cwd: tree, stdio: ['ignore', 'ignore', 'pipe'] })
  return path.join(tree, 'plugin/dist/plugin.mjs')
}
