import type { State } from './state.ts'

export const application: readonly State[] = [
  {
    claim: 'an Application that nobody has looked at yet',
    object: () => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'iam', generation: 1 },
      spec: {},
    }),
    status: 'Progressing',
  },
]
