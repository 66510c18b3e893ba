import { describe } from 'vitest'
import { all, append, change, checkRefuses, committed, overlay, refuses, rendered } from './harness.ts'

const iam = overlay('iam')
const sha = '0000000000000000000000000000000000000000'
const pin = `newTag: '${sha}'`
const name = 'name: ghcr.io/septemcore/platform-kernel/iam'
const entry = `  - ${name}\n    ${pin}\n`
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`

describe('a pin', () => {
  refuses(
    'is latest',
    change(iam, pin, 'newTag: latest'),
    'overlays/prod/services/iam/kustomization.yaml:7:13  latest is no git SHA: 40 lower-case hex digits',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'is a version',
    change(iam, pin, 'newTag: v1.2.3'),
    'overlays/prod/services/iam/kustomization.yaml:7:13  v1.2.3 is no git SHA: 40 lower-case hex digits',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'is a short SHA',
    change(iam, pin, "newTag: '0a1b2c3'"),
    'overlays/prod/services/iam/kustomization.yaml:7:13  0a1b2c3 is no git SHA: 40 lower-case hex digits',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'is upper case',
    change(iam, pin, "newTag: '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567'"),
    'overlays/prod/services/iam/kustomization.yaml:7:13  0A1B2C3D4E5F60718293A4B5C6D7E8F901234567 is no git SHA: 40 lower-case hex digits',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'has a letter that is no hex digit',
    change(iam, pin, "newTag: '000000000000000000000000000000000000000g'"),
    'overlays/prod/services/iam/kustomization.yaml:7:13  000000000000000000000000000000000000000g is no git SHA: 40 lower-case hex digits',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'is a row of digits without quotes',
    change(iam, pin, 'newTag: 1234567890123456789012345678901234567890'),
    'overlays/prod/services/iam/kustomization.yaml:7:13  newTag is no text: YAML reads it as a number',
    '  put quotes around it',
  )
  refuses(
    'is digits with an e without quotes',
    change(iam, pin, 'newTag: 123456789012345678901234567890123456e890'),
    'overlays/prod/services/iam/kustomization.yaml:7:13  newTag is no text: YAML reads it as a number',
    '  put quotes around it',
  )
  refuses(
    'is a digest in the place of the tag',
    change(iam, pin, `newTag: ${digest('a')}`),
    'overlays/prod/services/iam/kustomization.yaml:7:13  newTag is a digest',
    '  write newTag: <sha>, and digest: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa beside it',
  )
  refuses(
    'is a digest alone',
    change(iam, pin, `digest: ${digest('a')}`),
    'overlays/prod/services/iam/kustomization.yaml:6:5  ghcr.io/septemcore/platform-kernel/iam is not pinned',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'has a digest that is too short',
    change(iam, pin, `${pin}\n    digest: sha256:abc`),
    'overlays/prod/services/iam/kustomization.yaml:8:13  sha256:abc is no digest: sha256: and 64 hex digits',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'has a digest in upper case',
    change(iam, pin, `${pin}\n    digest: ${digest('A')}`),
    'overlays/prod/services/iam/kustomization.yaml:8:13  sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA is no digest: sha256: and 64 hex digits',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'has no newTag',
    change(iam, `    ${pin}\n`, ''),
    'overlays/prod/services/iam/kustomization.yaml:6:5  ghcr.io/septemcore/platform-kernel/iam is not pinned',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'has a newTag with nothing after it',
    change(iam, pin, 'newTag:'),
    'overlays/prod/services/iam/kustomization.yaml:7:5  ghcr.io/septemcore/platform-kernel/iam is not pinned',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'calls newTag tag',
    change(iam, pin, `tag: '${sha}'`),
    'overlays/prod/services/iam/kustomization.yaml:7:5  unknown field tag',
    '  allowed: digest, name, newName, newTag',
  )
  refuses(
    'calls newTag newtag',
    change(iam, pin, `newtag: '${sha}'`),
    'overlays/prod/services/iam/kustomization.yaml:7:5  unknown field newtag',
    '  did you mean newTag?',
  )
  refuses(
    'has no name',
    change(iam, `${name}\n    `, ''),
    'overlays/prod/services/iam/kustomization.yaml:6:5  name is missing',
    '  add name: <image>',
  )
  refuses(
    'is for another service',
    change(iam, name, 'name: ghcr.io/septemcore/platform-kernel/notify'),
    'overlays/prod/services/iam/kustomization.yaml:6:5  ghcr.io/septemcore/platform-kernel/notify is no image of iam, so this pin does nothing',
    '  write name: ghcr.io/septemcore/platform-kernel/iam, or correct spec.image of the definition',
  )
  refuses(
    'has a slip in its name',
    change(iam, name, 'name: ghcr.io/septemcore/platform-kernel/imo'),
    'overlays/prod/services/iam/kustomization.yaml:6:5  ghcr.io/septemcore/platform-kernel/imo is no image of iam, so this pin does nothing',
    '  write name: ghcr.io/septemcore/platform-kernel/iam, or correct spec.image of the definition',
  )
  refuses(
    'has a name without registry',
    change(iam, name, 'name: iam'),
    'overlays/prod/services/iam/kustomization.yaml:6:5  iam is no image of iam, so this pin does nothing',
    '  write name: ghcr.io/septemcore/platform-kernel/iam, or correct spec.image of the definition',
  )
  refuses(
    'has a name that is a pattern',
    change(iam, name, 'name: ghcr.io/septemcore/platform-kernel/.*'),
    'overlays/prod/services/iam/kustomization.yaml:6:5  ghcr.io/septemcore/platform-kernel/.* is no image of iam, so this pin does nothing',
    '  write name: ghcr.io/septemcore/platform-kernel/iam, or correct spec.image of the definition',
  )
  checkRefuses(
    'has a newName that is no image of the service',
    change(iam, pin, `newName: ghcr.io/septemcore/platform-kernel/notify\n    ${pin}`),
    'overlays/prod/services/iam/kustomization.yaml:8:13  ghcr.io/septemcore/platform-kernel/notify is the image of notify',
    '  write the image of iam',
  )
  refuses(
    'stands there twice',
    append(iam, entry),
    'overlays/prod/services/iam/kustomization.yaml:8:5  ghcr.io/septemcore/platform-kernel/iam is pinned twice, and the last entry would win',
    '  keep one entry',
  )
  refuses(
    'is there beside one of another service',
    append(iam, entry.replace('kernel/iam', 'kernel/notify')),
    'overlays/prod/services/iam/kustomization.yaml:8:5  ghcr.io/septemcore/platform-kernel/notify is no image of iam, so this pin does nothing',
    '  write name: ghcr.io/septemcore/platform-kernel/iam, or correct spec.image of the definition',
  )
  refuses(
    'is missing',
    change(iam, `images:\n${entry}`, ''),
    'overlays/prod/services/iam/kustomization.yaml  pins no image',
    "  add images: [{ name: ghcr.io/septemcore/platform-kernel/iam, newTag: '<sha>' }]",
  )
  refuses(
    'is an empty list',
    change(iam, `images:\n${entry}`, 'images: []\n'),
    'overlays/prod/services/iam/kustomization.yaml  pins no image',
    "  add images: [{ name: ghcr.io/septemcore/platform-kernel/iam, newTag: '<sha>' }]",
  )
  refuses(
    'is a map',
    change(iam, `  - ${name}\n    ${pin}`, `  ghcr.io/septemcore/platform-kernel/iam: '${sha}'`),
    'overlays/prod/services/iam/kustomization.yaml:5:1  images is no list',
    '  write a list of entries, each with name: <image> and newTag: <sha>',
  )
  refuses(
    'is one line',
    change(iam, `  - ${name}\n    ${pin}`, `  - ghcr.io/septemcore/platform-kernel/iam:${sha}`),
    'overlays/prod/services/iam/kustomization.yaml:6:5  is no entry of images',
    '  write a list of entries, each with name: <image> and newTag: <sha>',
  )
  refuses(
    'stands in the definition only',
    all(
      change('base/services/iam/definition.yaml', 'platform-kernel/iam', `platform-kernel/iam:v1.2.3`),
      change(iam, `images:\n${entry}`, ''),
    ),
    'base/services/iam/definition.yaml:9:10  v1.2.3 is no git SHA: 40 lower-case hex digits',
    '  npm run bump iam <sha> prod',
  )
  refuses(
    'stands in the list of services',
    rendered('overlays/prod/services', append('overlays/prod/services/kustomization.yaml', `images:\n${entry}`)),
    'overlays/prod/services/kustomization.yaml:14:1  images has no effect in the list of services',
    '  pin in overlays/<env>/services/<service>',
  )
  refuses(
    'stands in what all services share',
    rendered('overlays/prod/services/iam', append('overlays/prod/shared/kustomization.yaml', `images:\n${entry}`)),
    'overlays/prod/shared/kustomization.yaml:8:1  images has no effect in what all services share',
    '  pin in overlays/<env>/services/<service>',
  )
  refuses(
    'has no digest where the environment asks for one',
    rendered(
      'overlays/prod/services/iam',
      change('overlays/prod/shared/service-definition.yaml', 'name: prod', 'name: prod\n    requireDigests: true'),
    ),
    'overlays/prod/services/iam/kustomization.yaml:7:13  ghcr.io/septemcore/platform-kernel/iam is pinned without a digest',
    '  npm run bump iam <sha>@sha256:<digest> prod',
  )
  checkRefuses(
    'has a new tag and the old digest',
    committed(change(iam, pin, `${pin}\n    digest: ${digest('a')}`), change(iam, sha, '1'.repeat(40))),
    'overlays/prod/services/iam/kustomization.yaml:8:13  newTag changed and the digest did not: the image of 000000000000 would run under the new tag',
    '  npm run bump <service> 1111111111111111111111111111111111111111@sha256:<digest> <environment>',
  )
})

describe('the image of the Vault Proxy', () => {
  const vault = 'base/shared/service-definition.yaml'
  const image = 'hashicorp/vault:1.19@sha256:c4298db7f9b2ea8cab452cbff5877749087913aa035fcae62026cf16132929f5'
  const inIam = (to: string) => rendered('overlays/prod/services/iam', change(vault, image, to))
  refuses(
    'is latest',
    inIam('hashicorp/vault:latest'),
    'base/shared/service-definition.yaml:18:14  latest is a moving tag',
    '  write hashicorp/vault:<version>@sha256:<digest>',
  )
  refuses(
    'has a version and no digest',
    inIam('hashicorp/vault:1.19'),
    'base/shared/service-definition.yaml:18:14  hashicorp/vault:1.19 is pinned without a digest, and a tag can be moved',
    '  write hashicorp/vault:<version>@sha256:<digest>',
  )
  refuses(
    'has a digest and no version',
    inIam(image.replace(':1.19', '')),
    'base/shared/service-definition.yaml:18:14  hashicorp/vault has no version',
    '  write hashicorp/vault:<version>@sha256:<digest>',
  )
})
