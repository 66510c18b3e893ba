import type { Cluster, Json } from '../edge/cluster.ts'
import type { Plan } from './plan.ts'

interface Seen {
  readonly settings: Json
  readonly secret: Json
  readonly certificates: Json
  readonly components: readonly string[]
}

/** What no command can do, each with when it is still to be done; a component that needs a person adds a line. */
const list: readonly { readonly until: (seen: Seen) => boolean; readonly text: string }[] = [
  {
    until: ({ settings }) => settings?.['oidc.config'] !== undefined,
    text: 'Nobody can log in to Argo CD but through a kubeconfig: docs/argocd.md, «Log in».',
  },
  {
    until: ({ secret }) => Object.keys(secret ?? {}).some((key) => key.startsWith('webhook.')),
    text: 'No webhook tells Argo CD of a commit, so it looks once a minute: docs/argocd.md, «Log in».',
  },
  {
    until: ({ certificates }) => certificates !== undefined,
    text: 'repo-server answers whoever its NetworkPolicy lets through: docs/argocd.md, «Certificates between its parts».',
  },
  {
    until: ({ components }) => components.includes('vault'),
    text: 'Vault, its operator, the certificates and the data stores are not part of it yet: README.md, «What a cluster must have».',
  },
]

/** Takes a cluster and what runs there, returns a line for each thing that a person still has to do. */
export async function remaining(cluster: Cluster, { applications }: Plan): Promise<string[]> {
  const get = (path: string) => cluster.get(`/api/v1/namespaces/argocd/${path}`)
  const [settings, secret, certificates] = await Promise.all([
    get('configmaps/argocd-cm'),
    get('secrets/argocd-secret'),
    get('secrets/argocd-repo-server-mtls'),
  ])
  const components = applications.map(({ metadata }) => metadata.name)
  const seen: Seen = { settings: settings?.data, secret: secret?.data, certificates, components }
  return list.filter(({ until }) => !until(seen)).map(({ text }) => text)
}
