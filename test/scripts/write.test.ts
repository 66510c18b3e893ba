import { spawn, spawnSync, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { formatFindings } from '../../plugin/finding.ts'
import { writeEdits } from '../../scripts/edge/write.ts'
import { image, otherImage } from './kustomizations.ts'

const child = fileURLToPath(new URL('write-child.ts', import.meta.url))
const isRoot = process.getuid?.() === 0

let root = ''
beforeEach(() => {
  root = fs.mkdtempSync(join(tmpdir(), 'write-'))
  fs.mkdirSync(join(root, '.git'))
  fs.mkdirSync(join(root, 'files'))
})
afterEach(() => {
  vi.restoreAllMocks()
  fs.rmSync(root, { recursive: true })
})

const put = (path: string, text: string | Uint8Array) => fs.writeFileSync(join(root, path), text)
const get = (path: string) => fs.readFileSync(join(root, path), 'utf8')
const edit = (path: string, before = 'old\n', after = 'new\n') => ({ path, before, after })
const write = async (...edits: ReturnType<typeof edit>[]) => formatFindings(await writeEdits(root, edits))
/** Every name below the root: no temporary file and no lock may stay. */
const names = () => (fs.readdirSync(root, { recursive: true }) as string[]).sort()

async function run(
  words: string[],
  options: SpawnOptions = {},
): Promise<{ code: number | null; signal: string | null; stderr: string }> {
  const process_ = spawn(process.execPath, [child, ...words], { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  process_.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code, signal] = (await once(process_, 'close')) as [number | null, string | null]
  return { code, signal, stderr }
}

describe('writeEdits', () => {
  it('writes every file and leaves nothing beside them', async () => {
    put('files/a', 'old\n')
    put('files/b', '\uFEFFold\r\n')
    expect(await write(edit('files/a'), edit('files/b', '\uFEFFold\r\n', '\uFEFFnew\r\n'))).toBe('')
    expect([get('files/a'), get('files/b')]).toEqual(['new\n', '\uFEFFnew\r\n'])
    expect(names()).toEqual(['.git', 'files', 'files/a', 'files/b'])
  })

  it('keeps the mode of a file', async () => {
    put('files/a', 'old\n')
    fs.chmodSync(join(root, 'files/a'), 0o666)
    expect(await write(edit('files/a'))).toBe('')
    expect(fs.statSync(join(root, 'files/a')).mode & 0o7777).toBe(0o666)
  })

  it('writes behind a link and keeps the link', async () => {
    put('target', 'old\n')
    fs.symlinkSync('../target', join(root, 'files/link'))
    expect(await write(edit('files/link'))).toBe('')
    expect(get('target')).toBe('new\n')
    expect(fs.readlinkSync(join(root, 'files/link'))).toBe('../target')
  })

  it('writes in a worktree of git, where .git is a file', async () => {
    fs.rmdirSync(join(root, '.git'))
    fs.mkdirSync(join(root, 'gitdir'))
    put('.git', 'gitdir: gitdir\n')
    put('files/a', 'old\n')
    expect(await write(edit('files/a'))).toBe('')
    expect(names()).toEqual(['.git', 'files', 'files/a', 'gitdir'])
  })

  it('does nothing without edits', async () => {
    expect(await write()).toBe('')
  })
})

describe('writeEdits writes nothing when', () => {
  const again = '\n  type the same command again\n'

  it('a file has changed since it was read', async () => {
    put('files/a', 'old\n')
    put('files/b', 'edited\n')
    expect(await write(edit('files/a'), edit('files/b'))).toBe(
      `files/b  has changed since it was read; nothing was written${again}`,
    )
    expect(get('files/a')).toBe('old\n')
  })

  it('a file has changed while others were written', async () => {
    put('files/a', 'old\n')
    put('files/b', 'old\n')
    const rename = fs.renameSync
    vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      rename(from, to)
      if (String(to).endsWith('a')) put('files/b', 'edited\n')
    })
    expect(await write(edit('files/a'), edit('files/b'))).toContain('files/b  has changed since it was read')
    expect([get('files/a'), get('files/b')]).toEqual(['old\n', 'edited\n'])
  })

  it('a file is gone', async () => {
    put('files/a', 'old\n')
    expect(await write(edit('files/a'), edit('files/b'))).toBe(
      `files/b  is not there any more; nothing was written${again}`,
    )
    expect(get('files/a')).toBe('old\n')
  })

  it('a folder stands in the place', async () => {
    fs.mkdirSync(join(root, 'files/b'))
    put('files/a', 'old\n')
    expect(await write(edit('files/a'), edit('files/b'))).toContain('files/b  is no file')
    expect(get('files/a')).toBe('old\n')
  })

  it('a link leads outside the repository', async () => {
    fs.symlinkSync(child, join(root, 'files/link'))
    expect(await write(edit('files/link'))).toContain('files/link  leads outside the repository')
  })

  it('two paths are one file', async () => {
    put('files/a', 'old\n')
    fs.symlinkSync('a', join(root, 'files/link'))
    expect(await write(edit('files/a'), edit('files/link'))).toContain('files/link  is the same file as files/a')
    expect(get('files/a')).toBe('old\n')
  })

  it('a file is not UTF-8', async () => {
    put('files/a', Buffer.from([0x6f, 0xff, 0x0a]))
    expect(await write(edit('files/a', get('files/a')))).toContain('files/a  is not UTF-8 throughout')
  })

  it('the second of three renames fails: the first is taken back', async () => {
    for (const name of ['a', 'b', 'c']) put(`files/${name}`, 'old\n')
    const inode = fs.statSync(join(root, 'files/a')).ino
    const rename = fs.renameSync
    vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (String(to).endsWith('b')) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
      rename(from, to)
    })
    expect(await write(edit('files/a'), edit('files/b'), edit('files/c'))).toContain(
      'files/b  cannot be written: EIO: i/o error; nothing was written',
    )
    expect(['a', 'b', 'c'].map((name) => get(`files/${name}`))).toEqual(['old\n', 'old\n', 'old\n'])
    expect(fs.statSync(join(root, 'files/a')).ino).toBe(inode)
    expect(names()).toEqual(['.git', 'files', 'files/a', 'files/b', 'files/c'])
  })

  it('a file that cannot be taken back is named, with the place of its old text', async () => {
    for (const name of ['a', 'b']) put(`files/${name}`, 'old\n')
    const rename = fs.renameSync
    vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (String(to).endsWith('b') || String(from).endsWith('.old'))
        throw Object.assign(new Error('EIO'), { code: 'EIO' })
      rename(from, to)
    })
    const message = await write(edit('files/a'), edit('files/b'))
    const [, path = ''] = /the file as it was: (.+)\n/.exec(message) ?? []
    expect(fs.readFileSync(path, 'utf8')).toBe('old\n')
  })

  it('it meets a bug: files are taken back, and the bug is thrown', async () => {
    for (const name of ['a', 'b']) put(`files/${name}`, 'old\n')
    const rename = fs.renameSync
    vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (String(to).endsWith('b')) throw new TypeError('a bug')
      rename(from, to)
    })
    await expect(writeEdits(root, [edit('files/a'), edit('files/b')])).rejects.toThrow('a bug')
    expect(get('files/a')).toBe('old\n')
    expect(names()).toEqual(['.git', 'files', 'files/a', 'files/b'])
  })

  it.runIf(isRoot)('the disk is full', async ({ skip }) => {
    const disk = join(root, 'files')
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk])
    if (mounted.status !== 0) return skip('no right to mount a file system')
    try {
      put('files/a', 'old\n')
      put('files/b', 'old\n')
      const large = 'new\n'.repeat(20_000)
      expect(await write(edit('files/a'), edit('files/b', 'old\n', large))).toBe(
        'files/b  finds no room: the disk is full; nothing was written\n  make room (df -h), then type the same command again\n',
      )
      expect([get('files/a'), get('files/b')]).toEqual(['old\n', 'old\n'])
      expect(fs.readdirSync(disk)).toEqual(['a', 'b'])
      spawnSync('mount', ['-o', 'remount,ro', disk])
      expect(await write(edit('files/a'))).toContain('files/a  lies on a file system that is read-only')
    } finally {
      spawnSync('umount', [disk])
    }
  })

  describe('the person may not write', { timeout: 30_000 }, () => {
    // root may write everywhere, so a process without that right has to try
    const asNobody = isRoot ? { uid: 65534, gid: 65534 } : {}
    const rows: [claim: string, lock: () => void, message: string][] = [
      [
        'the folder',
        () => fs.chmodSync(join(root, 'files'), 0o555),
        'files/b  may not be written; nothing was written\n  ask for the right',
      ],
      [
        'the file',
        () => fs.chmodSync(join(root, 'files/b'), 0o444),
        'files/b  may not be written; nothing was written\n  ask for the right',
      ],
      [
        '.git',
        () => fs.chmodSync(join(root, '.git'), 0o555),
        '.git  may not be written; nothing was written\n  ask for the right',
      ],
    ]
    it.each(rows)('%s', async (_, lock, message) => {
      put('files/b', 'old\n')
      if (isRoot) for (const name of ['', ...names()]) fs.chownSync(join(root, name), 65534, 65534)
      lock()
      const { stderr } = await run(['write', root], asNobody)
      fs.chmodSync(join(root, 'files'), 0o755)
      expect(stderr).toContain(message)
      expect(get('files/b')).toBe('old\n')
      expect(names()).toEqual(['.git', 'files', 'files/b'])
    })
  })
})

