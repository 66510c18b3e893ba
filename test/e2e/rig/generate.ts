import { spawn } from 'node:child_process'
import { json, text } from 'node:stream/consumers'
import type { Json } from './api.ts'

/** What repo-server is asked for, as the controller asks on a hard refresh: a folder of a repository, and how to render it. */
export interface ApplicationRequest {
  repository: string
  /** The source without repoURL: path, and plugin, kustomize or nothing. */
  source: { path: string } & Json
  name?: string
  revision?: string
  /** Further fields of Argo CD's ManifestRequest. */
  more?: object
}

/** What a cmp-server is asked for, as repo-server asks: a folder, and the root below which files are streamed to it. */
export interface PluginRequest {
  root: string
  folder: string
  environment?: Record<string, string>
  exclude?: string[]
}

export interface Answer {
  /** One object per text, as JSON; null when there was an error. */
  manifests: string[] | null
  error?: string
  milliseconds: number
  /** Of the archive that was streamed to a cmp-server, and in how many messages. */
  bytes?: number
  chunks?: number
}

export interface AskOptions {
  /** How many requests are under way at a time; one unless said. */
  concurrent?: number
  /** How long an answer may take; 60 unless said, as for Argo CD's controller. */
  seconds?: number
}

/** Gives what asks repo-server and plugins for manifests through Argo CD's own clients; an error is part of an answer. */
export function openGenerate(program: string, environment: NodeJS.ProcessEnv, repoServer: string, sockets: string) {
  const ask = async (requests: object[], { concurrent = 1, seconds = 60 }: AskOptions = {}): Promise<Answer[]> => {
    const child = spawn(program, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] })
    const ended = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
    child.stdin.end(JSON.stringify({ repoServer, concurrent, seconds, requests }))
    const [answers, said] = await Promise.all([json(child.stdout).catch(() => undefined), text(child.stderr), ended])
    if (!answers) throw new Error(`${program}  gave no answer\n${said}`)
    return answers as Answer[]
  }
  return {
    applications: (requests: ApplicationRequest[], options?: AskOptions) =>
      ask(
        requests.map((request) => ({ application: manifestRequest(request) })),
        options,
      ),
    plugin: (plugin: string, requests: PluginRequest[], options?: AskOptions) =>
      ask(
        requests.map(({ root, folder, environment: own = {}, exclude = [] }) => {
          const env = Object.entries(own).map(([key, value]) => `${key}=${value}`)
          return { socket: `${sockets}/${plugin}.sock`, root, folder, env, exclude }
        }),
        options,
      ),
  }
}

function manifestRequest({ repository, source, name = 'asked', revision = 'main', more }: ApplicationRequest): object {
  return {
    repo: { repo: repository },
    revision,
    noCache: true,
    noRevisionCache: true,
    appName: name,
    namespace: 'platform-services',
    projectName: 'default',
    projectSourceRepos: ['*'],
    applicationSource: { repoURL: repository, targetRevision: revision, ...source },
    appLabelKey: 'app.kubernetes.io/instance',
    trackingMethod: 'annotation',
    kubeVersion: '1.36.3',
    ...more,
  }
}
