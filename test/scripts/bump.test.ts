import { describe, expect, it } from 'vitest'
import { formatFindings } from '../../plugin/finding.ts'
import { planBump } from '../../scripts/bump/plan.ts'
import { formatDiff } from '../../scripts/edit-diff.ts'
import type { Tree } from '../../scripts/files.ts'

const old = '0123456789abcdef0123456789abcdef01234567'
const sha = 'fedcba9876543210fedcba9876543210fedcba98'
const digits = '1234567890123456789012345678901234567890'
const digest = `sha256:${'ab'.repeat(32)}`
const registry = 'ghcr.io/septemcore/platform-kernel'

/** A repository of gateway and iam in each environment; notify only in dev. */
const repository: Readonly<Record<string, string>> = {
  'base/services/kustomization.yaml': 'resources: []\n',
  ...Object.fromEntries(
    ['gateway', 'iam', 'notify'].map((service) => [
      `base/services/${service}/definition.yaml`,
      `apiVersion: platform.septemcore.com/v1alpha1\nkind: ServiceDefinition\nspec:\n  image: ${registry}/${service}\n`,
    ]),
  ),
  ...Object.fromEntries(
    ['dev', 'staging', 'prod'].flatMap((environment) => {
      const services = environment === 'dev' ? ['gateway', 'iam', 'notify'] : ['gateway', 'iam']
      return [
        [`overlays/${environment}/services/kustomization.yaml`, `resources: [${services.join(', ')}]\n`],
        ...services.map((service) => [
          `overlays/${environment}/services/${service}/kustomization.yaml`,
          `resources:\n  - ../../../../base/services/${service}\nimages:\n  - name: ${registry}/${service}\n    newTag: ${old}\n`,
        ]),
      ]
    }),
  ),
}

function filesOf(tree: Readonly<Record<string, string | undefined>>): Tree {
  return {
    read: (path) => tree[path],
    kind: (path) => (tree[path] === undefined ? undefined : 'file'),
    list: (folder) => {
      const below = Object.keys(tree).filter((path) => tree[path] !== undefined && path.startsWith(`${folder}/`))
      return [...new Set(below.map((path) => path.slice(folder.length + 1).split('/')[0]!))].sort()
    },
  }
}

const plan = (words: string[], changes: Readonly<Record<string, string | undefined>> = {}) =>
  planBump(words, filesOf({ ...repository, ...changes }))
const overlay = (environment: string, service: string) =>
  `overlays/${environment}/services/${service}/kustomization.yaml`

describe('bump', () => {
  const rows: [words: string, edited: string[], unchanged: string[]][] = [
    [`iam ${sha}`, [overlay('dev', 'iam')], []],
    [`iam ${sha} dev`, [overlay('dev', 'iam')], []],
    [`iam ${sha} prod`, [overlay('prod', 'iam')], []],
    [`iam ${sha}@${digest} prod`, [overlay('prod', 'iam')], []],
    [`iam=${sha} gateway=${digits} staging`, [overlay('staging', 'iam'), overlay('staging', 'gateway')], []],
    [`iam=${sha}`, [overlay('dev', 'iam')], []],
    [`iam ${old} prod`, [], ['iam']],
    [`iam=${sha} gateway=${old}`, [overlay('dev', 'iam')], ['gateway']],
  ]
  it.each(rows)('%s', (words, edited, unchanged) => {
    const { edits, findings, ...rest } = plan(words.split(' '))
    expect(formatFindings(findings)).toBe('')
    expect(edits.map(({ path }) => path)).toEqual(edited)
    expect(rest).toMatchObject({ unchanged, planOnly: false })
    for (const { path, before } of edits) expect(before).toBe(repository[path])
  })

  it('prints a diff of one line', () => {
    expect(formatDiff(plan(['iam', sha, 'prod']).edits)).toBe(`--- a/${overlay('prod', 'iam')}
+++ b/${overlay('prod', 'iam')}
@@ -2,4 +2,4 @@
   - ../../../../base/services/iam
 images:
   - name: ghcr.io/septemcore/platform-kernel/iam
-    newTag: ${old}
+    newTag: ${sha}
`)
  })

  it('plan as the last word only plans', () => {
    expect(plan(['iam', sha, 'prod', 'plan'])).toMatchObject({ planOnly: true, environment: 'prod', edits: [{}] })
    expect(plan([`iam=${sha}`, 'plan'])).toMatchObject({ planOnly: true, environment: 'dev', edits: [{}] })
  })

  it('help is the usage', () => {
    expect(plan(['help'])).toMatchObject({ edits: [], findings: [], usage: expect.stringContaining('npm run bump') })
    expect(plan(['iam', 'help'])).toMatchObject({ edits: [], findings: [] })
  })

  it.each(['kustomization.yml', 'Kustomization'])('finds the pin in %s', (name) => {
    const path = overlay('dev', 'iam')
    const other = path.replace('kustomization.yaml', name)
    const { edits } = plan(['iam', sha], { [path]: undefined, [other]: repository[path] })
    expect(edits.map((edit) => edit.path)).toEqual([other])
  })
})

