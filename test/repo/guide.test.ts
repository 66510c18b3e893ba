import { describe, expect, it } from 'vitest'
import type { Files } from '../../plugin/files.ts'
import { treeBelow } from '../../scripts/edge/tree.ts'
import { root } from '../plugin.ts'
import { fieldOf, rowsOf, wrongAnswers, wrongParameters } from './tables.ts'

const tree = treeBelow(root)
const rows = (document: string) => rowsOf(tree.read(document) ?? '')

describe('docs/guide.md', () => {
  // One row for each statement of the edition of April 2026: each field of an example, each row of a table and each point
  // of a list is one. Fewer rows mean that an answer was lost.
  const statements = 210

  it('answers every statement of the deployment guide', () => {
    expect(rows('docs/guide.md').length).toBeGreaterThanOrEqual(statements)
  })

  it('names only what is there, and calls open only what is not', () => {
    expect(wrongAnswers(rows('docs/guide.md'), tree)).toEqual([])
  })

  it('has the same columns in every section', () => {
    const columns = rows('docs/guide.md').map(({ header }) => header.join(' | '))
    expect([...new Set(columns)]).toEqual(['# | The guide says | Here | Where'])
  })
})

describe('docs/contradictions.md', () => {
  it('answers each contradiction that was found in the documentation', () => {
    expect(rows('docs/contradictions.md')).toHaveLength(45)
  })

  it('names only what is there, and calls open only what is not', () => {
    expect(wrongAnswers(rows('docs/contradictions.md'), tree)).toEqual([])
  })
})

describe('docs/open-questions.md', () => {
  it('names fields that are there, with the values that they have', () => {
    expect(rows('docs/open-questions.md').length).toBeGreaterThan(0)
    expect(wrongParameters(rows('docs/open-questions.md'), tree)).toEqual([])
  })
})

const files: Files = {
  read: (path) =>
    ({
      'plugin/pin.ts': 'export const pin = 40',
      'test/pin.test.ts': "it('pins every image', () => {})",
      'base/iam.yaml': "spec: { replicas: 3, topics: { platform.auth.events: { hours: '24' } }, limits: { cpu: 1 } }",
    })[path],
  kind: (path) => (files.read(path) === undefined ? undefined : 'file'),
}

describe('a row of answers', () => {
  const refused = (...lines: string[]) =>
    wrongAnswers(rowsOf(['| # | The guide says | Here | Where |', '|---|---|---|---|', ...lines].join('\n')), files)

  it.each([
    '| 1 | Images are pinned. | By git SHA, in `plugin/pin.ts`. | `plugin/pin.ts` |',
    '| 1 | Images are pinned. | By git SHA. | `test/pin.test.ts › pins every image`<br>open: `base/infra/kafka` |',
    '| 1 | CI needs a token. | The services have their own CI. | not ours |',
  ])('may be %s', (line) => {
    expect(refused(line)).toEqual([])
  })

  it.each([
    ['| 1 | Images are pinned. | | `plugin/pin.ts` |', 'line 3: Here is empty'],
    ['| 1 | Images are pinned. | By git SHA. | |', 'line 3: Where is empty'],
    ['| 2 | Images are pinned. | By git SHA. | `plugin/pin.ts` |', 'line 3: is numbered 2, not 1'],
    ['| 1 | Images are pinned. | By git SHA. | `plugin/pins.ts` |', 'line 3: plugin/pins.ts does not exist'],
    ['| 1 | Images are pinned. | As `plugin/p.ts` says. | `plugin/pin.ts` |', 'line 3: plugin/p.ts does not exist'],
    ['| 1 | A. | B. | `test/pin.test.ts › pins all` |', 'line 3: test/pin.test.ts has no test pins all'],
    ['| 1 | A. | B. | `test/pins.test.ts › pins every image` |', 'line 3: test/pins.test.ts does not exist'],
    ['| 1 | A. | B. | open: `plugin/pin.ts` |', 'line 3: says open, but plugin/pin.ts exists'],
    ['| 1 | A. | B. | later |', 'line 3: later is neither a path, nor a test, nor open'],
    ['| 1 | A. | B. | `plugin/pin.ts` | C |', 'line 3: has 5 cells, not 4'],
  ])('is refused as %s', (line, fact) => {
    expect(refused(line)).toEqual([fact])
  })
})

describe('a row of assumed values', () => {
  const refused = (...lines: string[]) =>
    wrongParameters(rowsOf(['| # | Parameter | Default |', '|---|---|---|', ...lines].join('\n')), files)

  it.each([
    '| 1 | `base/iam.yaml` `spec.replicas` | `3` |',
    '| 1 | `base/iam.yaml` `spec.topics.platform.auth.events.hours`<br>`base/iam.yaml` `spec.replicas` | `24` and `3` |',
    "| 1 | `base/iam.yaml` `spec.limits` | `{ cpu: '1' }` |",
    '| 1 | `base/iam.yaml` `spec.env` | not set |',
    '| 1 | `plugin/pin.ts` `pin` | `40` |',
  ])('may be %s', (line) => {
    expect(refused(line)).toEqual([])
  })

  it.each([
    ['| 1 | `base/iam.yaml` `spec.replicas` | `4` |', 'line 3: spec.replicas in base/iam.yaml is 3'],
    ['| 1 | `base/iam.yaml` `spec.replica` | `3` |', 'line 3: base/iam.yaml has no spec.replica'],
    ['| 1 | `base/hub.yaml` `spec.replicas` | `3` |', 'line 3: base/hub.yaml does not exist'],
    ['| 1 | `base/iam.yaml` `spec.replicas` | not set |', 'line 3: base/iam.yaml sets spec.replicas'],
    ['| 1 | `plugin/pin.ts` `pins` | `40` |', 'line 3: plugin/pin.ts has no pins'],
    ['| 1 | spec.replicas | `3` |', 'line 3: spec.replicas is not a file and a field'],
  ])('is refused as %s', (line, fact) => {
    expect(refused(line)).toEqual([fact])
  })

  it('may name a field that is not there, which is then nothing', () => {
    expect(fieldOf({ a: { b: 1 } }, 'a.b.c')).toBeUndefined()
  })
})
