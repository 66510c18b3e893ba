import type { Finding } from '../../plugin/finding.ts'
import { parseBumpWords, usage, type Request } from './words.ts'
import type { Edit, Tree } from '../files.ts'
import { nearest } from '../../plugin/nearest.ts'
import { repositoryOf } from './image-name.ts'
import { replacePin } from './pin.ts'
import { imageOf, isService, overlayOf, serviceNames } from './services.ts'

/** What a bump would do: edits and services that already have their pin, or findings and neither. */
export interface Plan {
  readonly edits: readonly Edit[]
  /** The services that are at the wanted pin already. */
  readonly unchanged: readonly string[]
  readonly findings: readonly Finding[]
  /** Where the pins go; absent where the words do not say it. */
  readonly environment?: string
  /** Whether `plan` was the last word: show the edits, write none. */
  readonly planOnly: boolean
  /** The usage, where it was asked for or the words have no recognisable form. */
  readonly usage?: string
}

/** Takes the words after `npm run bump` and the repository, returns the edits of every pin asked for; one refusal refuses all. */
export function planBump(words: readonly string[], files: Tree): Plan {
  const nothing = { edits: [], unchanged: [], findings: [], planOnly: true }
  if (words.at(-1) === 'help') return { ...nothing, usage }
  const { requests, environment, planOnly, findings } = parseBumpWords(words)
  if (requests.length === 0) return { ...nothing, findings, usage }
  const outcomes = requests.map((request) => ({ request, outcome: bumpOne(request, environment, files) }))
  const refusals = [...findings, ...outcomes.flatMap(({ outcome }) => (Array.isArray(outcome) ? outcome : []))]
  if (refusals.length > 0) return { ...nothing, findings: refusals }
  const edits = outcomes.flatMap(({ outcome }) => (Array.isArray(outcome) || outcome === undefined ? [] : [outcome]))
  const isSame = ({ before, after }: Edit) => before === after
  return {
    edits: edits.filter((edit) => !isSame(edit)),
    unchanged: outcomes.flatMap(({ request, outcome }) => {
      return outcome && !Array.isArray(outcome) && isSame(outcome) ? [request.service] : []
    }),
    findings: [],
    planOnly,
    ...(environment !== undefined && { environment }),
  }
}

/** Undefined where the words of this request are refused already, so that there is nothing left to plan. */
function bumpOne(
  { service, at, pin }: Request,
  environment: string | undefined,
  files: Tree,
): Edit | Finding[] | undefined {
  if (!isService(files, service)) return [unknownService(service, at, files)]
  if (environment === undefined) return undefined
  const image = imageOf(files, service)
  const overlay = overlayOf(files, service, environment)
  if (typeof image !== 'string' || Array.isArray(overlay)) {
    return [...(typeof image === 'string' ? [] : image), ...(Array.isArray(overlay) ? overlay : [])]
  }
  if (pin === undefined) return undefined
  const after = replacePin(overlay, image, pin)
  return typeof after === 'string' ? { path: overlay.path, before: overlay.text, after } : after
}

function unknownService(word: string, at: Finding['at'], files: Tree): Finding {
  const services = serviceNames(files)
  const list = services.length === 0 ? 'there is none in base/services yet' : `services: ${services.join(', ')}`
  if (/[/:@]/.test(word)) {
    const service = services.find((name) => imageOf(files, name) === repositoryOf(word))
    const fact = 'is an image; a bump names the service'
    return { at, fact, remedy: service ? `write ${service}` : list }
  }
  const meant = nearest(word, services)
  return { at, fact: 'is no service', remedy: `${meant ? `did you mean ${meant}? ` : ''}${list}` }
}
