import { allowedInstead } from '../plugin/nearest.ts'
import type { Desk, Outcome } from './command.ts'
import { environments } from './environments.ts'

export const usage = `npm run -s render <environment> [component]
  prints what Argo CD receives: all services of the environment, or one component (a service, infra/<component>,
  mesh/<component>), or root: the Applications of the cluster of that name, stamped with the last commit`

/** Takes an environment and maybe a component, returns its manifests as the bundled plugin makes them. */
export async function run(words: string[], { files, git, render }: Desk): Promise<Outcome> {
  const [environment, component, extra] = words
  if (environment === undefined || extra !== undefined) return { wrongWords: true }
  if (!environments.some((name) => name === environment)) {
    const isSwapped = environments.some((name) => name === component)
    return isSwapped
      ? wrongWords(
          environment,
          'is no environment',
          `write the environment first: npm run -s render ${component} ${environment}`,
        )
      : wrongWord(environment, 'there is no such environment', environments)
  }
  const services = `overlays/${environment}/services`
  const folder = component === undefined ? services : folderOf(environment, component, files)
  if (folder === undefined) {
    const known = files.list(services).filter((name) => files.kind(`${services}/${name}`) === 'folder')
    return wrongWord(component ?? '', `${environment} has no such component`, [...known, 'root'])
  }
  // Only the root reads it, and Argo CD tells it alike.
  const revision = component === 'root' ? (await git('rev-parse', 'HEAD'))?.trim() : undefined
  if (component === 'root' && !revision)
    return wrongWords(
      folder,
      'is stamped with the last commit, and there is none here',
      'run it in a clone with a commit',
    )
  const { code, stdout, stderr } = await render(folder, revision)
  return code === 0 ? { output: stdout, notes: stderr } : { notes: stderr, failed: true }
}

function folderOf(environment: string, component: string, files: Desk['files']): string | undefined {
  // What all services share is no component, though it has a folder beside them.
  if (component === 'shared' || !/^[a-z0-9-]+(\/[a-z0-9-]+)?$/.test(component)) return undefined
  if (component === 'root')
    return files.kind(`clusters/${environment}`) === 'folder' ? `clusters/${environment}` : undefined
  const candidates = [
    `clusters/${environment}/${component}`,
    `overlays/${environment}/services/${component}`,
    `overlays/${environment}/${component}`,
  ]
  return candidates.find((path) => files.kind(path) === 'folder')
}

const wrongWord = (word: string, fact: string, allowed: readonly string[]): Outcome =>
  wrongWords(word, fact, allowedInstead(word, allowed))

const wrongWords = (word: string, fact: string, remedy: string): Outcome => ({
  findings: [{ at: { file: word || "''" }, fact, remedy }],
})
