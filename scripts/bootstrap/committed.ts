import type { Finding } from '../../plugin/finding.ts'
import type { Desk } from '../command.ts'
import type { Target } from './target.ts'

/** Takes a target, returns whether the clone differs from what Argo CD will read, as far as the clone knows. */
export async function notInRepository(
  { name, facts, root }: Target,
  git: Desk['git'],
): Promise<{ findings: Finding[]; notes: string[] }> {
  const applied = ['apps', 'base', `clusters/${name}`, `overlays/${facts.environment}`, 'plugin/install']
  const changed = await git('status', '--porcelain', '--', ...applied)
  if (changed === undefined)
    return { findings: [], notes: ['no git here: it was not compared with what Argo CD reads'] }
  const findings: Finding[] = []
  const files = changed.split('\n').flatMap((line) => line.slice(3) || [])
  if (files.length > 0)
    findings.push({
      at: { file: files[0]! },
      fact: `${files.length > 1 ? `and ${files.length - 1} more are` : 'is'} not committed, so Argo CD would undo it`,
      remedy: 'commit and push, or take it back',
    })
  const branch = root.spec.source.targetRevision ?? 'HEAD'
  const remote = ((await git('remote', '--verbose')) ?? '')
    .split('\n')
    .map((line) => line.split(/\s/))
    .find(([, url = '']) => plain(url) === plain(facts.repository))?.[0]
  const tracked = remote && (await git('rev-parse', '--verify', '--quiet', `refs/remotes/${remote}/${branch}`))
  if (!tracked) {
    const fact = remote ? `${remote}/${branch} is not fetched` : `no remote of this clone is ${facts.repository}`
    return { findings, notes: [`${fact}: whether Argo CD will read what stands here is not known`] }
  }
  if ((await git('merge-base', '--is-ancestor', 'HEAD', tracked.trim())) === undefined)
    findings.push({
      at: { file: 'HEAD' },
      fact: `is not in ${remote}/${branch}, which Argo CD reads`,
      remedy: `git push ${remote} HEAD:${branch}, or git fetch ${remote} if it is there already`,
    })
  return { findings, notes: [] }
}

/** One spelling of an address: git@host:a/b.git, ssh://git@host/a/b and https://host/a/b.git are the same repository. */
const plain = (url: string): string =>
  url
    .replace(/^([^/:]+):(?!\/\/)/, 'ssh://$1/')
    .replace(/^\w+:\/\/([^/@]*@)?/, '')
    .replace(/(\.git)?\/?$/, '')
