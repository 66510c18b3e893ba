import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
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
