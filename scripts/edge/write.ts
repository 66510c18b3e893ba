import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Finding } from '../../plugin/finding.ts'
import type { Edit } from '../files.ts'
import { holdSignals } from './hold-signals.ts'
import { lockFolder, tryLock, type Holder } from './lock.ts'

/** How long a write waits for another one, which takes milliseconds. */
const patience = 5000

/**
 * Takes the repository's root and edits, writes all of them or none, returns why none;
 * refuses a file that no longer is what the edit was made from.
 */
export async function writeEdits(root: string, edits: readonly Edit[]): Promise<Finding[]> {
  if (edits.length === 0) return []
  const giveUp = Date.now() + patience
  for (;;) {
    const outcome = await holdSignals(() => writeLocked(root, edits))
    if (Array.isArray(outcome)) return outcome
    if (Date.now() > giveUp) return [lockedBy(outcome)]
    await setTimeout(5 + Math.random() * 20)
  }
}

function writeLocked(root: string, edits: readonly Edit[]): Finding[] | Holder {
  let unlock
  try {
    unlock = tryLock(lockFolder(root))
  } catch (error) {
    return [systemFinding(error, basename(lockFolder(root)))]
  }
  if (typeof unlock !== 'function') return unlock
  try {
    return writeAll(root, edits)
  } finally {
    unlock()
  }
}

/** An edit on its way: the file behind the path, the new text beside it, and the old file under a second name. */
interface Step {
  readonly edit: Edit
  readonly target: string
  readonly fresh: string
  readonly old: string
}

function writeAll(root: string, edits: readonly Edit[]): Finding[] {
  const steps: Step[] = []
  const renamed: Step[] = []
  let current = edits[0]!
  let findings: Finding[] = []
  try {
    for (const edit of edits) {
      current = edit
      const step = stepFor(root, edit)
      if (Array.isArray(step)) return step
      const twin = steps.find(({ target }) => target === step.target)
      if (twin) return [sameFile(edit, twin.edit)]
      steps.push(step)
    }
    for (const step of steps) {
      current = step.edit
      findings = whyChanged(step)
      if (findings.length > 0) return findings
      prepare(step)
    }
    for (const step of steps) {
      current = step.edit
      // once more, because an editor does not ask for our lock
      findings = whyChanged(step)
      if (findings.length > 0) break
      fs.renameSync(step.fresh, step.target)
      renamed.push(step)
    }
  } catch (error) {
    findings = [systemFinding(error, current.path)]
  } finally {
    // also on the way out with a bug
    const lost = renamed.length === steps.length ? [] : restore(renamed)
    findings = [...findings, ...lost.map(({ finding }) => finding)]
    for (const step of steps) {
      discard(step.fresh)
      if (!lost.some((other) => other.step === step)) discard(step.old)
    }
  }
  return findings
}

function stepFor(root: string, edit: Edit): Step | Finding[] {
  const at = { file: edit.path }
  const target = fs.realpathSync(join(root, edit.path))
  if (!target.startsWith(fs.realpathSync(root) + sep)) {
    return [{ at, fact: 'leads outside the repository', remedy: 'keep the file itself in this place' }]
  }
  if (!fs.statSync(target).isFile()) return [{ at, fact: 'is no file', remedy: 'keep a file in this place' }]
  fs.accessSync(target, fs.constants.W_OK)
  const beside = (ending: string) => join(dirname(target), `.${basename(target)}.${randomUUID()}.${ending}`)
  return { edit, target, fresh: beside('new'), old: beside('old') }
}

function whyChanged({ edit, target }: Step): Finding[] {
  const bytes = fs.readFileSync(target)
  if (bytes.equals(Buffer.from(edit.before))) return []
  const at = { file: edit.path }
  if (!bytes.equals(Buffer.from(bytes.toString()))) {
    return [{ at, fact: 'is not UTF-8 throughout', remedy: 'save it as UTF-8' }]
  }
  return [{ at, fact: 'has changed since it was read; nothing was written', remedy: 'type the same command again' }]
}

function prepare({ edit, target, fresh, old }: Step): void {
  const { mode, uid, gid } = fs.statSync(target)
  const file = fs.openSync(fresh, 'wx', mode)
  try {
    fs.writeFileSync(file, edit.after)
    // open() takes the umask away from the mode
    fs.fchmodSync(file, mode & 0o7777)
    keepOwner(file, uid, gid)
    fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
  // made now, because bringing it back by a rename needs no room on a full disk
  try {
    fs.linkSync(target, old)
  } catch {
    // not every file system has hard links
    fs.copyFileSync(target, old, fs.constants.COPYFILE_EXCL)
  }
}

function keepOwner(file: number, uid: number, gid: number): void {
  const now = fs.fstatSync(file)
  if (now.uid === uid && now.gid === gid) return
  try {
    fs.fchownSync(file, uid, gid)
  } catch {
    // only root may give a file away; then the writer owns it, as after any editor
  }
}

/** Brings the old files back, returns the steps where that failed: there `old` is the only copy. */
function restore(renamed: readonly Step[]): { step: Step; finding: Finding }[] {
  return renamed.flatMap((step) => {
    try {
      fs.renameSync(step.old, step.target)
      return []
    } catch (error) {
      const fact = `is written, and could not be taken back (${(error as Error).message})`
      return [{ step, finding: { at: { file: step.edit.path }, fact, remedy: `the file as it was: ${step.old}` } }]
    }
  })
}

function discard(path: string): void {
  try {
    fs.rmSync(path, { force: true })
  } catch {
    // a leftover is no reason to call a finished write a failure
  }
}

function sameFile(edit: Edit, twin: Edit): Finding {
  const fact = `is the same file as ${twin.path}`
  return { at: { file: edit.path }, fact, remedy: 'give each service a file of its own' }
}

function lockedBy({ pid, host, path }: Holder): Finding {
  const fact = `process ${pid} on ${host} is writing here, for more than ${patience / 1000} seconds`
  return { at: { file: path }, fact, remedy: `wait for it; if it is gone, delete this file` }
}

const remedies: Readonly<Record<string, { fact: string; remedy: string }>> = {
  ENOENT: { fact: 'is not there any more', remedy: 'type the same command again' },
  EACCES: { fact: 'may not be written', remedy: 'ask for the right to write here: ls -ld shows whose it is' },
  EPERM: { fact: 'may not be written', remedy: 'ask for the right to write here: ls -ld shows whose it is' },
  EROFS: { fact: 'lies on a file system that is read-only', remedy: 'work in a clone that can be written' },
  ENOSPC: { fact: 'finds no room: the disk is full', remedy: 'make room (df -h), then type the same command again' },
  EDQUOT: { fact: 'finds no room: the quota is used up', remedy: 'make room, then type the same command again' },
}

function systemFinding(error: unknown, file: string): Finding {
  const { code, message } = error as NodeJS.ErrnoException
  // without a code it is no answer of the system but a bug, which shows its stack
  if (code === undefined) throw error
  const known = remedies[code] ?? { fact: `cannot be written: ${message}`, remedy: 'mend this, then type it again' }
  return { at: { file }, fact: `${known.fact}; nothing was written`, remedy: known.remedy }
}
