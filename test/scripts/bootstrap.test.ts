import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { formatFindings } from '../../plugin/finding.ts'
import type { KubernetesObject } from '../../plugin/kind.ts'
import { notInRepository } from '../../scripts/bootstrap/committed.ts'
import { placesFor } from '../../scripts/bootstrap/nodes.ts'
import { placeholders } from '../../scripts/bootstrap/placeholders.ts'
import type { Plan } from '../../scripts/bootstrap/plan.ts'
import { remaining, waitsForAPerson } from '../../scripts/bootstrap/remaining.ts'
import type { Application, Target } from '../../scripts/bootstrap/target.ts'
import { wavesOf } from '../../scripts/bootstrap/waves.ts'
import { blocked } from '../../scripts/break-glass/blocked.ts'
import type { Cluster } from '../../scripts/edge/cluster.ts'
import { follow } from '../../scripts/edge/follow.ts'
import { root } from '../plugin.ts'

const none = '0'.repeat(40)
const [one, two] = ['1'.repeat(40), '2'.repeat(40)]

describe('nodes', () => {
  const at = { file: 'context prod' }
  const node = (type: string, more: object = {}) => ({
    metadata: { labels: { 'kubernetes.io/arch': 'amd64', 'node-type': type, ...more } },
    spec: {},
    status: { conditions: [{ type: 'Ready', status: 'True' }], allocatable: { cpu: '3500m', memory: '14Gi' } },
  })
  const many = (count: number, type: string) => Array.from({ length: count }, () => node(type))
  const said = (environment: string, nodes: object[], cpu = 1) =>
    formatFindings(placesFor(environment, nodes, { cpu, memory: 2 ** 30 }, at))

  it('are three of each type, one of each in dev', () => {
    expect(said('prod', [...many(3, 'stateless'), ...many(3, 'stateful')])).toBe('')
    expect(said('dev', [...many(1, 'stateless'), ...many(1, 'stateful')])).toBe('')
    expect(said('prod', [...many(3, 'stateless'), ...many(2, 'stateful')])).toBe(
      'context prod  2 of 3 nodes for prod are labelled node-type=stateful, ready and amd64\n' +
        '  kubectl label node <node> node-type=stateful\n',
    )
  })

  it('count only when pods can go there', () => {
    const [ready] = many(1, 'stateless')
    const useless = [
      node('stateless', { 'kubernetes.io/arch': 'arm64' }),
      { ...ready, spec: { unschedulable: true } },
      { ...ready, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } },
    ]
    expect(said('dev', [...useless, ...many(1, 'stateful')])).toContain('0 of 1 nodes for dev')
  })

  it('have room for the fewest replicas', () => {
    expect(said('dev', [...many(2, 'stateless'), ...many(1, 'stateful')], 7)).toBe('')
    expect(said('dev', [...many(2, 'stateless'), ...many(1, 'stateful')], 7.1)).toBe(
      'context prod  its stateless nodes have 7.0 cores and 28672 MiB, and the services ask for 7.1 cores and 1024 MiB at their fewest replicas\n' +
        '  add nodes: docs/capacity.md says how many for the most replicas\n',
    )
  })
})

describe('pins of forty zeros', () => {
  const runs = (name: string, image: string): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { template: { spec: { initContainers: [{ image: 'vault:1@sha256:00' }], containers: [{ image }] } } },
  })
  const said = (installed: string, told: string, ...services: string[]) => {
    const objects = services.map((pin, index) => runs(['iam', 'files', 'money'][index]!, `ghcr.io/a/b:${pin}`))
    const install = [runs('argocd-repo-server', `ghcr.io/a/argocd-plugin:${installed}`)]
    const plan = { install, projects: [], applications: [], renders: new Map([['overlays/prod/services', objects]]) }
    const facts = { environment: 'prod', repository: 'https://a', plugin: told }
    return formatFindings(placeholders(plan satisfies Plan, { name: 'eu', facts } as Target))
  }

  it('are refused, the services of an environment together', () => {
    expect(said(one, one, one, two, `${one}@sha256:${'0'.repeat(64)}`)).toBe('')
    expect(said(one, one, none, two, none)).toBe(
      'overlays/prod/services  iam, money: pinned to forty zeros, which no image has\n' +
        '  npm run bump iam=<sha> money=<sha> prod\n',
    )
    expect(said(one, one, one, none)).toContain('  npm run bump files <sha> prod\n')
  })

  it('are refused of the plugin, and so is another plugin than Argo CD is told of', () => {
    expect(said(none, none)).toMatch(/^plugin\/install\/kustomization.yaml {2}the plugin is pinned to forty zeros/)
    expect(said(one, two)).toBe(
      `clusters/eu/cluster.yaml  says plugin: ${two}, and plugin/install/kustomization.yaml installs ${one}\n` +
        '  write the same SHA into both\n',
    )
  })
})

