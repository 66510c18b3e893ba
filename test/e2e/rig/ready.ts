import type { Json } from './api.ts'

/** Takes a pod or a node, returns whether its condition Ready is true. */
export const isReady = ({ status }: Json): boolean =>
  (status.conditions ?? []).some((condition: Json) => condition.type === 'Ready' && condition.status === 'True')
