import type { Finding } from '../../plugin/finding.ts'
import { placeOf, readYaml } from '../../plugin/kustomization.ts'

/** What the stores open for a service by its definition. */
interface Spec {
  readonly database?: { readonly name?: string }
  readonly secrets?: Record<string, { readonly path?: string }>
  readonly vault?: Record<string, string>
}

/**
 * Takes a definition before and now, and whether its service's image changes in the same commit, returns what is then
 * taken away too early: infra comes before services, so the pods of the version that goes would lose it while they run.
 */
export function takenAway(file: string, before: string, now: string, isBumped: boolean): Finding[] {
  if (!isBumped) return []
  const [source] = readYaml(file, now).sources
  const spec = specIn(file, now)
  const left = new Set(openedFor(spec).map(({ what }) => what))
  return openedFor(specIn(file, before))
    .filter(({ what }) => !left.has(what))
    .map(({ what, field }) => ({
      at: source ? placeOf(source, field in spec ? ['spec', field] : ['spec'], true) : { file },
      fact: `${what} is taken away in the commit that changes the image, and the version before still uses it`,
      remedy: 'put it back; take it away by a commit of its own, when the new version runs everywhere',
    }))
}

const specIn = (file: string, text: string): Spec =>
  (readYaml(file, text).sources[0]?.document.toJS() as { spec?: Spec } | null | undefined)?.spec ?? {}

function openedFor({ database, secrets, vault }: Spec): { what: string; field: keyof Spec }[] {
  const paths = Object.values(secrets ?? {}).flatMap(({ path }) => path ?? [])
  const lists: { [Field in keyof Spec]: string[] } = {
    database: database?.name ? [`database ${database.name}`] : [],
    secrets: [...new Set(paths)].map((path) => `Vault path secret/${path}`),
    vault: Object.entries(vault ?? {}).flatMap(([path, access]) => [
      `Vault path ${path}`,
      ...(access === 'write' ? [`writing to Vault path ${path}`] : []),
    ]),
  }
  return Object.entries(lists).flatMap(([field, whats]) => whats.map((what) => ({ what, field: field as keyof Spec })))
}
