import { expect, it } from 'vitest'
import { changes, type Row, table } from '../../scripts/sandbox/table.ts'

const iam: Row = { name: 'iam', sync: 'Synced', health: 'Healthy', revision: '4f1c0de5ba11', pods: '3/3', message: '' }
const gateway: Row = { ...iam, name: 'gateway', sync: 'Unknown', revision: '', message: 'file:1:2  wrong\n  right\n' }

it('a table has a line for each Application, and what is wrong with it below', () => {
  expect(table([iam, gateway])).toBe(
    [
      'APPLICATION  SYNC     HEALTH   COMMIT    READY',
      'iam          Synced   Healthy  4f1c0de5  3/3',
      'gateway      Unknown  Healthy  -         3/3',
      '    file:1:2  wrong',
      '      right',
    ].join('\n'),
  )
})

it('a log has a line for each Application that changed', () => {
  expect(changes([], [iam])).toEqual(['iam  Synced  Healthy  4f1c0de5  3/3'])
  expect(changes([iam, gateway], [{ ...iam, pods: '2/3' }, gateway])).toEqual(['iam  Synced  Healthy  4f1c0de5  2/3'])
  expect(changes([iam], [gateway])).toEqual(['gateway  Unknown  Healthy  -  3/3  file:1:2  wrong | right |'])
  expect(changes([iam, gateway], [iam, gateway])).toEqual([])
})
