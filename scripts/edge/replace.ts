import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Takes a path and a text, puts the text there in one step: a reader sees the old file or the new one. */
export function replaceFile(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}`
  writeFileSync(temporary, text)
  renameSync(temporary, file)
}
