import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { root } from '../../plugin.ts'
import type { Json } from '../../e2e/rig/api.ts'

/** What a service may do in Vault, as its definition and that of all services say it. */
export interface Rights {
  service: string
  reads: string[]
  writes: string[]
  database: boolean
}

const read = (file: string): Json => parse(readFileSync(path.join(root, file), 'utf8'))

/** Gives the rights of every service, read from the definitions themselves and not from what is computed of them. */
export function definedRights(): Rights[] {
  const shared = read('base/shared/service-definition.yaml').spec
  return readdirSync(path.join(root, 'base/services')).map((service) => {
    const { spec } = read(`base/services/${service}/definition.yaml`)
    const secrets: Json[] = Object.values({ ...shared.secrets, ...spec.secrets })
    const vault = Object.entries<string>({ ...shared.vault, ...spec.vault })
    const writes = vault.filter(([, access]) => access === 'write').map(([at]) => at)
    const reads = new Set([...vault.map(([at]) => at), ...secrets.map((it) => `secret/${it.path}`)])
    return { service, reads: [...reads], writes, database: spec.database !== undefined }
  })
}
