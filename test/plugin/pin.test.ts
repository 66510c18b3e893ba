import { describe, expect, it } from 'vitest'
import { parseImage } from '../../plugin/image.ts'
import { pin, unpinned } from '../../plugin/pin.ts'

const sha = '0123456789abcdef0123456789abcdef01234567'
const digest = `sha256:${'ab'.repeat(32)}`
const ours = new Set(['registry.example:5000/iam'])

describe('an image reference', () => {
  it.each([
    ['registry.example:5000/iam', { repository: 'registry.example:5000/iam' }],
    [`registry.example:5000/iam:${sha}`, { repository: 'registry.example:5000/iam', tag: sha }],
    [`iam:1@${digest}`, { repository: 'iam', tag: '1', digest }],
    [`iam@${digest}`, { repository: 'iam', digest }],
    ['iam:', { repository: 'iam', tag: '' }],
    ['', { repository: '' }],
  ])('%s is taken apart', (reference, parts) => {
    expect(parseImage(reference)).toEqual(parts)
  })
})

describe('an image of ours', () => {
  it.each([
    [`registry.example:5000/iam:${sha}`, undefined],
    [`registry.example:5000/iam:${sha}@${digest}`, undefined],
    ['registry.example:5000/iam', 'is not pinned'],
    [`registry.example:5000/iam@${digest}`, 'is not pinned'],
    ['registry.example:5000/iam:', 'is no git SHA'],
    ['registry.example:5000/iam:latest', 'is no git SHA'],
    [`registry.example:5000/iam:${sha.toUpperCase()}`, 'is no git SHA'],
    [`registry.example:5000/iam:${sha.slice(1)}`, 'is no git SHA'],
    [`registry.example:5000/iam:${sha}@sha256:ab`, 'is no digest'],
    [`registry.example:5000/iam:${sha}@`, 'is no digest'],
  ])('%s: %s', (reference, fact) => {
    const found = unpinned(reference, { ours, requireDigests: false })
    if (fact === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(fact)
  })

  it('needs its digest where the environment asks for it', () => {
    expect(unpinned(`registry.example:5000/iam:${sha}`, { ours, requireDigests: true })).toContain('without a digest')
    expect(unpinned(`registry.example:5000/iam:${sha}@${digest}`, { ours, requireDigests: true })).toBeUndefined()
  })
})

describe('an image of others', () => {
  it.each([
    [`vault:1.19@${digest}`, undefined],
    [`postgres:17-alpine@${digest}`, undefined],
    ['vault:1.19', 'without a digest'],
    [`vault@${digest}`, 'has no version'],
    [`vault:latest@${digest}`, 'is a moving tag'],
    [`envoy:v1.33-latest@${digest}`, 'is a moving tag'],
    [`vault:stable@${digest}`, 'is a moving tag'],
    ['', 'has no version'],
  ])('%s: %s', (reference, fact) => {
    const found = unpinned(reference, { ours, requireDigests: false })
    if (fact === undefined) expect(found).toBeUndefined()
    else expect(found).toContain(fact)
  })
})

it.each(['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob'])(
  'finds every container of a %s',
  (kind) => {
    const spec = {
      containers: [{ name: 'a', image: 'a' }],
      initContainers: [{ name: 'b', image: 'b' }],
      ephemeralContainers: [{ name: 'c', image: 'c' }],
    }
    const nested = { Pod: spec, CronJob: { jobTemplate: { spec: { template: { spec } } } } }[kind] ?? {
      template: { spec },
    }
    const findings = pin(
      { apiVersion: 'v1', kind, metadata: { name: 'all' }, spec: nested },
      { ours, requireDigests: false },
    )
    expect(findings.map(({ fact }) => fact)).toEqual(['a has no version', 'b has no version', 'c has no version'])
  },
)

it('takes a container without an image for an unpinned one', () => {
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'none' }, spec: { containers: [{ name: 'a' }] } }
  expect(pin(object, { ours, requireDigests: false })).toHaveLength(1)
})
