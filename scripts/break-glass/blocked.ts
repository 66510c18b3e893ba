import type { Json } from '../edge/cluster.ts'

/**
 * Takes the root and the name of a component, returns what keeps the root from it, in words, or why nothing does:
 * then the root would take back what somebody does past it, with the next commit at the latest.
 */
export function blocked(root: Json, name: string): { by: string } | { not: string } {
  const { operationState = {}, conditions = [], sync } = root.status ?? {}
  if (root.operation === undefined) {
    const broken = conditions.find(({ type }: Json) => type === 'ComparisonError')
    if (broken && sync?.status === 'Unknown') return { by: `it cannot be rendered: ${brief(broken.message)}` }
    return { not: `it is not at work: its last sync ${operationState.phase ?? 'has not begun'}` }
  }
  if (isReached(root.status, name)) return { not: `it gets as far as ${name}, and takes it back with each attempt` }
  return { by: brief(operationState.message ?? 'it is at work') }
}

/** Whether an attempt of the root gets to the component: no earlier step is unfinished. */
function isReached({ operationState, resources = [] }: Json, name: string): boolean {
  // What is on its way out has no step.
  const applications: Json[] = resources.filter(
    ({ kind, requiresPruning }: Json) => kind === 'Application' && !requiresPruning,
  )
  const step = ({ syncWave = 0 }: Json): number => syncWave
  // The root does not wait for the last.
  const last = Math.max(...applications.map(step))
  const unfinished = applications.filter((one) => step(one) < last && one.health?.status !== 'Healthy').map(step)
  const own = applications.find((one) => one.name === name)
  if (unfinished.length > 0) return own !== undefined && step(own) <= Math.min(...unfinished)
  const applied: Json[] = operationState?.syncResult?.resources ?? []
  return applied.some((one) => one.kind === 'Application' && one.name === name && one.status === 'Synced')
}

const brief = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 300)
