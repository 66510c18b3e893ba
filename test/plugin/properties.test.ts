import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { emit } from '../../plugin/emit.ts'
import { expand } from '../../plugin/expand.ts'
import { formatFindings } from '../../plugin/finding.ts'
import { guard } from '../../plugin/guard.ts'
import { parseImage } from '../../plugin/image.ts'
import { alone, type KubernetesObject } from '../../plugin/kind.ts'
import { parse } from '../../plugin/parse.ts'
import { pin } from '../../plugin/pin.ts'
import { root } from '../plugin.ts'

type Fields = Record<string, unknown>

const read = (file: string): KubernetesObject =>
  parseYaml(readFileSync(path.join(root, file), 'utf8'), { version: '1.1' })
const specOf = (file: string): Fields => read(file).spec as Fields

/** The definitions of the tree with the facts of prod, as Kustomize merges them. */
const definitions = readdirSync(path.join(root, 'base/services')).map((service) => {
  const definition = read(`base/services/${service}/definition.yaml`)
  const [shared, prod] = ['base', 'overlays/prod'].map((folder) => specOf(`${folder}/shared/service-definition.yaml`))
  const [base, own] = [shared, prod].map((spec) => spec!.environment as Fields)
  const environment = { ...base, ...own, stores: { ...(base!.stores as Fields), ...(own!.stores as Fields) } }
  return { ...definition, spec: { ...(definition.spec as Fields), environment } }
})

const nasty = fc.constantFrom(
  ...[
    '',
    ' ',
    'on',
    'Off',
    'y',
    'yes',
    'null',
    '~',
    'Null',
    '1e3',
    '0x1F',
    '012',
    '0o7',
    '0b1',
    '1_000',
    '12:30',
    '1.10',
  ],
  ...[
    '.inf',
    '-.INF',
    '.nan',
    '2026-11-23',
    '2026-11-23T10:00:00Z',
    '=',
    '<<',
    '*a',
    '&a',
    '!a',
    '|',
    '>',
    '%',
    '@',
    '`',
  ],
  ...[
    'a: b',
    'a #b',
    '# a',
    '- a',
    '? a',
    ': a',
    '{a',
    '[a]',
    '---',
    '...',
    'a\n',
    '\na',
    'a\n\nb',
    ' a',
    'a ',
    'a\t',
    '\ta',
  ],
  ...[
    '"',
    "'",
    '\\',
    'a\r\nb',
    'é',
    '😀',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\u0085',
    '\u0000',
    '\u007f',
    '__proto__',
    'toString',
  ],
  'long '.repeat(100),
  'x'.repeat(500),
)
const text = fc.oneof(nasty, fc.string(), fc.string({ unit: 'binary' }))
// As a key << merges: Kustomize drops it, quoted or not, so none ever comes.
const key = text.filter((word) => word !== '<<')
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar.map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
})).value

const named = fc.string({ minLength: 1 }).filter((name) => name.trim() !== '')
const kind = fc.oneof(
  fc.constantFrom('ServiceDefinition', 'Deployment', 'CronJob', 'Secret', 'toString', '__proto__'),
  named,
)
const apiVersion = fc.oneof(
  fc.constantFrom('platform.septemcore.com/v1alpha1', 'platform.septemcore.com/v2', 'apps/v1', 'v1'),
  named,
)

/** An object with the head that is asked of each, and anything in it. */
const object = fc
  .record({
    apiVersion,
    kind,
    name: named,
    metadata: fc.dictionary(key, json),
    rest: fc.dictionary(key, json),
    spec: json,
  })
  .map(
    ({ name, metadata, rest, spec, ...head }) =>
      ({ ...rest, spec, ...head, metadata: { ...metadata, name } }) as KubernetesObject,
  )

interface Mutation {
  readonly steps: readonly number[]
  readonly act: 'delete' | 'replace' | 'insert'
  readonly key: string
  readonly value: unknown
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  steps: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
  act: fc.constantFrom('delete', 'replace', 'insert'),
  key,
  value: fc.oneof(json, fc.constantFrom({}, [], null, '', 0, 1, 70000, true, 'iam', '1m', 'http://iam:8080')),
})

