import type { Cluster, Json } from '../edge/cluster.ts'
import type { Application } from './target.ts'

interface Seen {
  readonly settings: Json
  readonly parameters: Json
  readonly secret: Json
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
    // Of the component that brings them; without its two Secrets nothing of Argo CD starts.
    until: ({ parameters }) => parameters?.['controller.repo.server.ca.cert.path'] !== undefined,
    text: 'repo-server answers whoever its NetworkPolicy lets through: docs/argocd.md, «Certificates between its parts».',
  },
]

/** Takes a cluster and what runs there, returns a line for each thing that a person still has to do. */
export async function remaining(cluster: Cluster): Promise<string[]> {
  const get = (path: string) => cluster.get(`/api/v1/namespaces/argocd/${path}`)
  const [settings, parameters, secret] = await Promise.all([
    get('configmaps/argocd-cm'),
    get('configmaps/argocd-cmd-params-cm'),
    get('secrets/argocd-secret'),
  ])
  const seen: Seen = { settings: settings?.data, parameters: parameters?.data, secret: secret?.data }
  return list.filter(({ until }) => !until(seen)).map(({ text }) => text)
}

/** Takes what a cluster runs and its environment, returns what the waves will wait for until a person has done it. */
export const waitsForAPerson = (applications: readonly Application[], environment: string): string =>
  // In dev Vault does it all by itself.
  environment !== 'dev' && applications.some(({ metadata }) => metadata.name === 'vault')
    ? 'a new Vault waits for a person, who initialises and unseals it: docs/vault.md, «Once»\n'
    : ''
