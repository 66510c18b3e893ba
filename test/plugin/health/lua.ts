import { Lua } from 'wasmoon-lua5.1'

export interface Verdict {
  readonly status: string
  readonly message: string
}

/**
 * Takes a health script and an object, returns its verdict as Argo CD 3.5.3 would have it: Lua 5.1, and without the open
 * libraries only the base, tables and require('os') (its util/lua/lua.go). Throws what Lua says.
 */
export async function runHealthScript(script: string, object: unknown, openLibraries: boolean): Promise<Verdict> {
  const lua = await Lua.create()
  try {
    const closed = openLibraries ? '' : 'string, math, io, debug, coroutine, os = nil; getmetatable("").__index = nil'
    const run = `
      package.loaded.os = { time = os.time, date = os.date }
      obj = ${literal(object)}
      ${closed}
      hs = (function() ${script}
      end)()
      status, message = hs.status, hs.message or ""`
    await lua.doString(run)
    const { status, message } = lua.ctx as Record<string, unknown>
    return { status: String(status), message: String(message) }
  } finally {
    lua.global.close()
  }
}

/** A value of JSON as Lua writes it. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'nil'
  if (Array.isArray(value)) return `{${value.map(literal).join(', ')}}`
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, field]) => `[${text(key)}] = ${literal(field)}`)
      .join(', ')}}`
  }
  return typeof value === 'string' ? text(value) : String(value)
}

/** JSON's own escapes are not those of Lua 5.1, which has decimal ones for bytes. */
function text(value: string): string {
  return `"${[...Buffer.from(value)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`
}
