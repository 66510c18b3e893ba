import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type CustomResourceDefinition,
  isSchema,
  type OpenApi,
  reduceBuiltin,
  reduceCrd,
} from '../../scripts/schemas/reduce.ts'
import { vaultSecretsOperator } from '../../scripts/schemas/vault-secrets-operator.ts'
import { root } from '../plugin.ts'
import { endAfterTests } from './end.ts'
import { type Rig, startRig } from './rig/rig.ts'

interface Bundle {
  kinds: Record<string, string>
  definitions: Record<string, unknown>
}

/** What `npm run check` believes of the API server, beside what this API server says, reduced by the code that made the bundle. */
const bundle = JSON.parse(readFileSync(path.join(root, 'scripts/schemas/bundle.json'), 'utf8')) as Bundle
const isCustom = (kind: string): boolean => bundle.kinds[kind]!.startsWith('crd.')
const kinds = Object.keys(bundle.kinds)

let rig: Rig
let crds: Map<string, unknown>

beforeAll(async () => {
  rig = await startRig({ nodes: { stateless: 1, stateful: 0 } })
  const { items } = await rig.api.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')
  crds = new Map((items as CustomResourceDefinition[]).flatMap((crd) => [...reduceCrd(crd)]))
})
endAfterTests(() => rig)

describe('the schemas of npm run check', () => {
  test('say of the built-in kinds what the API server says', async () => {
    const wanted: Record<string, string[]> = {}
    for (const id of kinds.filter((id) => !isCustom(id))) {
      const [apiVersion = '', kind = ''] = id.split(' ')
      wanted[apiVersion] = [...(wanted[apiVersion] ?? []), kind]
    }
    const documents = new Map<string, OpenApi>()
    for (const apiVersion of Object.keys(wanted))
      documents.set(apiVersion, await rig.api.get(`/openapi/v3/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}`))
    const served = reduceBuiltin(wanted, (apiVersion) => documents.get(apiVersion)!)
    const own = Object.entries(bundle.definitions).filter(([name]) => !name.startsWith('crd.'))
    expect(own.length).toBeGreaterThan(100)
    expect(differences(Object.fromEntries(own), Object.fromEntries(served.definitions))).toEqual([])
  })

  test.for(kinds.filter(isCustom))('say of %s what the CRD on the API server says', (kind) => {
    expect(differences({ [kind]: inlined(bundle.kinds[kind]!) }, { [kind]: crds.get(kind) })).toEqual([])
  })

  test('say of the Vault Secrets Operator, by hand, what the stand-in on the rig says, which is made of them', () => {
    for (const [kind, { properties }] of Object.entries(vaultSecretsOperator)) {
      const spec = (schema: unknown) => ({ [`${kind} spec`]: (schema as { spec: unknown }).spec })
      const served = crds.get(kind) as { properties: unknown } | undefined
      expect(differences(spec(properties), spec(served?.properties ?? {}))).toEqual([])
    }
  })
})

describe('a stale bundle', () => {
  test.each([
    ['lacks a field', (it: any) => delete it.properties.minReadySeconds, 'minReadySeconds  the API server has it'],
    [
      'has a field too many',
      (it: any) => (it.properties.maxReadySeconds = {}),
      'maxReadySeconds  the API server has it not',
    ],
    [
      'has another type',
      (it: any) => (it.properties.replicas.type = 'string'),
      'replicas.type  is "string", the API server has "integer"',
    ],
    [
      'asks for less',
      (it: any) => it.required.pop(),
      'required  is ["selector"], the API server has ["selector","template"]',
    ],
  ])('that %s is told by definition and field', (_, spoil, told) => {
    const name = 'apps.v1.DeploymentSpec'
    const stale = structuredClone(bundle.definitions[name])
    spoil(stale)
    const [first, ...others] = differences({ [name]: stale }, { [name]: bundle.definitions[name] })
    expect(first).toMatch(/^apps\.v1\.DeploymentSpec\./)
    expect(first).toContain(told)
    expect(others).toEqual([])
  })
})

/** Takes the name of a definition, returns its schema with every part that CRDs share written out again. */
function inlined(name: string): unknown {
  const expand = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(expand)
    if (!isSchema(value)) return value
    const shared = /^#\/definitions\/(crd\..*)$/.exec(String(value.$ref))?.[1]
    if (shared) return inlined(shared)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expand(inner)]))
  }
  return expand(bundle.definitions[name])
}

/** Takes ours and the server's schemas, returns a sentence for each definition and field in which they differ; none when they are equal. */
function differences(ours: unknown, theirs: unknown, at: string[] = []): string[] {
  const place = at.filter((name) => name !== 'properties').join('.')
  if (ours === undefined) return [`${place}  the API server has it, npm run check does not know it: npm run schemas`]
  if (theirs === undefined) return [`${place}  the API server has it not, npm run check does: npm run schemas`]
  if (isSchema(ours) && isSchema(theirs)) {
    const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort()
    return names.flatMap((name) => differences(ours[name], theirs[name], [...at, name]))
  }
  const [text, other] = [ours, theirs].map((value) => JSON.stringify(canonical(value, at.at(-1))))
  return text === other ? [] : [`${place}  is ${text}, the API server has ${other}: npm run schemas`]
}

/** Takes a value under a keyword, returns it in one order: maps by key, and the lists that are sets. */
function canonical(value: unknown, keyword = ''): unknown {
  if (Array.isArray(value)) {
    const list = value.map((item) => canonical(item))
    return ['enum', 'required', 'type'].includes(keyword) ? list.toSorted() : list
  }
  if (!isSchema(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, canonical(value[key], key)]),
  )
}
