import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { formatFindings } from '../../plugin/finding.ts'
import { readPin, replacePin } from '../../scripts/bump/pin.ts'
import { anyKustomization, image, otherImage, pinWord } from './kustomizations.ts'

const old = '0123456789abcdef0123456789abcdef01234567'
const sha = 'fedcba9876543210fedcba9876543210fedcba98'
const digits = '1234567890123456789012345678901234567890'
const exponent = '1234e56789012345678901234567890123456789'
const binary = `0b${'01'.repeat(19)}`
const digest = `sha256:${'ab'.repeat(32)}`
const newDigest = `sha256:${'12'.repeat(32)}`
const path = 'kustomization.yaml'

const block = (rest: string) => `images:\n  - name: ${image}\n${rest}`
const replaced = (text: string, pin: { tag: string; digest?: string }) => replacePin({ path, text }, image, pin)
const refusal = (result: unknown) => (Array.isArray(result) ? formatFindings(result) : `no refusal: ${String(result)}`)

describe('replacePin changes the tag and nothing else', () => {
  const text = block(`    newTag: ${old}\n`)
  const rows: [claim: string, before: string, after: string][] = [
    ['a plain entry', text, text.replace(old, sha)],
    ['without a newline at the end', text.trimEnd(), text.trimEnd().replace(old, sha)],
    ['with CRLF', text.replaceAll('\n', '\r\n'), text.replaceAll('\n', '\r\n').replace(old, sha)],
    ['with a byte order mark', `\uFEFF${text}`, `\uFEFF${text}`.replace(old, sha)],
    ['single quotes stay', block(`    newTag: '${old}'\n`), block(`    newTag: '${sha}'\n`)],
    ['double quotes stay', block(`    newTag: "${old}"\n`), block(`    newTag: "${sha}"\n`)],
    ['a comment behind it stays', block(`    newTag: ${old}\t# was 1.2\n`), block(`    newTag: ${sha}\t# was 1.2\n`)],
    ['an unused anchor stays', block(`    newTag: &tag ${old}\n`), block(`    newTag: &tag ${sha}\n`)],
    ['the type !!str stays', block(`    newTag: !!str ${old}\n`), block(`    newTag: !!str ${sha}\n`)],
    ['a value on the next line', block(`    newTag:\n      ${old}\n`), block(`    newTag:\n      ${sha}\n`)],
    ['an explicit key', block(`    ? newTag\n    : ${old}\n`), block(`    ? newTag\n    : ${sha}\n`)],
    ['a key in quotes', block(`    "newTag": ${old}\n`), block(`    "newTag": ${sha}\n`)],
    [
      'before the name',
      `images:\n- newTag: ${old}\n  name: ${image}\n`,
      `images:\n- newTag: ${sha}\n  name: ${image}\n`,
    ],
    ['a flow map', `images: [{ name: ${image}, newTag: ${old} }]`, `images: [{ name: ${image}, newTag: ${sha} }]`],
    [
      'JSON',
      `{"images":[{"name":"${image}","newTag":"${old}"}]}`,
      `{"images":[{"name":"${image}","newTag":"${sha}"}]}`,
    ],
    [
      'the same SHA elsewhere stays',
      `# ${old}\n${text}namePrefix: ${old}\n`,
      `# ${old}\n${text.replace(old, sha)}namePrefix: ${old}\n`,
    ],
    ['a placeholder', block('    newTag: unset\n'), block(`    newTag: ${sha}\n`)],
    ['an empty text', block('    newTag: ""\n'), block(`    newTag: "${sha}"\n`)],
    [
      'a name by alias',
      `x: &i ${image}\nimages: [{ name: *i, newTag: ${old} }]`,
      `x: &i ${image}\nimages: [{ name: *i, newTag: ${sha} }]`,
    ],
    [
      'a rename beside it',
      block(`    newName: mirror/iam\n    newTag: ${old}\n`),
      block(`    newName: mirror/iam\n    newTag: ${sha}\n`),
    ],
    ['between document marks', `---\n${text}...\n`, `---\n${text.replace(old, sha)}...\n`],
    [
      'another image with its own tag',
      `${text}  - name: ${otherImage}\n    newTag: ${old}\n`,
      `${text.replace(old, sha)}  - name: ${otherImage}\n    newTag: ${old}\n`,
    ],
    [
      'a merge key that supplies no pin',
      `x: &x { newName: a/b }\n${block(`    <<: *x\n    newTag: ${old}\n`)}`,
      `x: &x { newName: a/b }\n${block(`    <<: *x\n    newTag: ${sha}\n`)}`,
    ],
  ]
  it.each(rows)('%s', (_, before, after) => {
    expect(replaced(before, { tag: sha })).toBe(after)
  })

  it('gives the same text for the same pin', () => {
    expect(replaced(text, { tag: old })).toBe(text)
  })
})

