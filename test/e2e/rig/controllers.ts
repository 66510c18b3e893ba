import type { ApiServer } from './api-server.ts'
import type { Context } from './context.ts'

/** Starts kube-scheduler. */
export function startScheduler({ servers, built }: Context, apiServer: ApiServer): void {
  servers.start('kube-scheduler', built.binaries['kube-scheduler'], [
    `--kubeconfig=${apiServer.kubeconfig('system:kube-scheduler')}`,
    '--leader-elect=false',
    '--secure-port=0',
  ])
}

/** Starts kube-controller-manager, as administrator; further flags come after the rig's own and win over them. */
export function startControllerManager({ servers, built }: Context, apiServer: ApiServer, flags: string[] = []): void {
  servers.start('kube-controller-manager', built.binaries['kube-controller-manager'], [
    `--kubeconfig=${apiServer.kubeconfig('admin')}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--service-account-private-key-file=${apiServer.serviceAccountKey}`,
    `--root-ca-file=${apiServer.certificateAuthority}`,
    ...flags,
  ])
}
