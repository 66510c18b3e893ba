import type { SecurityContext } from 'kubernetes-types/core/v1'

/** What Pod Security `restricted` asks of every container, and a root file system that cannot be written. */
export const confined: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}
