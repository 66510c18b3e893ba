import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { homedir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { KubeConfig } from '@kubernetes/client-node'
import { findKubectl } from './kustomize.ts'

/** An object as the API server has it: the generated clients drop fields that they do not know. */
export type Json = any

/** The contexts that a person can name. */
export interface Contexts {
  readonly names: readonly string[]
  /** What kubectl would take if none were named. */
  readonly current: string | undefined
}

/** The API server that a context leads to, as its person. */
export interface Cluster {
  /** What is at the path; undefined where nothing is. Throws a sentence when there is no answer, or a refusal. */
  readonly get: (path: string) => Promise<Json | undefined>
  readonly create: (path: string, object: object) => Promise<Json>
  /** Applies objects in their order, on the server's side, and returns what kubectl says; throws what it refuses. */
  readonly apply: (objects: readonly object[], manager?: string) => Promise<string>
}

const patience = 15_000

/** Returns the contexts of the kubeconfig; none where there is no kubeconfig. Throws a sentence when it cannot be read. */
export function readContexts(): Contexts {
  const config = kubeConfig()
  return { names: config?.contexts.map(({ name }) => name) ?? [], current: config?.currentContext }
}

/** Takes the repository's root and a context, returns its cluster; nothing is asked of it yet. */
export function openCluster(root: string, context: string): Cluster {
  const config = kubeConfig()!
  config.setCurrentContext(context)
  const call = (method: string, at: string, object?: object) => request(config, method, at, object)
  return {
    get: (at) => call('GET', at),
    create: (at, object) => call('POST', at, object),
    apply: async (objects, manager) => {
      const { code, said, printed } = await run(
        await findKubectl(root),
        [
          ...[`--context=${context}`, 'apply', '--server-side', '--filename=-'],
          // What somebody changed by hand belongs to another manager then, and would stop the whole: git wins.
          '--force-conflicts',
          ...(manager === undefined ? [] : [`--field-manager=${manager}`]),
        ],
        objects.map((object) => JSON.stringify(object)).join('\n---\n'),
      )
      if (code !== 0) throw new Error(said.trim())
      return printed
    },
  }
}

/** As kubectl finds it; but nothing where client-node would make one up. */
function kubeConfig(): KubeConfig | undefined {
  const files = (process.env.KUBECONFIG ?? path.join(homedir(), '.kube/config')).split(path.delimiter)
  const [first, ...others] = files.filter((file) => file !== '' && existsSync(file))
  if (first === undefined) return undefined
  const load = (file: string): KubeConfig => {
    const config = new KubeConfig()
    config.loadFromFile(file)
    return config
  }
  const config = load(first)
  for (const other of others) config.mergeConfig(load(other))
  return config
}

async function request(config: KubeConfig, method: string, at: string, object?: object): Promise<Json | undefined> {
  const address = new URL(config.getCurrentCluster()?.server ?? '')
  const url = new URL(address.pathname.replace(/\/$/, '') + at, address)
  const options: https.RequestOptions = { method, headers: { accept: 'application/json' }, timeout: patience }
  await config.applyToHTTPSOptions(options)
  if (object) options.headers = { ...options.headers, 'content-type': 'application/json' }
  const [code, body] = await new Promise<[number, string]>((resolve, reject) => {
    const sent = (url.protocol === 'http:' ? http : https).request(url, options, (response) => {
      text(response).then((body) => resolve([response.statusCode ?? 0, body]), reject)
    })
    sent.on('timeout', () => sent.destroy(new Error(`${url.host} does not answer within ${patience / 1000} s`)))
    sent.on('error', reject)
    sent.end(object && JSON.stringify(object))
  })
  if (code === 404) return undefined
  const answer = parse(body)
  if (code < 200 || code > 299) throw new Error(`${method} ${at}: ${code} ${answer?.message ?? body.slice(0, 200)}`)
  return answer
}

function parse(body: string): Json {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function run(
  command: string,
  words: string[],
  input: string,
): Promise<{ code: number; said: string; printed: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: 'pipe' })
    child.on('error', reject)
    child.stdin.on('error', () => {}).end(input)
    const streams = Promise.all([text(child.stdout), text(child.stderr)])
    child.on('close', (code) => {
      streams.then(([printed, said]) => resolve({ code: code ?? 1, said, printed }), reject)
    })
  })
}
