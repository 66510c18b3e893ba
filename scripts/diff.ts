import type { Desk, Outcome, TreeAt } from './command.ts'
import { formatDiff } from './edit-diff.ts'
import { objectsIn } from './manifests.ts'

export const usage = `npm run -s diff <commit> [cluster]
  prints what every Application of every cluster, or of one, would get otherwise than at that commit: each tree is rendered with
  its own plugin, so a change of the plugin shows as well as one of the manifests`

/** The same on both sides: a commit alone is no difference. */
const stamp = '0'.repeat(40)

/** What is rendered, by the name of the Application; root is the Applications themselves. */
type Renders = ReadonlyMap<string, string>

/** Takes a commit and maybe a cluster, returns the differences of all renders as unified diffs, and which Applications differ. */
export async function run([commit, cluster, extra]: string[], desk: Desk): Promise<Outcome> {
  if (commit === undefined || extra !== undefined) return { wrongWords: true }
  const clusters = desk.files.list('clusters').filter((name) => desk.files.kind(`clusters/${name}`) === 'folder')
  if (cluster !== undefined && !clusters.includes(cluster)) {
    const remedy = `allowed: ${clusters.join(', ')}`
    return { findings: [{ at: { file: cluster }, fact: 'there is no such cluster', remedy }] }
  }
  if ((await desk.git('rev-parse', '--verify', '--quiet', `${commit}^{commit}`)) === undefined) {
    return { findings: [{ at: { file: commit }, fact: 'there is no such commit', remedy: 'git fetch may bring it' }] }
  }
  const wanted = cluster === undefined ? clusters : [cluster]
  const now = await rendersOf(wanted, desk)
  const before = await desk.at(commit, (tree) => rendersOf(wanted, tree))
  const names = [...new Set([...before.keys(), ...now.keys()])].sort()
  const edits = names
    .map((name) => ({ path: name, before: before.get(name) ?? '', after: now.get(name) ?? '' }))
    .filter((edit) => edit.before !== edit.after)
  const changed = edits.map(({ path }) => path).join(', ')
  const notes = changed
    ? `${edits.length} of ${names.length} change: ${changed}\n`
    : `none of ${names.length} changes\n`
  return { output: formatDiff(edits), notes }
}

async function rendersOf(clusters: readonly string[], { files, render }: TreeAt): Promise<Renders> {
  const renders = new Map<string, string>()
  for (const cluster of clusters.filter((name) => files.kind(`clusters/${name}`) === 'folder')) {
    const root = await render(`clusters/${cluster}`, stamp)
    renders.set(`${cluster}/root`, said(root))
    if (root.code !== 0) continue
    for (const [name, path] of foldersIn(root.stdout)) renders.set(`${cluster}/${name}`, said(await render(path)))
  }
  return renders
}

/** What does not render is shown by why. */
const said = ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }): string =>
  code === 0 ? stdout : stderr

/** The folder of each Application that has one. */
function foldersIn(manifests: string): [string, string][] {
  return objectsIn(manifests).flatMap(({ kind, metadata, spec }): [string, string][] => {
    const { path } = (spec as { source?: { path?: string } } | undefined)?.source ?? {}
    return kind === 'Application' && path !== undefined ? [[metadata.name, path]] : []
  })
}