describe('what is not in the repository that Argo CD reads', () => {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'committed-'))
  afterAll(() => fs.rmSync(folder, { recursive: true }))
  const [origin, clone] = [path.join(folder, 'origin'), path.join(folder, 'clone')]
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', clone, '-c', 'user.name=a', '-c', 'user.email=a@localhost', ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  const asked = async (...words: string[]) => {
    try {
      return git(...words)
    } catch {
      return undefined
    }
  }
  const look = (repository = `file://${origin}`) =>
    notInRepository(
      {
        name: 'dev',
        context: 'a',
        facts: { environment: 'dev', repository, plugin: one },
        root: { spec: { source: { targetRevision: 'main' } } },
      } as Target,
      asked,
    )
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin])
  execFileSync('git', ['clone', '--quiet', origin, clone], { stdio: 'ignore' })
  const commit = (text: string) => {
    fs.mkdirSync(path.join(clone, 'apps'), { recursive: true })
    fs.writeFileSync(path.join(clone, 'apps/mesh.yaml'), text)
    git('add', '--all')
    git('commit', '--quiet', '--message', text)
  }

  it('is told as far as the clone knows', async () => {
    git('checkout', '-q', '-b', 'main')
    commit('first')
    expect(await look()).toEqual({
      findings: [],
      notes: ['origin/main is not fetched: whether Argo CD will read what stands here is not known'],
    })
    git('push', '--quiet', 'origin', 'main')
    expect(await look()).toEqual({ findings: [], notes: [] })
    commit('second')
    expect(formatFindings((await look()).findings)).toBe(
      'HEAD  is not in origin/main, which Argo CD reads\n' +
        '  git push origin HEAD:main, or git fetch origin if it is there already\n',
    )
    fs.writeFileSync(path.join(clone, 'apps/mesh.yaml'), 'third')
    fs.writeFileSync(path.join(clone, 'apps/infra.yaml'), 'third')
    expect(formatFindings((await look()).findings)).toContain(
      'apps/mesh.yaml  and 1 more are not committed, so Argo CD would undo it\n',
    )
  })

  it('knows a repository by any of its addresses', async () => {
    git('remote', 'set-url', 'origin', 'git@github.com:septemcore/deployment.git')
    expect((await look('https://github.com/septemcore/deployment.git')).notes).toEqual([])
    expect((await look('https://github.com/septemcore/other.git')).notes).toEqual([
      'no remote of this clone is https://github.com/septemcore/other.git: whether Argo CD will read what stands here is not known',
    ])
  })
})

/** An Application with this status, in this step of a wave. */
const application = (name: string, step: string, status: object = {}, more: object = {}) => ({
  metadata: {
    name,
    annotations: { 'argocd.argoproj.io/sync-wave': step },
    ...(name !== 'root' && { labels: { 'platform.septemcore.com/wave': 'infra' } }),
  },
  spec: { source: { repoURL: 'a', targetRevision: one } },
  status,
  ...more,
})
const source = { repoURL: 'a', targetRevision: one }
const arrived = {
  sync: { status: 'Synced', revision: one, comparedTo: { source } },
  health: { status: 'Healthy' },
  operationState: { phase: 'Succeeded' },
}

describe('the waves', () => {
  const lines = (items: object[], expected: object[] = []) => wavesOf(items, expected as never).lines

  it('stand in the order of their steps, with those that are still to come', () => {
    const shown = lines(
      [application('b', '10', arrived), application('root', '0', arrived), application('c', '2', arrived)],
      [application('a', '10'), application('b', '10')],
    )
    expect(shown.map(({ cells }) => cells.join(' '))).toEqual([
      'root - - Synced Healthy 11111111',
      'c infra 2 Synced Healthy 11111111',
      'a infra 10 - - -',
      'b infra 10 Synced Healthy 11111111',
    ])
  })

  it('say what the root is told of each, and what Argo CD says of the root', () => {
    const root = application('root', '0', {
      ...arrived,
      operationState: { phase: 'Running', message: 'waiting for healthy state of Application/store' },
      resources: [
        { kind: 'Application', name: 'store', health: { status: 'Degraded', message: 'cannot be rendered: x' } },
      ],
    })
    const [first, second] = lines([
      root,
      application('store', '0', { conditions: [{ type: 'ComparisonError', message: 'x' }] }),
    ])
    expect(first!.message).toBe('waiting for healthy state of Application/store')
    expect(second!.message).toBe('cannot be rendered: x')
  })

  it.each([
    ['arrived', {}, {}, true],
    ['still at work', {}, { operation: {} }, false],
    ['not healthy', { health: { status: 'Progressing' } }, {}, false],
    ['compared with what stood there before', { sync: { ...arrived.sync, comparedTo: { source: {} } } }, {}, false],
    ['failed', { operationState: { phase: 'Failed' } }, {}, false],
    ['at a commit that is not brought yet', { sync: { ...arrived.sync, status: 'OutOfSync' } }, {}, false],
    [
      'at a commit that is brought, where something fell sick',
      {
        sync: { ...arrived.sync, status: 'OutOfSync' },
        operationState: { phase: 'Succeeded', syncResult: { revision: one } },
      },
      {},
      true,
    ],
  ])('are done or not: %s', (_, status, more, isDone) => {
    expect(wavesOf([application('root', '0', { ...arrived, ...status }, more)], []).isDone).toBe(isDone)
  })
})

