import type { Json } from '../edge/cluster.ts'

/**
 * Takes the root and the live Application of a component, returns what keeps the root from it, in words, or why nothing does:
 * then the root would take back within a second what somebody does past it.
 */
export function blocked(root: Json, application: Json): { by: string } | { not: string } {
  const { operationState = {}, conditions = [], sync } = root.status ?? {}
  if (root.operation === undefined) {
    const broken = conditions.find(({ type }: Json) => type === 'ComparisonError')
    if (broken && sync?.status === 'Unknown') return { by: `it cannot be rendered: ${brief(broken.message)}` }
    return { not: `it is not blocked: its last sync ${operationState.phase ?? 'has not begun'}` }
  }
  // At the moment between two attempts it has neither.
  const revision: string =
    operationState.syncResult?.revision ?? operationState.operation?.sync?.revision ?? sync?.revision
  const { chart, targetRevision } = application.spec.source
  // A chart carries no stamp.
  const isReached = chart
    ? wasApplied(operationState.syncResult, application.metadata.name)
    : targetRevision === revision
  if (isReached) return { not: `it has brought ${revision.slice(0, 8)} to it, and does so again with each attempt` }
  return { by: brief(operationState.message ?? 'it is at work') }
}

const wasApplied = (result: Json, component: string): boolean =>
  result?.resources?.some(
    ({ kind, name, status }: Json) => kind === 'Application' && name === component && status === 'Synced',
  ) ?? false

const brief = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 300)
