import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe } from 'vitest'
import { root as tree } from '../../plugin.ts'
import { all, append, change, checkRefuses, remove, write } from './harness.ts'

const root = 'clusters/prod/root.yaml'
/** The components of infra in the order of their names, each with the line that it stands in. */
const infra = readFileSync(path.join(tree, 'apps/infra.yaml'), 'utf8')
  .split('\n')
  .flatMap((text, index, lines) => {
    const name = /^ {4}([a-z-]+):/.exec(text)?.[1]
    return name ? [{ name, line: index + 1, isChart: /^ {6}namespace:/.test(lines[index + 1] ?? '') }] : []
  })
  .toSorted((one, other) => (one.name < other.name ? -1 : 1))
const services = [
  'audit',
  'billing',
  'data-layer',
  'domain-resolver',
  'event-bus',
  'files',
  'gateway',
  'iam',
  'integration-hub',
  'module-registry',
  'money',
  'notify',
]

describe('the root that a person applies', () => {
  checkRefuses(
    'is not there',
    remove(root),
    `${root}  is not there`,
    '  copy that of another cluster, and write this one into it',
  )
  checkRefuses(
    'is no YAML',
    write(root, 'kind: [\n'),
    `${root}:2:1  is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]`,
    '  close the bracket, and indent all lines of one map alike',
  )
  checkRefuses(
    'is something else',
    write(root, 'kind: Deployment\n'),
    `${root}  apiVersion: apiVersion is missing`,
    '  write the apiVersion, a string',
  )
  checkRefuses(
    'reads the folder of another cluster',
    change(root, 'path: clusters/prod', 'path: clusters/dev'),
    `${root}  its path is clusters/dev`,
    '  write path: clusters/prod',
  )
  checkRefuses(
    'reads another repository',
    change(root, 'platform-kernel-deployment.git', 'fork.git'),
    `${root}  its repository is https://github.com/septemcore/fork.git, and that of clusters/prod/cluster.yaml https://github.com/septemcore/platform-kernel-deployment.git`,
    '  write the same into both',
  )
  checkRefuses(
    'would delete everything with itself',
    change(
      root,
      '  namespace: argocd\n  # No manifest',
      '  namespace: argocd\n  finalizers: [resources-finalizer.argocd.argoproj.io]\n  # No manifest',
    ),
    `${root}  metadata.finalizers is ["resources-finalizer.argocd.argoproj.io"]`,
    '  remove it: deleting the root must delete nothing',
  )
  checkRefuses(
    'gives up',
    change(root, 'limit: -1', 'limit: 5'),
    `${root}  spec.syncPolicy.retry.limit is 5`,
    '  write -1',
  )
  checkRefuses(
    'heals itself, by half of what a commit asks for',
    change(root, 'selfHeal: false', 'selfHeal: true'),
    `${root}  spec.syncPolicy.automated.selfHeal is true`,
    '  write false',
  )
  checkRefuses(
    'takes a commit for synced that it has only seen',
    change(
      root,
      '  namespace: argocd\n  # No manifest',
      '  namespace: argocd\n  annotations: { argocd.argoproj.io/manifest-generate-paths: /apps }\n  # No manifest',
    ),
    `${root}  it says argocd.argoproj.io/manifest-generate-paths`,
    '  remove it: with it a commit that comes during a sync counts as synced',
  )
})

describe('a folder of a wave', () => {
  const files = {
    'kustomization.yaml': 'resources: [config-map.yaml]\n',
    'config-map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: stray }\n',
  }
  const folder = (at: string) => Object.entries(files).map(([file, text]) => write(`${at}/${file}`, text))
  checkRefuses(
    'is no component, also where another wave has one of its name',
    all(append('apps/mesh.yaml', '# nothing\n'), ...folder('overlays/prod/mesh/iam')),
    'overlays/prod/mesh/iam  iam is no component of the wave mesh, so nothing deploys it',
    '  add iam: {} to apps/mesh.yaml, or delete the folder',
  )
})

describe('a wave', () => {
  checkRefuses(
    'has a component that would be the root',
    all(
      change('apps/mesh.yaml', 'components: {}', 'components: { root: {} }'),
      write('overlays/prod/mesh/root/kustomization.yaml', 'resources: [a.yaml]\n'),
      write('overlays/prod/mesh/root/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'),
    ),
    'apps/mesh.yaml:9:17  root is the Application that makes all others',
    '  give the component another name',
  )
  checkRefuses(
    'goes to another server than its project allows',
    change('clusters/prod/cluster.yaml', 'spec:\n', 'spec:\n  server: https://other.example\n'),
    ...infra.flatMap(({ name, line, isChart }) => [
      `apps/infra.yaml:${line}:5  ${isChart ? name : 'platform-infra'} at https://other.example is no destination of its project`,
      '  add it to the AppProject infra in apps/project.yaml, or correct it',
    ]),
    ...services.flatMap((_, index) => [
      `apps/services.yaml:${10 + index}:5  platform-services at https://other.example is no destination of its project`,
      '  add it to the AppProject services in apps/project.yaml, or correct it',
    ]),
  )
})
