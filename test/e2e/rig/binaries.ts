import { fileURLToPath } from 'node:url'

export interface Binary {
  /** Folder under modules/, whose go.mod and go.sum pin the source. */
  module: string
  package: string
  variables?: Record<string, string>
  /** Build tags, such as those that leave out what is not used. */
  tags?: string
}

export type BinaryName = keyof typeof binaries

export const modulesFolder = fileURLToPath(new URL('modules', import.meta.url))

// A binary built outside its project's own Makefile answers /version with v0.0.0, which clients compare against.
const kubernetes = {
  'k8s.io/component-base/version.gitVersion': 'v1.36.3',
  'k8s.io/component-base/version.gitMajor': '1',
  'k8s.io/component-base/version.gitMinor': '36',
}

export const binaries = {
  etcd: { module: 'control-plane', package: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': {
    module: 'control-plane',
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    variables: kubernetes,
  },
  'kube-controller-manager': {
    module: 'control-plane',
    package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    variables: kubernetes,
  },
  'kube-scheduler': {
    module: 'control-plane',
    package: 'k8s.io/kubernetes/cmd/kube-scheduler',
    variables: kubernetes,
  },
  kwok: { module: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' },
  redis: { module: 'redis', package: '.' },
  kustomize: {
    module: 'kustomize',
    package: 'sigs.k8s.io/kustomize/kustomize/v5',
    variables: { 'sigs.k8s.io/kustomize/api/provenance.version': 'v5.8.1' },
  },
  argocd: {
    module: 'argo-cd',
    package: 'github.com/argoproj/argo-cd/v3/cmd',
    variables: { 'github.com/argoproj/argo-cd/v3/common.version': '3.5.3' },
  },
  // Not the released build: a newer sdk and one other plugin, see its go.mod.
  vault: { module: 'vault', package: 'github.com/hashicorp/vault' },
  generate: { module: 'argo-cd', package: './generate' },
  // What the services and module-registry change their tables with; here for PostgreSQL alone.
  goose: {
    module: 'goose',
    package: 'github.com/pressly/goose/v3/cmd/goose',
    tags: 'no_clickhouse,no_libsql,no_mssql,no_mysql,no_spanner,no_sqlite3,no_vertica,no_ydb',
  },
  'metrics-server': { module: 'metrics-server', package: 'sigs.k8s.io/metrics-server/cmd/metrics-server' },
} satisfies Record<string, Binary>
