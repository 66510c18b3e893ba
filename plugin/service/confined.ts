import type { SecurityContext } from 'kubernetes-types/core/v1.js'

/** What Pod Security `restricted` asks of every container, and a root file system that cannot be written. */
export const confined: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}