describe('replacePin quotes what YAML would read as a number', () => {
  const rows: [claim: string, tag: string, before: string, after: string][] = [
    ['only digits', digits, `newTag: ${old}`, `newTag: '${digits}'`],
    ['digits around one e', exponent, `newTag: ${old}`, `newTag: '${exponent}'`],
    ['0b and binary digits', binary, `newTag: ${old}`, `newTag: '${binary}'`],
    ['in the quotes that are there', digits, `newTag: "${old}"`, `newTag: "${digits}"`],
    ['like its key', digits, `"newTag": ${old}`, `"newTag": "${digits}"`],
    ['the same pin that stands unquoted', digits, `newTag: ${digits}`, `newTag: '${digits}'`],
    ['but not two e', `1e2e${digits.slice(4)}`, `newTag: ${old}`, `newTag: 1e2e${digits.slice(4)}`],
    [
      'but not 0b and another digit',
      binary.replace('0b01', '0b02'),
      `newTag: ${old}`,
      `newTag: ${binary.replace('0b01', '0b02')}`,
    ],
  ]
  it.each(rows)('%s', (_, tag, before, after) => {
    expect(replaced(block(`    ${before}\n`), { tag })).toBe(block(`    ${after}\n`))
  })
})

describe('replacePin never leaves an old digest', () => {
  const both = block(`    newTag: ${old}\n    digest: ${digest}\n`)
  const rows: [claim: string, before: string, after: string][] = [
    ['replaces both', both, block(`    newTag: ${sha}\n    digest: ${newDigest}\n`)],
    [
      'replaces both where the digest comes first',
      block(`    digest: "${digest}"\n    newTag: '${old}'\n`),
      block(`    digest: "${newDigest}"\n    newTag: '${sha}'\n`),
    ],
    [
      'adds a line below the tag',
      block(`    newTag: ${old} # why\n  # next\n`),
      block(`    newTag: ${sha} # why\n    digest: ${newDigest}\n  # next\n`),
    ],
    [
      'adds a line with CRLF',
      block(`    newTag: ${old}\n`).replaceAll('\n', '\r\n'),
      block(`    newTag: ${sha}\n    digest: ${newDigest}\n`).replaceAll('\n', '\r\n'),
    ],
    [
      'adds a line to a file without a newline at the end',
      block(`    newTag: ${old}`),
      block(`    newTag: ${sha}\n    digest: ${newDigest}`),
    ],
    [
      'adds a line with CRLF to a file without a newline at the end',
      block(`    newTag: ${old}`).replaceAll('\n', '\r\n'),
      block(`    newTag: ${sha}\n    digest: ${newDigest}`).replaceAll('\n', '\r\n'),
    ],
    [
      'adds a line below a tag that opens the entry',
      `images:\n- newTag: ${old}\n  name: ${image}\n`,
      `images:\n- newTag: ${sha}\n  digest: ${newDigest}\n  name: ${image}\n`,
    ],
    [
      'adds in the quotes of the tag',
      block(`    newTag: '${old}'\n`),
      block(`    newTag: '${sha}'\n    digest: '${newDigest}'\n`),
    ],
    [
      'adds to a flow map',
      `images: [{ newTag: ${old}, name: ${image} }]`,
      `images: [{ newTag: ${sha}, digest: ${newDigest}, name: ${image} }]`,
    ],
    [
      'adds to JSON',
      `{"images":[{"name":"${image}","newTag":"${old}"}]}`,
      `{"images":[{"name":"${image}","newTag":"${sha}","digest": "${newDigest}"}]}`.replace('","digest', '", "digest'),
    ],
  ]
  it.each(rows)('%s', (_, before, after) => {
    expect(replaced(before, { tag: sha, digest: newDigest })).toBe(after)
  })

  it('refuses a new tag beside the old digest', () => {
    expect(refusal(replaced(both, { tag: sha }))).toBe(
      `kustomization.yaml:4:5  ${image} is pinned with a digest, and Kustomize would deploy the old digest under the new tag
  name the new one, <sha>@sha256:<digest>, or delete this digest line first
`,
    )
  })

  it('refuses to add a line where it cannot tell the indentation', () => {
    expect(refusal(replaced(block(`    ? newTag\n    : ${old}\n`), { tag: sha, digest: newDigest }))).toContain(
      'kustomization.yaml:3:7  cannot be changed here without changing what else the file says',
    )
  })
})

