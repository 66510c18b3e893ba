/** What the tests of writing run as a process of its own: `node write-child.ts <mode> <root> <word>…`. */
import fs from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { formatFindings } from '../../plugin/finding.ts'
import { planBump } from '../../scripts/bump/plan.ts'
import { treeBelow } from '../../scripts/edge/tree.ts'
import { writeEdits } from '../../scripts/edge/write.ts'
import { replacePin } from '../../scripts/bump/pin.ts'

const [mode, root = '', ...words] = process.argv.slice(2)

if (mode === 'bump') {
  const { edits, findings } = planBump(words, treeBelow(root))
  finish([...findings, ...(await writeEdits(root, edits))])
} else if (mode === 'interrupt') {
  // a signal between two renames, from the system and not from a mock
  const rename = fs.renameSync
  fs.renameSync = (from, to) => {
    rename(from, to)
    process.kill(process.pid, words[0])
  }
  await writeEdits(root, changeAll())
  await setTimeout(10_000)
} else if (mode === 'loop') {
  console.log('ready')
  for (;;) if ((await writeEdits(root, changeAll())).length > 0) process.exit(3)
} else if (mode === 'share') {
  // one image in a file that other processes change too: try until the file was not changed underneath;
  // a slow rename leaves the others time to come between the last look at the file and its replacement
  const rename = fs.renameSync
  fs.renameSync = (from, to) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    rename(from, to)
  }
  const [path = '', image = '', ...tags] = words
  for (const tag of tags) {
    for (;;) {
      const before = fs.readFileSync(`${root}/${path}`, 'utf8')
      const after = replacePin({ path, text: before }, image, { tag })
      if (typeof after !== 'string') finish(after)
      else {
        const findings = await writeEdits(root, [{ path, before, after }])
        if (findings.length === 0) break
        if (!findings[0]!.fact.startsWith('has changed')) finish(findings)
      }
    }
  }
} else {
  finish(await writeEdits(root, changeAll()))
}

function changeAll() {
  return fs
    .readdirSync(`${root}/files`)
    .filter((name) => !name.startsWith('.'))
    .map((name) => {
      const before = fs.readFileSync(`${root}/files/${name}`, 'utf8')
      return { path: `files/${name}`, before, after: before === 'old\n' ? 'new\n' : 'old\n' }
    })
}

function finish(findings: Parameters<typeof formatFindings>[0]): void {
  process.stderr.write(formatFindings(findings))
  if (findings.length > 0) process.exit(1)
}
