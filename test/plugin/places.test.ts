import { describe, expect, it } from 'vitest'
import type { Files } from '../../plugin/files.ts'
import { formatPlace } from '../../plugin/finding.ts'
import { placeFindings } from '../../plugin/places.ts'

/** Takes a tree of files, returns it as the plugin reads one. */
function filesOf(tree: Readonly<Record<string, string>>): Files {
  return {
    read: (file) => tree[file],
    kind: (path) =>
      path in tree ? 'file' : Object.keys(tree).some((file) => file.startsWith(`${path}/`)) ? 'folder' : undefined,
  }
}

const definition = (spec: string): string => `kind: ServiceDefinition\nmetadata:\n  name: iam\nspec:\n${spec}`
const overlay = 'overlays/prod/services/iam'
const tree = filesOf({
  'base/services/iam/kustomization.yaml': 'resources: [definition.yaml]\n',
  'base/services/iam/definition.yaml': definition('  replicas: 3\n  image: iam\n  env:\n    A: base\n    B: base\n'),
  'overlays/prod/shared/kustomization.yaml': 'patches:\n  - path: all.yaml\n    target: { kind: ServiceDefinition }\n',
  'overlays/prod/shared/all.yaml':
    'kind: ServiceDefinition\nmetadata:\n  name: any\nspec:\n  env:\n    B: shared\n    C: shared\n',
  [`${overlay}/kustomization.yaml`]:
    'resources: [../../../../base/services/iam]\ncomponents: [../../shared]\npatches:\n  - path: own.yaml\nimages:\n  - name: iam\n    newTag: x\n',
  [`${overlay}/own.yaml`]: definition('  env:\n    C: own\n'),
})
const merged = [
  {
    apiVersion: 'v1',
    kind: 'ServiceDefinition',
    metadata: { name: 'iam' },
    spec: { replicas: 3, image: 'iam:x', env: { A: 'base', B: 'shared', C: 'own', D: 'nobody' } },
  },
]

describe('a value is placed where the last file that says it says it', () => {
  it.each([
    [['spec', 'replicas'], 'base/services/iam/definition.yaml:5:13'],
    [['spec', 'env', 'A'], 'base/services/iam/definition.yaml:8:8'],
    [['spec', 'env', 'B'], 'overlays/prod/shared/all.yaml:6:8'],
    [['spec', 'env', 'C'], `${overlay}/own.yaml:6:8`],
    [['spec', 'env'], `${overlay}/own.yaml:5:3`],
    [['spec', 'image'], `${overlay}/kustomization.yaml:7:13`],
  ])('%j: %s', (path, place) => {
    const [found] = placeFindings(
      [{ at: { kind: 'ServiceDefinition', name: 'iam', path }, fact: '', remedy: '' }],
      () => overlay,
      merged,
      tree,
    )
    expect(formatPlace(found!.at)).toBe(place)
  })
})

it('a value that no file says is placed at the nearest map around it, where that is described first', () => {
  const at = { kind: 'ServiceDefinition', name: 'iam', path: ['spec', 'env', 'D'] }
  const [found] = placeFindings([{ at, fact: '', remedy: '' }], () => overlay, merged, tree)
  expect(formatPlace(found!.at)).toBe('base/services/iam/definition.yaml:7:3')
})

it('a name that is wrong is placed at itself, not at its value', () => {
  const at = { kind: 'ServiceDefinition', name: 'iam', path: ['spec', 'env', 'A'], onKey: true }
  const [found] = placeFindings([{ at, fact: '', remedy: '' }], () => overlay, merged, tree)
  expect(formatPlace(found!.at)).toBe('base/services/iam/definition.yaml:8:5')
})

it('an object that is not there keeps its name', () => {
  const [found] = placeFindings(
    [{ at: { kind: 'Deployment', name: 'iam', path: ['spec'] }, fact: '', remedy: '' }],
    () => overlay,
    merged,
    tree,
  )
  expect(formatPlace(found!.at)).toBe('Deployment/iam spec')
})