describe('replacePin refuses', () => {
  const tag = `newTag: ${old}`
  const rows: [claim: string, text: string, place: string, fact: string, remedy: string][] = [
    ['an empty file', '', '', 'holds nothing', 'bring it back from git, or write it'],
    ['a file of comments', '# nothing\n', '', 'holds nothing', 'bring it back from git, or write it'],
    ['a text', 'images\n', ':1:1', 'is no Kustomization: not a map', 'write `images:` with a name and newTag'],
    ['broken YAML', `images:\n  - name: "${image}\n`, ':3:1', 'is not YAML: Missing closing "quote', 'mend this place'],
    [
      'a tab as indentation',
      `images:\n\t- name: ${image}\n`,
      ':2:1',
      'is not YAML: Tabs are not allowed as indentation',
      'mend this place',
    ],
    [
      'two documents',
      `${block(`    ${tag}\n`)}---\nimages: []\n`,
      ':5:1',
      'is a second document; Kustomize reads the first only',
      'keep one document in this file',
    ],
    [
      'a key that stands twice',
      block(`    ${tag}\n    ${tag}\n`),
      ':4:5',
      'the same key stands here a second time',
      'keep one of them',
    ],
    [
      'no images',
      'resources: []\n',
      '',
      'pins no image',
      'add under images: `- name: <image>` and, below it, `newTag: <sha>`',
    ],
    [
      'images without entries',
      'images:\nresources: []\n',
      ':1:1',
      'pins no image',
      'add under images: `- name: <image>` and, below it, `newTag: <sha>`',
    ],
    [
      'images as a map',
      `images:\n  ${image}: ${old}\n`,
      ':2:3',
      'images is not a list',
      'write `images:` as a list of entries with name and newTag',
    ],
    [
      'images as an alias',
      `x: &x []\nimages: *x\n`,
      ':2:9',
      'images is an alias, so its pins stand elsewhere',
      'write `images:` as a list of entries with name and newTag',
    ],
    [
      'images by another case',
      `Images:\n  - name: ${image}\n`,
      ':1:1',
      'the key Images is images to Kustomize, in any case',
      'write images, once',
    ],
    [
      'the old field imageTags',
      `imageTags: []\n${block(`    ${tag}\n`)}`,
      ':1:1',
      'imageTags is the old way to pin, and it wins',
      'move it under images',
    ],
    [
      'a merge key at the top',
      `x: &x { images: [] }\n<<: *x\n`,
      ':2:1',
      'a merge key (<<) may bring a pin that no one sees here',
      'write the keys out in this place',
    ],
    [
      'an entry that is a text',
      `images:\n  - ${image}\n`,
      ':2:5',
      'is no entry of images: not a map',
      'write a name and a newTag',
    ],
    [
      'an entry without a name',
      `images:\n  - ${tag}\n`,
      ':2:5',
      'this entry of images has no name',
      'write the image as its name',
    ],
    [
      'a key by another case',
      block(`    newtag: ${old}\n`),
      ':3:5',
      'the key newtag is newTag to Kustomize, in any case',
      'write newTag, once',
    ],
    [
      'a digest by another case',
      block(`    ${tag}\n    DIGEST: ${digest}\n`),
      ':4:5',
      'the key DIGEST is digest to Kustomize, in any case',
      'write digest, once',
    ],
    [
      'a name that is a pattern',
      `${block(`    ${tag}\n`)}  - name: ghcr.io/.*\n    newTag: a\n`,
      ':4:11',
      'the name "ghcr.io/.*" is a pattern to Kustomize, which may match any image',
      'write one image in full, without a tag',
    ],
    [
      'an entry that stands twice',
      `${block(`    ${tag}\n`)}  - name: ${image}\n    newTag: b\n`,
      ':4:11',
      `${image} is pinned a second time (first in line 2); the last one wins`,
      'delete one of the two entries',
    ],
    [
      'an entry that stands twice by its dots',
      `${block(`    ${tag}\n`)}  - name: ${image.replace('-', '.')}\n    newTag: b\n`,
      ':4:11',
      `${image} is pinned a second time (first in line 2); the last one wins`,
      'delete one of the two entries',
    ],
    [
      'an entry that stands twice by an alias',
      `images:\n  - &e { name: ${image}, ${tag} }\n  - *e\n`,
      ':3:5',
      `${image} is pinned a second time (first in line 2); the last one wins`,
      'delete one of the two entries',
    ],
    [
      'a rename to this image',
      `${block(`    ${tag}\n`)}  - name: iam\n    newName: ${image}\n`,
      ':4:11',
      `this entry renames iam to ${image}, which line 2 pins too`,
      'keep one entry for this image',
    ],
    [
      'a second pin under the new name',
      `${block(`    newName: mirror/iam\n    ${tag}\n`)}  - name: mirror/iam\n    newTag: b\n`,
      ':5:11',
      `this entry pins mirror/iam, which line 2 has renamed ${image} to`,
      'keep one entry for this image',
    ],
    [
      'a tag within the name',
      `images:\n  - name: ${image}:latest\n    ${tag}\n`,
      ':2:11',
      `the name ${image}:latest holds a tag or digest; Kustomize ignores such an entry`,
      `write name: ${image}, and the tag as newTag`,
    ],
    [
      'only a rename to this image',
      `images:\n  - name: iam\n    newName: ${image}\n    ${tag}\n`,
      ':2:11',
      `this entry pins iam under the new name ${image}, not ${image} itself`,
      `write name: ${image}`,
    ],
    [
      'a mistyped name',
      `images:\n  - name: ${otherImage}\n    newTag: x\n  - name: ghcr.io/septemcore/platform-kernal/iam\n    ${tag}\n`,
      ':4:11',
      `pins ghcr.io/septemcore/platform-kernal/iam, ${otherImage}, not ${image}`,
      `if this entry is meant, write name: ${image}; else add under images: \`- name: ${image}\` and, below it, \`newTag: <sha>\``,
    ],
    [
      'a missing entry',
      `images:\n  - name: ${otherImage}\n    newTag: x\n`,
      ':2:3',
      `pins ${otherImage}, not ${image}`,
      `add under images: \`- name: ${image}\` and, below it, \`newTag: <sha>\``,
    ],
    [
      'an empty list',
      `images: []\n`,
      ':1:9',
      `pins no image, not ${image}`,
      `add under images: \`- name: ${image}\` and, below it, \`newTag: <sha>\``,
    ],
    [
      'an entry that is an alias',
      `x: &e { name: ${image}, ${tag} }\nimages: [*e]\n`,
      ':2:10',
      `the entry of ${image} is an alias`,
      'write the entry out in this place',
    ],
    [
      'a missing newTag',
      block(`    newName: a/b\n`),
      ':2:5',
      `the entry of ${image} has no newTag`,
      'add a line `newTag: <sha>` to this entry',
    ],
    [
      'a digest without newTag',
      block(`    digest: ${digest}\n`),
      ':2:5',
      `the entry of ${image} has no newTag`,
      'add a line `newTag: <sha>` to this entry',
    ],
    [
      'a newTag from a merge key',
      `x: &x { ${tag} }\n${block('    <<: *x\n')}`,
      ':4:5',
      `a merge key (<<) supplies newTag of ${image}`,
      'write newTag out in this entry',
    ],
    [
      'a newTag of its own and one from a merge key',
      `x: &x { ${tag} }\n${block(`    ${tag}\n    <<: [*x]\n`)}`,
      ':5:5',
      `a merge key (<<) supplies newTag of ${image}`,
      'write newTag out in this entry',
    ],
    [
      'a digest from a merge key',
      `x: &x { digest: ${digest} }\n${block(`    ${tag}\n    <<: *x\n`)}`,
      ':5:5',
      `a merge key (<<) supplies digest of ${image}`,
      'write digest out in this entry',
    ],
    [
      'a newTag that is an alias',
      `x: &x ${old}\n${block('    newTag: *x\n')}`,
      ':4:13',
      'newTag is an alias of &x',
      'write the SHA itself here, on one line',
    ],
    [
      'a newTag that others use',
      `${block(`    newTag: &x ${old}\n`)}x: *x\n`,
      ':3:16',
      'newTag is used elsewhere as *x, which would change too',
      'write it out where *x stands',
    ],
    [
      'an entry that others use',
      `images:\n  - &e { name: ${image}, ${tag} }\nx: *e\n`,
      ':2:8',
      'this part of the file is used elsewhere as *e, which would change too',
      'write it out where *e stands',
    ],
    [
      'images that others use',
      `images: &l\n  - name: ${image}\n    ${tag}\nx: *l\n`,
      ':2:3',
      'this part of the file is used elsewhere as *l, which would change too',
      'write it out where *l stands',
    ],
    [
      'a literal block',
      block(`    newTag: |\n      ${old}\n`),
      ':3:13',
      'newTag is a block text (| or >), which ends in a line break',
      'write the SHA itself here, on one line',
    ],
    [
      'a folded block',
      block(`    newTag: >-\n      ${old}\n`),
      ':3:13',
      'newTag is a block text (| or >), which ends in a line break',
      'write the SHA itself here, on one line',
    ],
    [
      'a newTag that is a list',
      block(`    newTag: [${old}]\n`),
      ':3:13',
      'newTag is not a text',
      'write the SHA itself here, on one line',
    ],
    ['an empty newTag', block('    newTag:\n'), ':3:5', 'newTag is empty', 'write the SHA itself here, on one line'],
    [
      'an empty newTag in a flow map',
      `images: [{ newTag, name: ${image} }]`,
      ':1:12',
      'newTag is empty',
      'write the SHA itself here, on one line',
    ],
    [
      'a newTag with a type',
      block(`    newTag: !!int ${digits}\n`),
      ':3:19',
      'newTag carries the type tag:yaml.org,2002:int',
      'leave the type away and write the SHA itself here, on one line',
    ],
    [
      'an empty digest',
      block(`    ${tag}\n    digest:\n`),
      ':4:5',
      'digest is empty',
      'write the digest itself here, on one line',
    ],
    [
      'a digest that is an alias',
      `x: &x ${digest}\n${block(`    ${tag}\n    digest: *x\n`)}`,
      ':5:13',
      'digest is an alias of &x',
      'write the digest itself here, on one line',
    ],
  ]
  it.each(rows)('%s', (_, text, place, fact, remedy) => {
    const found = refusal(replaced(text, { tag: sha, digest: newDigest }))
    expect(found.startsWith(`${path}${place}  ${fact}`) ? '' : found).toBe('')
    expect(found.endsWith(`\n  ${remedy}\n`) ? '' : found).toBe('')
  })

  it('an alias of nothing', () => {
    expect(refusal(replaced(`x: *nothing\n${block(`    ${tag}\n`)}`, { tag: sha }))).toContain(path)
  })

  it('brackets that never end', () => {
    expect(refusal(replaced('['.repeat(100_000), { tag: sha }))).toContain(path)
  })

  it('aliases that multiply beyond measure', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      )
    expect(refusal(replaced(`${lines.join('\n')}\n${block(`    ${tag}\n`)}`, { tag: sha }))).toContain(path)
  })

  it('all that is wrong in an entry, together', () => {
    const text = block('    newTag: [a]\n    digest: [b]\n')
    expect(replaced(text, { tag: sha })).toHaveLength(2)
  })
})

