import fc from 'fast-check'

export const image = 'ghcr.io/septemcore/platform-kernel/iam'
export const otherImage = 'ghcr.io/septemcore/platform-kernel/gateway'

/** The text of a Kustomization, cut around the scalar of the tag: `between` is the rest of that scalar's line. */
export interface CutKustomization {
  readonly before: string
  readonly scalar: string
  readonly between: string
  readonly after: string
}

const hex = (alphabet: string) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: 40, maxLength: 40 }).map((letters) => letters.join(''))

/** A git SHA; often one that YAML would read as a number. */
export const pinWord = fc.oneof(
  hex('0123456789abcdef'),
  hex('0123456789'),
  fc
    .tuple(hex('0123456789'), fc.integer({ min: 1, max: 38 }))
    .map(([word, i]) => `${word.slice(0, i)}e${word.slice(i + 1)}`),
  hex('01').map((word) => `0b${word.slice(2)}`),
)

const scalar = fc
  .tuple(fc.oneof(hex('0123456789abcdef'), fc.constantFrom('unset', 'v1.2.3', 'latest')), fc.constantFrom('', "'", '"'))
  .map(([word, quote]) => quote + word + quote)

const comment = fc
  .array(fc.constantFrom('a', 'é', '😀', '\t', ' ', ':', '-', '{', '"', "'", 'newTag: x', '*a', '&a', '#'), {
    maxLength: 8,
  })
  .map((letters) => `#${letters.join('')}`)
const maybeComment = fc.option(comment, { nil: '' })
const endOfLine = fc.oneof(
  fc.constant(''),
  comment.map((text) => ` ${text}`),
  comment.map((text) => `\t${text}`),
)
const lineComments = fc
  .array(fc.tuple(fc.constantFrom('', '  ', '      '), maybeComment), { maxLength: 2 })
  .map((lines) => lines.map((parts) => parts.join('').trimEnd()))

const tagMark = '\u{E000}'

const blockEntry = fc
  .record({
    keys: fc
      .shuffledSubarray(['name', 'newTag', 'newName'], { minLength: 2 })
      .filter((keys) => keys.includes('name') && keys.includes('newTag')),
    quote: fc.constantFrom('', '"', "'"),
    anchor: fc.constantFrom('', '&own '),
    ends: fc.array(endOfLine, { minLength: 3, maxLength: 3 }),
    dash: fc.constantFrom('- ', '-   '),
    comments: lineComments,
  })
  .map(({ keys, quote, anchor, ends, dash, comments }) =>
    keys.flatMap((key, i) => {
      const value = { name: image, newName: 'mirror.example/iam', newTag: anchor + tagMark }[key as 'name']
      const line = `${i === 0 ? dash : ' '.repeat(dash.length)}${quote}${key}${quote}: ${value}${ends[i]}`
      return i === 0 ? [line, ...comments] : [line]
    }),
  )

const flowEntry = fc
  .record({ space: fc.constantFrom('', ' '), nameFirst: fc.boolean(), quote: fc.constantFrom('', '"'), end: endOfLine })
  .map(({ space, nameFirst, quote, end }) => {
    const pairs = [`${quote}name${quote}: ${quote}${image}${quote}`, `${quote}newTag${quote}: ${tagMark}`]
    return [`- {${space}${(nameFirst ? pairs : pairs.reverse()).join(`,${space}`)}${space}}${end}`]
  })

const rival = fc.constantFrom(
  [`- name: ${otherImage}`, `  newTag: 89abcdef0123456789abcdef0123456789abcdef`],
  [`- { name: "docker.io/valkey/valkey", newTag: "9.1", digest: 'sha256:00' }`],
  ['- name: quay.io/a/b # c', '', '  # newTag: not here', '  newName: c/d', '  digest: sha256:11'],
)

const section = fc.constantFrom(
  ['apiVersion: kustomize.config.k8s.io/v1beta1', 'kind: Kustomization'],
  ['resources: [../../../../base/services/iam] # the definition'],
  ['components:', '- ../../shared', ''],
  ['namespace: &ns platform', 'commonAnnotations: { ns: *ns }'],
  [
    'patches:',
    '  - patch: |',
    `      newTag: 0123456789abcdef0123456789abcdef01234567`,
    '      # text',
    '    target: { kind: ServiceDefinition }',
  ],
)

const parts = fc.record({
  entry: fc.oneof(blockEntry, flowEntry),
  above: fc.subarray([0, 1, 2]),
  rivals: fc.uniqueArray(rival, { maxLength: 3 }),
  sections: fc.uniqueArray(section, { maxLength: 5 }),
  split: fc.nat(5),
  indent: fc.constantFrom('', '  ', '    '),
  comments: lineComments,
  newline: fc.constantFrom('\n', '\r\n'),
  bom: fc.constantFrom('', '\uFEFF'),
  start: fc.constantFrom('', '---'),
  missesLastNewline: fc.boolean(),
  scalar,
})

/** Any Kustomization that pins the image once, plainly: keys in any order, comments, anchors, LF or CRLF, flow or block, quotes, neighbours. */
export const anyKustomization: fc.Arbitrary<CutKustomization> = parts.map((p) => {
  const before = p.rivals.slice(0, p.above.length)
  const after = p.rivals.slice(p.above.length)
  const list = [...before, p.entry, ...after].flatMap((lines) => [
    ...lines.map((line) => (line === '' ? '' : p.indent + line)),
    ...p.comments,
  ])
  const images = ['images:', ...p.comments, ...list]
  const lines = [
    ...(p.start ? [p.start] : []),
    ...p.comments,
    ...p.sections.slice(0, p.split).flat(),
    ...images,
    ...p.sections.slice(p.split).flat(),
  ]
  const whole = p.bom + lines.join(p.newline) + (p.missesLastNewline ? '' : p.newline)
  const [head = '', tail = ''] = whole.split(tagMark)
  // the tag of a JSON-like entry may stand bare, as YAML allows
  const lineEnd = tail.indexOf(p.newline)
  const cut = lineEnd === -1 ? tail.length : lineEnd
  return { before: head, scalar: p.scalar, between: tail.slice(0, cut), after: tail.slice(cut) }
})