const services = 'services: gateway, iam, notify'
const environments = 'environments: dev, staging, prod'
const form = 'write: npm run bump <service> <sha> [environment] [plan]'
const several = 'for several write: npm run bump <service>=<sha> <service>=<sha> … [environment] [plan]'
const shape = 'write <sha>[@sha256:<digest>]: 40 of 0-9 and a-f, as `git rev-parse HEAD` prints it'
const shapeOfDigest = 'write sha256: and 64 of 0-9 and a-f, as the registry prints it'
const cyrillic = sha.replace('a', '\u0430')

describe('bump refuses words', () => {
  const rows: [words: string[], place: string, fact: string, remedy: string][] = [
    [[], 'npm run bump', 'names no service', form],
    [['plan'], 'npm run bump', 'names no service', form],
    [['iam'], 'word 1 "iam"', 'has no git SHA after it', 'write: npm run bump iam <sha> [environment]'],
    [
      ['iam', 'prod'],
      'word 2 "prod"',
      'is an environment; the git SHA comes before it',
      'write: npm run bump iam <sha> prod',
    ],
    [[sha, 'iam'], `word 1 "${sha}"`, 'is a git SHA; the service comes first', form],
    [['', sha], 'word 1 ""', 'is empty; a variable of the shell or of CI may be unset', form],
    [['iam', sha, ' '], 'word 3 " "', 'is empty; a variable of the shell or of CI may be unset', form],
    [['iam', sha, '--dry-run'], 'word 3 "--dry-run"', 'is a flag; commands take words', 'write the word `plan`, last'],
    [['iam', sha, '-n'], 'word 3 "-n"', 'is a flag; commands take words', 'write the word `plan`, last'],
    [
      ['iam', sha, '--env=prod'],
      'word 3 "--env=prod"',
      'is a flag; commands take words',
      'write the environment as a word, last: dev, staging, prod',
    ],
    [
      ['iam', sha, '--whatever'],
      'word 3 "--whatever"',
      'is a flag; commands take words',
      'commands take words, not flags: leave it out',
    ],
    [['iam', 'plan', sha], 'word 2 "plan"', 'is the last word of a bump', form],
    [['iam', sha, 'prod', 'now'], 'word 4 "now"', 'is a word too many', form],
    [['iam', sha, 'notify', sha], `word 4 "${sha}"`, 'is a word too many', several],
    [[`iam=${sha}`, 'notify', sha], 'word 2 "notify"', 'stands among words of the form service=sha', several],
    [['iam', `notify=${sha}`], 'word 1 "iam"', 'stands among words of the form service=sha', several],
    [
      [`iam=${sha}`, `iam=${sha}`],
      `word 2 "iam=${sha}"`,
      `names iam a second time, after word 1 "iam=${sha}"`,
      'name each service once',
    ],
    [[`=${sha}`], `word 1 "=${sha}"`, 'has no service before =', several],
    [['iam='], 'word 1 "iam="', 'has no git SHA', shape],
    [['ima', sha], 'word 1 "ima"', 'is no service', `did you mean iam? ${services}`],
    [['IAM', sha], 'word 1 "IAM"', 'is no service', `did you mean iam? ${services}`],
    [['../iam', sha], 'word 1 "../iam"', 'is an image; a bump names the service', services],
    [['zzzzz', sha], 'word 1 "zzzzz"', 'is no service', services],
    [['constructor', sha], 'word 1 "constructor"', 'is no service', services],
    [[`${registry}/iam`, sha], `word 1 "${registry}/iam"`, 'is an image; a bump names the service', 'write iam'],
    [
      [`${registry}/iam:${sha}`, sha],
      `word 1 "${registry}/iam:${sha}"`,
      'is an image; a bump names the service',
      'write iam',
    ],
    [['iam', sha, 'production'], 'word 3 "production"', 'is no environment', `did you mean prod? ${environments}`],
    [['iam', sha, 'Prod'], 'word 3 "Prod"', 'is no environment', `did you mean prod? ${environments}`],
    [['iam', sha, 'qa'], 'word 3 "qa"', 'is no environment', environments],
    [
      ['iam', 'abc1234'],
      'word 2 "abc1234"',
      'is a short SHA, 7 characters of 40',
      'write all 40: git rev-parse abc1234, in the clone of the service',
    ],
    [['iam', `${sha}0`], `word 2 "${sha}0"`, 'is no git SHA: 41 characters, not 40', shape],
    [['iam', 'a'.repeat(64)], `word 2 "${'a'.repeat(64)}"`, 'is as long as a digest', shape],
    [
      ['iam', sha.toUpperCase()],
      `word 2 "${sha.toUpperCase()}"`,
      'is a SHA in upper case; registries tell them apart',
      `write ${sha}`,
    ],
    [
      ['iam', sha.replace('f', 'g')],
      `word 2 "${sha.replace('f', 'g')}"`,
      'is no git SHA: "g" is not among 0-9 and a-f',
      shape,
    ],
    [['iam', cyrillic], `word 2 "${cyrillic}"`, 'is no git SHA: U+0430 is not among 0-9 and a-f', shape],
    [['iam', `${sha}\n`], `word 2 "${sha}\\n"`, 'is no git SHA: U+000A is not among 0-9 and a-f', shape],
    [['iam', 'latest'], 'word 2 "latest"', 'is a name that moves, no git SHA', shape],
    [['iam', 'v1.2.3'], 'word 2 "v1.2.3"', 'is a name that moves, no git SHA', shape],
    [['iam', digest], `word 2 "${digest}"`, 'is a digest without its git SHA', shape],
    [['iam', `${sha}@`], `word 2 "${sha}@"`, 'has a digest that does not begin with sha256:', shapeOfDigest],
    [['iam', `${sha}@sha256:12`], `word 2 "${sha}@sha256:12"`, 'has a digest of 2 characters, not 64', shapeOfDigest],
    [['iam', `${sha}@sha256:${'AB'.repeat(32)}`], '', 'has a digest with "A" in it', shapeOfDigest],
    [['iam', `${sha}@${digest}@${digest}`], '', 'has a digest with "@" in it', shapeOfDigest],
  ]
  it.each(rows)('%j', (words, place, fact, remedy) => {
    const { edits, unchanged, findings } = plan(words)
    expect({ edits, unchanged }).toEqual({ edits: [], unchanged: [] })
    const message = formatFindings(findings)
    const line = message.split('\n').find((text) => text.startsWith(place)) ?? message
    expect(line).toContain(`  ${fact}`)
    expect(message).toContain(`\n  ${remedy}\n`)
  })

  it('all that is wrong, together', () => {
    const message = formatFindings(plan(['ima=abc', `gateway=${sha}`, 'qa']).findings)
    expect(message.match(/^word/gm)).toHaveLength(3)
  })

  it('one service of several and so all', () => {
    expect(plan([`iam=${sha}`, `nope=${sha}`])).toMatchObject({ edits: [], unchanged: [], findings: [{}] })
    expect(plan([`iam=${sha}`, `notify=${sha}`, 'prod'])).toMatchObject({ edits: [], findings: [{}] })
  })
})