describe('readPin', () => {
  it('returns the tag, the digest and the place of the tag', () => {
    const text = block(`    newTag: ${old} # why\n    digest: "${digest}"\n`)
    expect(readPin({ path, text }, image)).toEqual({
      pin: { tag: old, digest },
      at: { file: path, line: 3, column: 13 },
    })
  })

  const rows: [claim: string, text: string, message: string][] = [
    [
      'a tag that YAML reads as a number',
      `newTag: ${digits}`,
      'kustomization.yaml:3:13  YAML does not read this newTag as a text\n  put it in quotes\n',
    ],
    ['a moving tag', 'newTag: latest', 'kustomization.yaml:3:13  newTag "latest" is a name that moves, no git SHA'],
    ['a short SHA', 'newTag: abc1234', 'kustomization.yaml:3:13  newTag "abc1234" is a short SHA, 7 characters of 40'],
    [
      'a digest that is none',
      `newTag: ${old}\n    digest: sha256:12`,
      'kustomization.yaml:4:13  digest "sha256:12" has a digest of 2 characters, not 64',
    ],
  ]
  it.each(rows)('refuses %s', (_, line, message) => {
    expect(refusal(readPin({ path, text: block(`    ${line}\n`) }, image))).toContain(message)
  })
})

describe('in any Kustomization', { timeout: 60_000 }, () => {
  it('replacePin changes the scalar of the tag and no other byte, and YAML 1.1 reads the new SHA as a text', () => {
    fc.assert(
      fc.property(anyKustomization, pinWord, ({ before, between, after, scalar }, tag) => {
        const text = before + scalar + between + after
        const result = replaced(text, { tag })
        if (typeof result !== 'string') throw new Error(formatFindings(result) + text)
        expect(result.slice(0, before.length)).toBe(before)
        expect(result.endsWith(between + after)).toBe(true)
        const written = result.slice(before.length, result.length - (between + after).length)
        expect(written.replace(/^(['"])(.*)\1$/, '$2')).toBe(tag)
        const quote = /^['"]/.exec(scalar)?.[0]
        if (quote) expect(written).toBe(quote + tag + quote)
        const { images } = parse(result, { version: '1.1' }) as { images: { name: string; newTag: unknown }[] }
        expect(images.filter(({ name }) => name === image).map(({ newTag }) => newTag)).toEqual([tag])
        expect(replaced(result, { tag })).toBe(result)
      }),
      { numRuns: 500 },
    )
  })

  it('replacePin adds the digest and no other byte', () => {
    fc.assert(
      fc.property(anyKustomization, pinWord, ({ before, between, after, scalar }, tag) => {
        const text = before + scalar + between + after
        const result = replaced(text, { tag, digest })
        if (typeof result !== 'string') throw new Error(formatFindings(result) + text)
        expect(result.startsWith(before)).toBe(true)
        expect(result.endsWith(after)).toBe(true)
        const quoted = `["']?${digest}["']?`
        const line = new RegExp(`\\r?\\n *['"]?digest['"]?: ${quoted}|, ['"]?digest['"]?: ${quoted}`)
        expect(result.replace(line, '')).toBe(replaced(text, { tag }))
        const pin = readPin({ path, text: result }, image)
        expect(pin).toMatchObject({ pin: { tag, digest } })
      }),
      { numRuns: 500 },
    )
  })

  it('every text ends in findings or in a text with the pin, never in an exception', () => {
    const mutation = fc.tuple(fc.nat(), fc.nat(6), fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...pieces)))
    fc.assert(
      fc.property(
        anyKustomization,
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        ({ before, scalar, between, after }, mutations) => {
          const text = mutations.reduce(
            (whole, [at, length, piece]) => {
              const start = at % (whole.length + 1)
              return whole.slice(0, start) + piece + whole.slice(start + length)
            },
            before + scalar + between + after,
          )
          for (const pin of [{ tag: sha }, { tag: digits, digest }]) {
            const result = replaced(text, pin)
            if (typeof result === 'string') expect(readPin({ path, text: result }, image)).toMatchObject({ pin })
            else expect(result.length).toBeGreaterThan(0)
          }
        },
      ),
      { numRuns: 800 },
    )
  })
})

const pieces = [
  '\n',
  '\r',
  '\t',
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '<<: ',
  '? ',
  '|\n',
  '>',
  '"',
  "'",
  '#',
  '---\n',
  '...\n',
  '%YAML 1.2\n',
  '!!str ',
  '!!set ',
  '!!binary ',
  'digest: x',
  `newTag: ${old}`,
  `- name: ${image}\n`,
  '\uFEFF',
  '\0',
]
