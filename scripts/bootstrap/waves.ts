import { isDeepStrictEqual } from 'node:util'
import type { Cluster, Json } from '../edge/cluster.ts'
import { short } from '../sandbox/table.ts'
import type { Line } from '../table.ts'
import { applicationsPath } from './root.ts'
import type { Application } from './target.ts'

export const titles = ['APPLICATION', 'WAVE', 'STEP', 'SYNC', 'HEALTH', 'COMMIT']

const label = 'platform.septemcore.com/wave'
const step = 'argocd.argoproj.io/sync-wave'

/** Takes a cluster and the Applications that git has, returns how far each is, in the order of their steps, and whether all is done. */
export async function lookAtWaves(
  cluster: Cluster,
  expected: readonly Application[],
): Promise<{ lines: Line[]; isDone: boolean; revision: string }> {
  const items: Json[] = (await cluster.get(applicationsPath))?.items ?? []
  return wavesOf(items, expected)
}

/** Takes the Applications of a cluster and those that git has, returns the same. */
export function wavesOf(
  items: readonly Json[],
  expected: readonly Application[],
): { lines: Line[]; isDone: boolean; revision: string } {
  const root = items.find(({ metadata }) => metadata.name === 'root')
  const live = items.filter(({ metadata }) => metadata.labels?.[label] !== undefined)
  const missing = expected.filter(({ metadata }) => !live.some((one) => one.metadata.name === metadata.name))
  const inOrder = [...live, ...(missing as Json[])].toSorted(
    (a, b) => stepOf(a) - stepOf(b) || (a.metadata.name < b.metadata.name ? -1 : 1),
  )
  const verdicts = new Map<string, Json>(
    (root?.status?.resources ?? [])
      .filter(({ kind }: Json) => kind === 'Application')
      .map(({ name, health }: Json) => [name, health]),
  )
  return {
    lines: [
      ...(root ? [line(root, rootMessage(root))] : []),
      ...inOrder.map((one) => line(one, verdicts.get(one.metadata.name)?.message ?? errors(one))),
    ],
    isDone: root !== undefined && hasArrived(root),
    revision: root?.status?.sync?.revision ?? '',
  }
}

const stepOf = ({ metadata }: Json): number => Number(metadata.annotations?.[step] ?? 0)

function line({ metadata, status = {} }: Json, message: string): Line {
  const { sync, health } = status
  const place = metadata.name === 'root' ? ['-', '-'] : [metadata.labels?.[label] ?? '-', String(stepOf({ metadata }))]
  return {
    cells: [metadata.name, ...place, sync?.status || '-', health?.status || '-', short(sync?.revision ?? '')],
    message,
  }
}

const errors = ({ status }: Json): string =>
  (status?.conditions ?? [])
    .filter(({ type }: Json) => type.endsWith('Error'))
    .map(({ message }: Json) => message)
    .join('\n')

function rootMessage(root: Json): string {
  const { phase, message = '' } = root.status?.operationState ?? {}
  return [errors(root), phase === 'Succeeded' ? '' : message].filter(Boolean).join('\n')
}

/**
 * The root has brought what stands in git, all of it is Healthy, and nothing is under way. It may be OutOfSync nevertheless: by what
 * fell sick by itself, which differs from git until it is well.
 */
function hasArrived({ spec, status, operation }: Json): boolean {
  const { sync, health, operationState } = status ?? {}
  const isIdle = operation === undefined && operationState?.phase === 'Succeeded'
  const isCompared = isDeepStrictEqual(sync?.comparedTo?.source, spec.source)
  const isBrought = sync?.status === 'Synced' || operationState?.syncResult?.revision === sync?.revision
  return isIdle && isCompared && isBrought && health?.status === 'Healthy'
}