describe('bump refuses a repository', () => {
  const dev = overlay('dev', 'iam')
  const rows: [claim: string, words: string[], changes: Record<string, string | undefined>, message: string][] = [
    [
      'where the environment has no such service',
      ['notify', sha, 'prod'],
      {},
      'overlays/prod/services/notify  there is no notify in prod\n  name an environment that has it, last: dev\n',
    ],
    [
      'where no environment has it',
      ['iam', sha],
      Object.fromEntries(['dev', 'staging', 'prod'].map((environment) => [overlay(environment, 'iam'), undefined])),
      'overlays/dev/services/iam  there is no iam in dev\n  no environment has it yet: write overlays/dev/services/iam/kustomization.yaml\n',
    ],
    [
      'where the environment does not list it',
      ['iam', sha],
      { 'overlays/dev/services/kustomization.yaml': 'resources: [gateway]\n' },
      'overlays/dev/services/kustomization.yaml  does not list iam, so dev does not run it\n  add iam under resources\n',
    ],
    [
      'where nothing lists the services',
      ['iam', sha],
      { 'overlays/dev/services/kustomization.yaml': undefined },
      'overlays/dev/services/kustomization.yaml  is missing; it lists the services\n  write it, with iam under resources\n',
    ],
    [
      'where the list is none',
      ['iam', sha],
      { 'overlays/dev/services/kustomization.yaml': 'resources: iam\n' },
      'overlays/dev/services/kustomization.yaml:1:1  has no list of resources\n  list the services under resources\n',
    ],
    [
      'with two Kustomizations in one folder',
      ['iam', sha],
      { [dev.replace('.yaml', '.yml')]: '' },
      'overlays/dev/services/iam  holds kustomization.yaml and kustomization.yml; Kustomize refuses two\n  keep kustomization.yaml\n',
    ],
    [
      'with a definition that names no image',
      ['iam', sha],
      { 'base/services/iam/definition.yaml': 'spec: {}\n' },
      'base/services/iam/definition.yaml:1:1  names no image in spec.image\n  write image: ghcr.io/septemcore/platform-kernel/iam\n',
    ],
    [
      'with a definition that names a tag',
      ['iam', sha],
      { 'base/services/iam/definition.yaml': `spec:\n  image: ${registry}/iam:latest\n` },
      `base/services/iam/definition.yaml:2:10  spec.image ${registry}/iam:latest carries a tag or digest; the pin stands in the overlay\n  write image: ${registry}/iam\n`,
    ],
    [
      'with a definition that is not YAML',
      ['iam', sha],
      { 'base/services/iam/definition.yaml': 'a: [\n' },
      'base/services/iam/definition.yaml:2:1  is not YAML: ',
    ],
    [
      'with an overlay that does not pin it',
      ['iam', sha],
      { [dev]: 'resources: []\n' },
      `${dev}  pins no image\n  add under images: `,
    ],
    ['with an empty overlay', ['iam', sha], { [dev]: '' }, `${dev}  holds nothing\n`],
  ]
  it.each(rows)('%s', (_, words, changes, message) => {
    const { edits, findings } = plan(words, changes)
    expect(edits).toEqual([])
    expect(formatFindings(findings)).toContain(message)
  })
})
