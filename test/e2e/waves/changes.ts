import { expect } from 'vitest'
import type { Observed } from './observe.ts'
import {
  component,
  configMap,
  deployment,
  infra,
  job,
  service,
  services,
  statefulSet,
  type Tree,
  version,
} from './tree.ts'

/** What each component is at a text, in the order of the steps that Argo CD takes. */
export const steps: Record<string, (text: string) => Tree>[] = [
  { ground: (text) => component('dev', 'infra', 'ground', [configMap('ground', text)]) },
  {
    store: (text) => component('dev', 'infra', 'store', [statefulSet('store', text)]),
    queue: (text) => component('dev', 'infra', 'queue', [deployment('queue', infra, text)]),
  },
  { setup: (text) => component('dev', 'infra', 'setup', [job('setup', text)]) },
  {
    proxy: (text) => ({ 'clusters/dev/mesh/proxy/objects.yaml': JSON.stringify(deployment('proxy', services, text)) }),
  },
  {
    one: (text) => service('dev', 'one', text),
    two: (text) => service('dev', 'two', text),
    three: (text) => service('dev', 'three', text),
  },
]
/** Every component by its name. */
export const components = Object.assign({}, ...steps) as (typeof steps)[number]

/** Takes what each component was changed to, fails where one changed before all of an earlier step were done. */
export function expectOrder(observed: Observed, texts: Record<string, string>): void {
  const of = (names: string[]) => names.filter((name) => texts[name] !== undefined)
  let before: string[] = []
  for (const names of steps.map((step) => of(Object.keys(step)))) {
    for (const name of names)
      for (const other of before) {
        const [done, begun] = [observed.finished(other, texts[other]!), observed.changed(name, texts[name]!)]
        expect(done, `${other} is done`).toBeDefined()
        expect(begun, `${name} changed, and not before ${other} was done`).toBeGreaterThan(done!)
      }
    before = [...before, ...names]
  }
}

/** Takes components with their texts, returns the files that make them so. */
export const change = (texts: Record<string, string>): Tree =>
  Object.entries(texts).reduce((files, [name, text]) => ({ ...files, ...components[name]!(text) }), {})

/** A text for each component that is new with this number. */
export const textsOf = (names: string[], number: number): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, version(number)]))
