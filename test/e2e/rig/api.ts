import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'

/** JSON as the API server sends and takes it. The generated clients drop fields they do not know; tests want the object itself. */
export type Json = any

export interface Api {
  get(path: string): Promise<Json>
  create(path: string, object: object): Promise<Json>
  /** Merges the object into the one at the path (RFC 7386). */
  merge(path: string, object: object): Promise<Json>
  remove(path: string): Promise<Json>
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
  const agent = new Agent({ keepAlive: true, ca: readFileSync(certificateAuthority), maxSockets: 16 })
  async function call(method: string, path: string, type = 'application/json', object?: object): Promise<Json> {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': type }
    const [code, body] = await new Promise<[number, string]>((resolve, reject) => {
      const sent = request(new URL(path, url), { method, agent, headers }, (response) => {
        text(response).then((body) => resolve([response.statusCode ?? 0, body]), reject)
      })
      sent.on('error', reject)
      sent.end(object && JSON.stringify(object))
    })
    const answer = parse(body)
    if (code < 200 || code > 299) throw new ApiError(method, path, code, answer)
    return answer
  }
  return {
    get: (path) => call('GET', path),
    create: (path, object) => call('POST', path, 'application/json', object),
    merge: (path, object) => call('PATCH', path, 'application/merge-patch+json', object),
    remove: (path) => call('DELETE', path),
  }
}

function parse(body: string): Json {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