describe('whether the root is blocked', () => {
  const retrying = { phase: 'Running', message: 'failed. Retrying\nattempt #2' }
  const root = (status: object, more: object = {}) => application('root', '0', status, more)
  const attempt = (status: object) => blocked(root({ operationState: retrying, ...status }, { operation: {} }), 'one')
  const told = (name: string, syncWave: number, status = 'Healthy') => ({
    kind: 'Application',
    name,
    syncWave,
    health: { status },
  })

  it('by a step before the component', () => {
    const resources = [told('ground', 0), told('store', 1, 'Degraded'), told('one', 3), told('two', 3)]
    expect(attempt({ resources })).toEqual({ by: 'failed. Retrying attempt #2' })
  })

  it.each([
    ['in the step that it waits for', [told('one', 3, 'Progressing'), told('other', 3, 'Degraded'), told('last', 4)]],
    ['in a step before it', [told('one', 3), told('later', 4, 'Degraded'), told('last', 5)]],
  ])('not for a component %s: it takes that back', (_, resources) => {
    expect(attempt({ resources })).toEqual({ not: 'it gets as far as one, and takes it back with each attempt' })
  })

  it('where every step before is done, as the attempt says', () => {
    const resources = [told('ground', 0), told('one', 3, 'Degraded')]
    const applied = [{ kind: 'Application', name: 'one', status: 'Synced' }]
    const reached = { ...retrying, syncResult: { resources: applied } }
    expect(attempt({ resources })).toHaveProperty('by')
    expect(attempt({ resources, operationState: reached })).toHaveProperty('not')
  })

  it('when it cannot be rendered itself, and not when it is done', () => {
    const broken = { sync: { status: 'Unknown' }, conditions: [{ type: 'ComparisonError', message: 'no\nwave' }] }
    expect(blocked(root(broken), 'one')).toEqual({ by: 'it cannot be rendered: no wave' })
    expect(blocked(root(arrived), 'one')).toEqual({ not: 'it is not at work: its last sync Succeeded' })
  })
})

describe('what a person still has to do', () => {
  const namespace = '/api/v1/namespaces/argocd'
  const left = async (objects: Record<string, object>): Promise<string[]> => {
    const lines = await remaining({ get: async (path: string) => objects[path] } as Cluster)
    return lines.map((line) => /«(.*)»/.exec(line)![1]!)
  }
  const settings = { [`${namespace}/configmaps/argocd-cm`]: { data: { 'oidc.config': 'issuer: x' } } }
  const webhook = { [`${namespace}/secrets/argocd-secret`]: { data: { 'webhook.github.secret': 'eA==' } } }
  const parameters = (data: object) => ({ [`${namespace}/configmaps/argocd-cmd-params-cm`]: { data } })
  const certificates = parameters(
    Object.fromEntries(
      fs
        .readFileSync(path.join(root, 'plugin/install/mtls/argocd-cmd-params-cm.env'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    ),
  )

  it('is all of it on a new cluster, and what is not done later', async () => {
    expect(await left({})).toEqual(['Log in', 'Log in', 'Certificates between its parts'])
    expect(await left({ ...settings, ...parameters({ 'controller.status.processors': '20' }) })).toEqual([
      'Log in',
      'Certificates between its parts',
    ])
    expect(await left({ ...settings, ...webhook })).toEqual(['Certificates between its parts'])
    expect(await left({ ...settings, ...webhook, ...certificates })).toEqual([])
  })

  it('is to unseal a new Vault, but in dev', () => {
    const vault = [{ metadata: { name: 'vault' } }] as Application[]
    expect(waitsForAPerson(vault, 'prod')).toContain('docs/vault.md, «Once»')
    expect(waitsForAPerson(vault, 'dev')).toBe('')
    expect(waitsForAPerson([], 'prod')).toBe('')
  })
})

describe('who follows', () => {
  afterEach(() => void vi.restoreAllMocks())
  const shown = (): string[] => {
    const texts: string[] = []
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((text) => texts.push(String(text)) > 0)
    return texts
  }
  const line = (state: string, message = '') => [{ cells: ['iam', state], message }]

  it('sees changes only, hears when nothing changes, and asks again when there is no answer', async () => {
    const texts = shown()
    let count = 0
    const look = async () => {
      count++
      if (count === 2) throw new Error('connection refused')
      return { lines: line(count < 40 ? 'Progressing' : 'Healthy', count < 40 ? 'waits' : ''), isDone: count === 40 }
    }
    expect(await follow(['', ''], look, new AbortController().signal, { pause: 5, quiet: 60 })).toBe('done')
    expect(texts).toEqual([
      'iam  Progressing  waits\n',
      'no answer, asking again: connection refused\n',
      'nothing has changed for 0 minutes; look at iam. Ctrl-C ends this command, not the work in the cluster.\n',
      'iam  Healthy\n',
    ])
  })

  it('stops at Ctrl-C', async () => {
    shown()
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 30)
    const look = async () => ({ lines: line('Progressing'), isDone: false })
    expect(await follow(['', ''], look, controller.signal)).toBe('stopped')
  })
})
