import type { Finding } from '../../plugin/finding.ts'
import { environments } from '../environments.ts'
import { wordForFlag } from '../flags.ts'
import { parsePin, whyNotSha, type Pin } from './git-sha.ts'
import { nearest } from '../../plugin/nearest.ts'

/** A service to be pinned; no pin where its word was refused. */
export interface Request {
  readonly service: string
  readonly at: Place
  readonly pin?: Pin
}

/** What the words of a bump say; with findings, only what could be understood of them. */
export interface BumpWords {
  readonly requests: readonly Request[]
  readonly environment: string | undefined
  readonly planOnly: boolean
  readonly findings: readonly Finding[]
}

type Place = { readonly file: string }
type Word = { readonly text: string; readonly at: Place }

export const usage = `npm run bump <service> <sha>[@sha256:<digest>] [environment] [plan]
npm run bump <service>=<sha>[@sha256:<digest>] <service>=… [environment] [plan]

  changes the pin of each service, of all or of none
  environment  ${environments.map((name, i) => (i === 0 ? `${name} (unless told otherwise)` : name)).join(', ')}
  plan         shows the change and writes nothing
`

const form = 'write: npm run bump <service> <sha> [environment] [plan]'
const formOfSeveral = 'for several write: npm run bump <service>=<sha> <service>=<sha> … [environment] [plan]'

/** Takes the words after `npm run bump`, returns what they ask for; refuses with the word as place. */
export function parseBumpWords(words: readonly string[]): BumpWords {
  const all = words.map((text, i) => ({ text, at: { file: `word ${i + 1} ${show(text)}` } }))
  const strange = all.flatMap(refuseStrange)
  if (strange.length > 0) return refused(strange)
  const planOnly = words.at(-1) === 'plan'
  const rest = planOnly ? all.slice(0, -1) : all
  const early = rest.filter(({ text }) => text === 'plan')
  if (early.length > 0) {
    return refused(early.map(({ at }) => ({ at, fact: 'is the last word of a bump', remedy: form })))
  }
  if (rest.length === 0) {
    return refused([{ at: { file: 'npm run bump' }, fact: 'names no service', remedy: form }])
  }
  const parsed = rest.some(({ text }) => text.includes('=')) ? parseSeveral(rest) : parseOne(rest)
  return { ...parsed, planOnly }
}

type Parsed = Omit<BumpWords, 'planOnly'>

function refused(findings: readonly Finding[]): BumpWords {
  return { requests: [], environment: undefined, planOnly: false, findings }
}

function refuseStrange({ text, at }: Word): Finding[] {
  if (text.trim() === '') {
    return [{ at, fact: 'is empty; a variable of the shell or of CI may be unset', remedy: form }]
  }
  if (text.startsWith('-')) return [{ at, fact: 'is a flag; commands take words', remedy: wordForFlag(text) }]
  return []
}

function parseOne([service, pin, environment, ...more]: readonly Word[]): Parsed {
  const request = { service: service!.text, at: service!.at }
  if (more.length > 0) {
    const isPairs = isSha(pin!.text) && isSha(more[0]!.text)
    const findings = more.map(({ at }) => ({ at, fact: 'is a word too many', remedy: isPairs ? formOfSeveral : form }))
    return { requests: [], environment: undefined, findings }
  }
  if (isSha(service!.text)) {
    const findings = [{ at: service!.at, fact: 'is a git SHA; the service comes first', remedy: form }]
    return { requests: [], environment: undefined, findings }
  }
  if (pin === undefined || isEnvironment(pin.text)) {
    const at = pin?.at ?? service!.at
    const fact = pin ? 'is an environment; the git SHA comes before it' : 'has no git SHA after it'
    const remedy = `write: npm run bump ${service!.text} <sha> ${pin?.text ?? '[environment]'}`
    return { requests: [request], environment: environments[0], findings: [{ at, fact, remedy }] }
  }
  const value = readPinWord(pin)
  const where = readEnvironment(environment)
  const findings = [...(Array.isArray(value) ? value : []), ...(Array.isArray(where) ? where : [])]
  return {
    requests: [Array.isArray(value) ? request : { ...request, pin: value }],
    environment: Array.isArray(where) ? undefined : where,
    findings,
  }
}

function parseSeveral(words: readonly Word[]): Parsed {
  const last = words.at(-1)!
  const environment = last.text.includes('=') ? undefined : last
  const pairs = environment ? words.slice(0, -1) : words
  const mixed = pairs.filter(({ text }) => !text.includes('='))
  if (mixed.length > 0) {
    const findings = mixed.map(({ at }) => ({
      at,
      fact: 'stands among words of the form service=sha',
      remedy: formOfSeveral,
    }))
    return { requests: [], environment: undefined, findings }
  }
  const where = readEnvironment(environment)
  const findings: Finding[] = []
  const requests = pairs.flatMap(({ text, at }): Request[] => {
    const equals = text.indexOf('=')
    const service = text.slice(0, equals)
    if (service === '') {
      findings.push({ at, fact: 'has no service before =', remedy: formOfSeveral })
      return []
    }
    const pin = readPinWord({ text: text.slice(equals + 1), at })
    if (!Array.isArray(pin)) return [{ service, at, pin }]
    findings.push(...pin)
    return [{ service, at }]
  })
  const repeated = requests.flatMap((request, i) => {
    const first = requests.findIndex(({ service }) => service === request.service)
    if (first === i) return []
    const fact = `names ${request.service} a second time, after ${requests[first]!.at.file}`
    return [{ at: request.at, fact, remedy: 'name each service once' }]
  })
  return {
    requests,
    environment: Array.isArray(where) ? undefined : where,
    findings: [...findings, ...repeated, ...(Array.isArray(where) ? where : [])],
  }
}

function readPinWord({ text, at }: Word): Pin | Finding[] {
  const pin = parsePin(text)
  return 'tag' in pin ? pin : [{ at, ...pin }]
}

function readEnvironment(word: Word | undefined): string | Finding[] {
  if (word === undefined) return environments[0]
  if (isEnvironment(word.text)) return word.text
  const meant = nearest(word.text, environments)
  const remedy = `${meant ? `did you mean ${meant}? ` : ''}environments: ${environments.join(', ')}`
  return [{ at: word.at, fact: 'is no environment', remedy }]
}

function isEnvironment(word: string): boolean {
  return environments.some((environment) => environment === word)
}

function isSha(word: string): boolean {
  return whyNotSha(word.split('@')[0]!) === undefined
}

/** A word as one can see it: quoted, and not longer than a line. */
function show(word: string): string {
  return JSON.stringify(word.length > 120 ? `${word.slice(0, 119)}…` : word)
}
