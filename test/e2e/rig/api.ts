import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

/** JSON as the API server sends and takes it. The generated clients drop fields they do not know; tests want the object itself. */
export type Json = any

export interface Api {
  get(path: string): Promise<Json>
  create(path: string, object: object): Promise<Json>
  /** Merges the object into the one at the path (RFC 7386). */
  merge(path: string, object: object): Promise<Json>
  remove(path: string): Promise<Json>
  /** Hands over what is at the path now, as ADDED, and then every event; gives what ends it, which fails if it had ended by itself. */
  watch(path: string, each: (event: WatchEvent) => void): Promise<() => Promise<void>>
}

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  object: Json
}

/** An answer of the API server other than 2xx. */
export class ApiError extends Error {
  readonly code: number
  constructor(method: string, path: string, code: number, body: Json) {
    super(`${method} ${path}  ${code} ${body?.message ?? JSON.stringify(body)}`)
    this.code = code
  }
}

/** Gives the API server at the URL as four verbs, each of which fails with ApiError on an answer other than 2xx. */
export function openApi(url: string, certificateAuthority: string, token: string): Api {
  const ca = readFileSync(certificateAuthority)
  const agent = new Agent({ keepAlive: true, ca, maxSockets: 16 })
  async function watch(path: string, each: (event: WatchEvent) => void): Promise<() => Promise<void>> {
    const { items, metadata } = await call('GET', path)
    for (const object of items) each({ type: 'ADDED', object })
    const address = new URL(path, url)
    address.searchParams.set('watch', 'true')
    address.searchParams.set('resourceVersion', metadata.resourceVersion)
    // A connection of its own: a watch would hold one of the agent's for ever.
    const sent = request(address, { ca, agent: false, headers: { authorization: `Bearer ${token}` } })
    let broken: string | undefined
    sent.on('error', (error) => (broken ??= error.message))
    sent.on('response', (response) => {
      response.on('error', (error) => (broken ??= error.message))
      response.on('close', () => (broken ??= 'the API server ended it'))
      const lines = createInterface(response)
      lines.on('error', (error) => (broken ??= error.message))
      lines.on('line', (line) => {
        const event = JSON.parse(line) as WatchEvent | { type: 'ERROR'; object: Json }
        if (event.type === 'ERROR') broken ??= JSON.stringify(event.object)
        else if (broken === undefined) each(event)
      })
    })
    sent.end()
    return async () => {
      const reason = broken
      broken = 'stopped'
      sent.destroy()
      if (reason) throw new Error(`WATCH ${path}  ${reason}`)
    }
  }
  async function call(method: string, path: string, type = 'application/json', object?: object): Promise<Json> {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': type }
    const send = () =>
      new Promise<[number, string]>((resolve, reject) => {
        const sent = request(new URL(path, url), { method, agent, headers }, (response) => {
          text(response).then((body) => resolve([response.statusCode ?? 0, body]), reject)
        })
        sent.on('error', (error: NodeJS.ErrnoException) => {
          // The server closes a connection that was idle for long, maybe just now (nodejs.org, request.reusedSocket).
          if (sent.reusedSocket && error.code === 'ECONNRESET') send().then(resolve, reject)
          else reject(error)
        })
        sent.end(object && JSON.stringify(object))
      })
    const [code, body] = await send()
    const answer = parse(body)
    if (code < 200 || code > 299) throw new ApiError(method, path, code, answer)
    return answer
  }
  return {
    get: (path) => call('GET', path),
    create: (path, object) => call('POST', path, 'application/json', object),
    merge: (path, object) => call('PATCH', path, 'application/merge-patch+json', object),
    remove: (path) => call('DELETE', path),
    watch,
  }
}

function parse(body: string): Json {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