describe('a signal in the middle leaves all or nothing', { timeout: 60_000 }, () => {
  const all = (text: string) => {
    const texts = fs.readdirSync(join(root, 'files')).map((name) => get(`files/${name}`))
    return texts.length === 40 && texts.every((other) => other === text)
  }
  beforeEach(() => {
    for (let i = 0; i < 40; i++) put(`files/${i}`, 'old\n')
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s between two renames', async (signal) => {
    const result = await run(['interrupt', root, signal])
    expect(result).toMatchObject({ code: null, signal })
    expect(all('new\n')).toBe(true)
    expect(fs.readdirSync(join(root, '.git'))).toEqual([])
  })

  it('Ctrl-C at any time', async () => {
    for (let i = 0; i < 6; i++) {
      const loop = spawn(process.execPath, [child, 'loop', root], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(loop.stdout, 'data')
      setTimeout(() => loop.kill('SIGINT'), 10 + Math.random() * 60)
      expect(await once(loop, 'close')).toEqual([null, 'SIGINT'])
      expect(all('old\n') || all('new\n')).toBe(true)
      expect(fs.readdirSync(join(root, '.git'))).toEqual([])
    }
  })
})

describe('two at once', { timeout: 60_000 }, () => {
  const sha = (digit: string) => `${digit}a`.repeat(20)

  it('change one file each in turn, and no change is lost', async () => {
    const images = [image, otherImage, 'ghcr.io/septemcore/platform-kernel/notify']
    put('files/k.yaml', `images:\n${images.map((name) => `  - name: ${name}\n    newTag: unset\n`).join('')}`)
    const tags = [...'123456789'].map(sha)
    const results = await Promise.all(images.map((name) => run(['share', root, 'files/k.yaml', name, ...tags])))
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(images.map(() => [0, '']))
    expect(get('files/k.yaml')).toBe(
      `images:\n${images.map((name) => `  - name: ${name}\n    newTag: ${sha('9')}\n`).join('')}`,
    )
    expect(names()).toEqual(['.git', 'files', 'files/k.yaml'])
  })

  it('bumps of one service: one of them wins, whole, and the loser says so', async () => {
    const overlay = 'overlays/dev/services/iam/kustomization.yaml'
    for (const folder of ['base/services/iam', 'overlays/dev/services/iam'])
      fs.mkdirSync(join(root, folder), { recursive: true })
    put('base/services/iam/definition.yaml', `spec:\n  image: ${image}\n`)
    put('overlays/dev/services/kustomization.yaml', 'resources: [iam]\n')
    put(overlay, `images:\n  - name: ${image}\n    newTag: unset # by CI\n`)
    const tags = [...'1234'].map(sha)
    const results = await Promise.all(tags.map((tag) => run(['bump', root, 'iam', tag])))
    const winners = tags.filter((_, i) => results[i]!.code === 0)
    expect(winners.map((tag) => `images:\n  - name: ${image}\n    newTag: ${tag} # by CI\n`)).toContain(get(overlay))
    for (const { code, stderr } of results) expect(code === 0 ? '' : stderr).toMatch(/^$|has changed since it was read/)
  })

  it('a lock of a dead process is taken away', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    put(`.git/.bump-lock.${encodeURIComponent(hostname())}.${dead}.x`, '')
    put('files/a', 'old\n')
    expect(await write(edit('files/a'))).toBe('')
    expect(names()).toEqual(['.git', 'files', 'files/a'])
  })

  it('a lock of a living process is waited for, and named in the end', async () => {
    const name = `.git/.bump-lock.${encodeURIComponent(hostname())}.${process.ppid}.x`
    put(name, '')
    put('files/a', 'old\n')
    setTimeout(() => fs.rmSync(join(root, name)), 200)
    expect(await write(edit('files/a'))).toBe('')
    put(name, '')
    const message = await write(edit('files/a', 'new\n', 'old\n'))
    expect(message).toContain(`process ${process.ppid} on ${hostname()} is writing here`)
    expect(get('files/a')).toBe('new\n')
  })
})
