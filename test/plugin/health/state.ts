/** An object as Argo CD sees it, and what the health script of its kind has to say of it. */
export interface State {
  readonly claim: string
  /** The object at this moment: a script may compare its times with the clock. */
  readonly object: (now: Date) => HealthObject
  readonly status: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended'
  /** A part of what it says to people. */
  readonly message?: string
}

export interface HealthObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly generation?: number; readonly [field: string]: unknown }
  readonly spec?: object
  readonly status?: object
}

/** A condition in a status, as controllers write it. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly observedGeneration?: number
  readonly message?: string
}

/** Takes a type, a status and what else is known, returns the condition of an object's first generation. */
export const condition = (
  type: string,
  status: Condition['status'],
  more: Partial<Condition> = {},
): Condition & { lastTransitionTime: string; reason: string } => ({
  type,
  status,
  observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:00Z',
  reason: type,
  message: '',
  ...more,
})