/** Goes down by as many steps as there are maps, and there deletes, replaces or adds an entry. */
function mutate(value: unknown, { steps: [step = 0, ...steps], act, key, value: put }: Mutation): unknown {
  if (typeof value !== 'object' || value === null) return put
  const keys = Object.keys(value)
  const chosen = keys[step % Math.max(1, keys.length)]
  const entries = Object.entries(value)
  if (chosen === undefined || (steps.length === 0 && act === 'insert'))
    return Object.fromEntries([...entries, [key, put]])
  if (steps.length === 0 && act === 'delete') return Object.fromEntries(entries.filter(([name]) => name !== chosen))
  const changed = (inner: unknown): unknown =>
    steps.length === 0 ? put : mutate(inner, { steps, act, key, value: put })
  return Object.fromEntries(entries.map(([name, inner]) => [name, name === chosen ? changed(inner) : inner]))
}

/** A definition of the tree with something wrong in its spec or metadata, and its head as it was. */
const mutated = fc
  .tuple(
    fc.constantFrom(...definitions),
    fc.constantFrom('spec', 'metadata'),
    fc.array(mutation, { minLength: 1, maxLength: 3 }),
  )
  .map(([definition, part, mutations]) => {
    const changed = mutations.reduce<unknown>(mutate, definition[part])
    const isMap = typeof changed === 'object' && changed !== null
    const metadata = { ...(isMap && changed), name: definition.metadata.name }
    return (part === 'spec' ? { ...definition, spec: changed } : { ...definition, metadata }) as KubernetesObject
  })

describe('whatever stands in an object, it becomes objects or is refused', () => {
  const becomes = async (from: KubernetesObject): Promise<void> => {
    const { expanded, findings } = await expand(alone([from]))
    expect(expanded.length + findings.length).toBeGreaterThan(0)
    // What is refused is not expanded as well.
    expect(Math.min(expanded.length, findings.length)).toBe(0)
    const objects = expanded.flatMap((each) => each.objects)
    const refused = objects.flatMap((each) => pin(each, { ours: new Set(), requireDigests: false }))
    if (findings.length > 0) expect(formatFindings(findings).trim()).not.toBe('')
    else expect(emit(objects).length + guard(objects).length + refused.length).toBeGreaterThan(0)
  }

  it('for arbitrary objects', () => fc.assert(fc.asyncProperty(object, becomes), { numRuns: 500 }))
  it('for definitions of the tree with something else in them', () =>
    fc.assert(fc.asyncProperty(mutated, becomes), { numRuns: 1000 }))
})

describe('what is emitted', () => {
  const distinct = fc.uniqueArray(object, {
    maxLength: 6,
    selector: ({ apiVersion, kind, metadata }) => JSON.stringify([apiVersion, kind, metadata.name, metadata.namespace]),
  })

  it('does not depend on the order in which the objects come', () => {
    const shuffled = distinct.chain((objects) =>
      fc.tuple(fc.constant(objects), fc.shuffledSubarray(objects, { minLength: objects.length })),
    )
    fc.assert(fc.property(shuffled, ([objects, other]) => void expect(emit(other)).toBe(emit(objects))))
  })

  it('reads as the objects that went in', () => {
    fc.assert(
      fc.property(object, (from) => {
        const { objects, findings } = parse(emit([from]))
        expect(findings).toEqual([])
        expect(objects).toEqual([from])
      }),
      { numRuns: 1000 },
    )
  })
})

describe('an image', () => {
  const join = ({ repository, tag, digest }: ReturnType<typeof parseImage>): string =>
    repository + (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`)
  const word = fc.stringMatching(/^[a-z0-9]+([._-][a-z0-9]+)*$/)

  it('taken apart and joined is what it was, whatever the text', () => {
    fc.assert(fc.property(text, (reference) => void expect(join(parseImage(reference))).toBe(reference)))
  })

  it('joined and taken apart has the same parts', () => {
    const image = fc
      .record({
        registry: fc.option(fc.tuple(word, fc.option(fc.integer({ min: 1, max: 65535 })))),
        path: fc.array(word, { minLength: 1, maxLength: 3 }),
        tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/)),
        digest: fc.option(fc.stringMatching(/^sha256:[0-9a-f]{64}$/)),
      })
      .map(({ registry, path: parts, tag, digest }) => {
        const host = registry ? [registry[0] + (registry[1] === null ? '' : `:${registry[1]}`)] : []
        return {
          repository: [...host, ...parts].join('/'),
          ...(tag !== null && { tag }),
          ...(digest !== null && { digest }),
        }
      })
    fc.assert(fc.property(image, (parts) => void expect(parseImage(join(parts))).toEqual(parts)))
  })
})
