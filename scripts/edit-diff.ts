import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'
import type { Edit } from './files.ts'

/** Takes edits, returns the unified diff that `git apply` accepts; empty for no edits. */
export function formatDiff(edits: readonly Edit[]): string {
  return edits
    .map(({ path, before, after }) =>
      createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, {
        context: 3,
        headerOptions: FILE_HEADERS_ONLY,
      }),
    )
    .join('')
}
