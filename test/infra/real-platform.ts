import { expect } from 'vitest'
import { parse, stringify } from 'yaml'
import { committedTree } from '../e2e/platform.ts'
import type { Json } from '../e2e/rig/api.ts'
import type { Rig } from '../e2e/rig/rig.ts'
import type { Tree } from '../e2e/waves/tree.ts'
import { serveCharts } from './charts.ts'

/** Takes an environment, the repository's URL and a rig, returns the files of the real platform there; only addresses are others. */
export async function realPlatform(environment: string, repository: string, rig: Rig): Promise<Tree> {
  const charts = await serveCharts(rig)
  const files = committedTree(['apps', 'base', `clusters/${environment}`, `overlays/${environment}`])
  const here = (text: string) =>
    text
      .replaceAll(/https:\/\/github\.com\/septemcore\/[a-z-]+\.git/g, repository)
      .replaceAll(/https:\/\/(charts\.jetstack\.io|helm\.releases\.hashicorp\.com)/g, charts)
  const tree = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, here(text)]))
  // Two repositories are one here, and Argo CD lists a repository once.
  const project = tree['apps/project.yaml']!.split(/^---$/m).map((text) => {
    const object = parse(text) as { spec: { sourceRepos?: string[] } }
    if (object.spec.sourceRepos) object.spec.sourceRepos = [...new Set(object.spec.sourceRepos)]
    return stringify(object)
  })
  return { ...tree, 'apps/project.yaml': project.join('---\n') }
}

/** Takes the Applications of a cluster after its first deploy, fails where the sync of one began before all of an earlier step had ended. */
export function expectSteps(applications: readonly Json[]): void {
  const placed = applications
    .filter(({ metadata }) => metadata.name !== 'root')
    .map(({ metadata, status }) => {
      const [{ deployStartedAt, deployedAt }] = status.history
      const step = Number(metadata.annotations['argocd.argoproj.io/sync-wave'])
      return { name: metadata.name, step, began: Date.parse(deployStartedAt), ended: Date.parse(deployedAt) }
    })
  expect(new Set(placed.map(({ step }) => step)).size).toBeGreaterThan(1)
  for (const { name, step, began } of placed)
    for (const before of placed.filter((other) => other.step < step))
      expect(began, `${name} after ${before.name}`).toBeGreaterThanOrEqual(before.ended)
}
