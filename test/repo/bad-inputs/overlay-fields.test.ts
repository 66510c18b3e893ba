import { describe } from 'vitest'
import { append, change, overlay, refuses, rename, rendered, write } from './harness.ts'

const iam = overlay('iam')
const list = 'overlays/prod/services/kustomization.yaml'
const resource = '  - ../../../../base/services/iam\n'

describe('an overlay with a field that would do nothing', () => {
  const fields: Record<string, [text: string, remedy: string]> = {
    namePrefix: ['prod-', 'remove it: a service has one name everywhere'],
    nameSuffix: ['-v2', 'remove it: a service has one name everywhere'],
    commonLabels: ['{ team: iam }', 'set metadata.labels of the definition by a patch'],
    commonAnnotations: ['{ team: iam }', 'set metadata.annotations of the definition by a patch'],
    labels: ['[{ pairs: { team: iam } }]', 'set metadata.labels of the definition by a patch'],
    replicas: ['[{ name: iam, count: 5 }]', 'patch spec.replicas of the definition'],
    configMapGenerator: ['[{ name: iam, literals: [A=b] }]', 'write values into spec.env of the definition'],
    secretGenerator: [
      '[{ name: iam, literals: [PASSWORD=hunter2] }]',
      'name the Vault path under spec.secrets of the definition',
    ],
    generatorOptions: ['{ disableNameSuffixHash: true }', 'remove it: there is no generator'],
    helmCharts: ['[{ name: redis, repo: https://charts.example.com }]', 'a chart is an Application of its own'],
    patchesStrategicMerge: ['[deployment.yaml]', 'list the file under patches: - path: <file>'],
    patchesJson6902: [
      '[{ path: deployment.yaml, target: { version: v1, kind: Deployment, name: iam } }]',
      'list the patch under patches',
    ],
    vars: ['[{ name: A, objref: { kind: Service, name: iam, apiVersion: v1 } }]', 'write the value where it is needed'],
    replacements: ['[{ source: { kind: ServiceDefinition } }]', 'write the value where it is needed'],
    bases: ['[../../../../base/services/iam]', 'list the folder under resources'],
    openapi: ['{ path: schema.json }', 'allowed: components, images, namespace, patches, resources'],
    buildMetadata: ['[originAnnotations]', 'remove it: the output would carry paths'],
  }
  for (const [field, [text, remedy]] of Object.entries(fields)) {
    refuses(
      field,
      append(iam, `${field}: ${text}\n`),
      `overlays/prod/services/iam/kustomization.yaml:8:1  ${field} has no effect in a service overlay`,
      `  ${remedy}`,
    )
  }
  refuses(
    'a field that is misspelt',
    change(iam, 'resources:', 'resource:'),
    'overlays/prod/services/iam/kustomization.yaml:1:1  resource has no effect in a service overlay',
    '  did you mean resources?',
  )
  refuses(
    'images that is misspelt',
    change(iam, 'images:', 'image:'),
    'overlays/prod/services/iam/kustomization.yaml:5:1  image has no effect in a service overlay',
    '  did you mean images?',
  )
  refuses(
    'components that is misspelt',
    change(iam, 'components:', 'component:'),
    'overlays/prod/services/iam/kustomization.yaml:3:1  component has no effect in a service overlay',
    '  did you mean components?',
  )
  refuses(
    'a field of the definition',
    append(iam, 'spec: { replicas: 5 }\n'),
    'overlays/prod/services/iam/kustomization.yaml:8:1  spec has no effect in a service overlay',
    '  allowed: components, images, namespace, patches, resources',
  )
  refuses(
    'kind that is no kustomization',
    change(iam, 'resources:', 'kind: ServiceDefinition\nresources:'),
    'overlays/prod/services/iam/kustomization.yaml:1:7  kind is ServiceDefinition',
    '  leave it out, or write Component',
  )
  refuses(
    'namespace that is upper case',
    append(iam, 'namespace: Prod\n'),
    'base/services/iam/definition.yaml:6:14  namespace is Prod',
    '  write at most 63 of a-z, 0-9 and dashes',
  )
})

describe('the list of services', () => {
  refuses(
    'sets the namespace',
    append(list, 'namespace: prod\n'),
    'overlays/prod/services/kustomization.yaml:14:1  namespace has no effect in the list of services',
    '  set it in the overlay of the service',
  )
  refuses(
    'sets labels',
    append(list, 'labels:\n  - pairs: { env: prod }\n'),
    'overlays/prod/services/kustomization.yaml:14:1  labels has no effect in the list of services',
    '  set metadata.labels of the definition by a patch',
  )
  refuses(
    'sets a prefix',
    append(list, 'namePrefix: prod-\n'),
    'overlays/prod/services/kustomization.yaml:14:1  namePrefix has no effect in the list of services',
    '  remove it: a service has one name everywhere',
  )
  refuses(
    'holds patches',
    append(list, 'patches:\n  - path: patch.yaml\n    target: { kind: ServiceDefinition }\n'),
    'overlays/prod/services/kustomization.yaml:14:1  patches has no effect in the list of services',
    '  patch in overlays/<env>/services/<service> or overlays/<env>/shared',
    'overlays/prod/services/kustomization.yaml:15:11  overlays/prod/services/patch.yaml does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'holds the shared part',
    append(list, 'components:\n  - ../shared\n'),
    'overlays/prod/services/kustomization.yaml:14:1  components has no effect in the list of services',
    '  allowed: resources',
    'overlays/prod/services/kustomization.yaml:15:5  overlays/prod/shared is no overlay of this environment',
    '  list a folder of overlays/prod/services',
  )
  refuses(
    'names a service twice',
    append(list, '  - iam\n'),
    'overlays/prod/services/kustomization.yaml:14:5  iam is listed twice',
    '  remove one of the two',
  )
  refuses(
    'names a service that is not there',
    append(list, '  - users\n'),
    'overlays/prod/services/kustomization.yaml:14:5  overlays/prod/services/users does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'names the base of a service',
    change(list, '  - iam\n', '  - ../../../base/services/iam\n'),
    'overlays/prod/services/kustomization.yaml:9:5  base/services/iam is no overlay of this environment',
    '  list a folder of overlays/prod/services',
    'overlays/prod/shared/service-definition.yaml:7:3  environment is missing',
    '  add environment: Facts of the environment, said once in overlays/<env>/shared.',
  )
  refuses(
    'is empty',
    write(list, 'resources: []\n'),
    'overlays/prod/services  there are no objects, and Argo CD would take that as an order to delete everything',
    '  list at least one resource in the kustomization',
  )
  refuses(
    'has nothing after resources',
    write(list, 'resources:\n'),
    'overlays/prod/services/kustomization.yaml:1:1  resources is no list',
    '  write resources: [<path>]',
  )
  refuses(
    'is a map',
    write(list, 'resources:\n  iam: {}\n'),
    'overlays/prod/services/kustomization.yaml:1:1  resources is no list',
    '  write resources: [<path>]',
  )
  refuses(
    'is a list of maps',
    write(list, 'resources:\n  - name: iam\n'),
    'overlays/prod/services/kustomization.yaml:2:5  is no path',
    '  write the path of a file or folder, or remove the line',
  )
})

describe('an overlay that reaches elsewhere', () => {
  for (const address of [
    'https://github.com/septemcore/platform-kernel-deployment//base/services/iam?ref=main',
    'https://example.com/iam.yaml',
    'git@github.com:septemcore/platform-kernel-deployment.git',
    'github.com/septemcore/platform-kernel-deployment/base/services/iam',
    'git::https://example.com/iam.git',
    'ssh://git@example.com/iam.git',
    'oci://ghcr.io/septemcore/iam:1.0.0',
    'git.example.com/team/iam?ref=v1.2.3',
    'git.example.com/team/iam.git//base',
    'file:///etc/passwd',
  ])
    refuses(
      `by ${address}`,
      change(iam, resource, `  - ${address}\n`),
      `overlays/prod/services/iam/kustomization.yaml:2:5  ${address} is not in this repository`,
      '  copy what is needed into base/: a build reads nothing from elsewhere',
    )
  refuses(
    'by a component from elsewhere',
    change(iam, '  - ../../shared', '  - https://github.com/septemcore/shared?ref=main'),
    'overlays/prod/services/iam/kustomization.yaml:4:5  https://github.com/septemcore/shared?ref=main is not in this repository',
    '  copy what is needed into base/: a build reads nothing from elsewhere',
  )
  refuses(
    'by a path that leaves the repository',
    change(iam, resource, '  - ../../../../../../elsewhere\n'),
    'overlays/prod/services/iam/kustomization.yaml:2:5  ../../elsewhere is outside the repository',
    '  name a folder of the repository',
  )
  refuses(
    'by a path from the root',
    change(iam, resource, '  - /etc/iam\n'),
    'overlays/prod/services/iam/kustomization.yaml:2:5  overlays/prod/services/iam/etc/iam does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'by a path with one step too few',
    change(iam, resource, '  - ../../../base/services/iam\n'),
    'overlays/prod/services/iam/kustomization.yaml:2:5  overlays/base/services/iam does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'by a path with one step too many',
    change(iam, resource, '  - ../../../../../base/services/iam\n'),
    'overlays/prod/services/iam/kustomization.yaml:2:5  ../base/services/iam is outside the repository',
    '  name a folder of the repository',
  )
  refuses(
    'by the file of the definition',
    change(iam, resource, '  - ../../../../base/services/iam/definition.yaml\n'),
    'overlays/prod/services/iam/kustomization.yaml:2:5  base/services/iam/definition.yaml is a file of another folder',
    '  name its folder',
  )
  refuses(
    'by a base that is misspelt',
    change(iam, resource, '  - ../../../../base/services/ima\n'),
    'overlays/prod/services/iam/kustomization.yaml:2:5  base/services/ima does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'by the base of another service',
    change(iam, resource, '  - ../../../../base/services/notify\n'),
    'overlays/prod/services/iam/kustomization.yaml:2:5  base/services/notify is the base of notify, not of iam',
    '  list base/services/iam',
  )
  refuses(
    'by the bases of two services',
    change(iam, resource, `${resource}  - ../../../../base/services/notify\n`),
    'overlays/prod/services/iam/kustomization.yaml:3:5  base/services/notify is the base of notify, not of iam',
    '  list base/services/iam',
  )
  refuses(
    'by itself',
    change(iam, resource, `${resource}  - .\n`),
    'overlays/prod/services/iam/kustomization.yaml:3:5  is no path',
    '  write the path of a file or folder, or remove the line',
  )
  refuses(
    'by the list that holds it',
    change(iam, resource, `${resource}  - ..\n`),
    'overlays/prod/services/iam/kustomization.yaml:3:5  overlays/prod/services leads back to here',
    '  remove the line',
  )
  refuses(
    'without its shared part',
    change(iam, 'components:\n  - ../../shared\n', ''),
    'base/services/iam/definition.yaml:7:1  environment is missing',
    '  add environment: Facts of the environment, said once in overlays/<env>/shared.',
  )
  refuses(
    'with the shared part of another environment',
    change(iam, '  - ../../shared', '  - ../../../dev/shared'),
    'overlays/prod/services/iam/kustomization.yaml:4:5  overlays/dev/shared belongs to dev',
    '  name a folder of overlays/prod or of base',
  )
  refuses(
    'with the shared part as a resource',
    change(iam, 'components:\n  - ../../shared', '  - ../../shared'),
    'overlays/prod/services/iam/kustomization.yaml:3:5  overlays/prod/shared is a Component',
    '  list it under components',
  )
  refuses(
    'with the shared part of the base alone',
    change(iam, '  - ../../shared', '  - ../../../../base/shared'),
    'base/shared/service-definition.yaml:15:3  environment.name is missing',
    '  add name: Name of the environment, as in overlays/<env>.',
  )
  refuses(
    'with the shared part twice',
    change(iam, '  - ../../shared', '  - ../../shared\n  - ../../shared'),
    'overlays/prod/services/iam/kustomization.yaml:5:5  ../../shared is listed twice',
    '  remove one of the two',
  )
  refuses(
    'without a resource',
    change(iam, `resources:\n${resource}`, ''),
    'overlays/prod/services/iam  there are no objects, and Argo CD would take that as an order to delete everything',
    '  list at least one resource in the kustomization',
  )
})

describe('a kustomization file', () => {
  refuses(
    'is missing',
    rename(iam, `${iam}.old`),
    'overlays/prod/services/iam  there is no kustomization.yaml',
    '  add one, or correct the path that leads here',
  )
  refuses(
    'is there under two names',
    append('overlays/prod/services/iam/kustomization.yml', 'resources: []\n'),
    'overlays/prod/services/iam/kustomization.yaml  overlays/prod/services/iam/kustomization.yml stands beside it',
    '  keep one of them',
  )
  refuses(
    'has a slip in its name',
    rename(iam, 'overlays/prod/services/iam/kustomisation.yaml'),
    'overlays/prod/services/iam  there is no kustomization.yaml',
    '  add one, or correct the path that leads here',
  )
  refuses(
    'is empty',
    write(iam, ''),
    'overlays/prod/services/iam/kustomization.yaml  holds 0 YAML documents',
    '  a kustomization is one document',
  )
  refuses(
    'is a list',
    write(iam, '- ../../../../base/services/iam\n'),
    'overlays/prod/services/iam/kustomization.yaml:1:1  is no kustomization',
    '  write a map, as resources: [<folder>]',
  )
  refuses(
    'holds two documents',
    append(iam, '---\nresources: []\n'),
    'overlays/prod/services/iam/kustomization.yaml  holds 2 YAML documents',
    '  a kustomization is one document',
  )
  refuses(
    'has a tab',
    change(iam, resource, '\t- ../../../../base/services/iam\n'),
    'overlays/prod/services/iam/kustomization.yaml:2:1  is not valid YAML: Tabs are not allowed as indentation',
    '  indent with blanks',
  )
  refuses(
    'has a key twice',
    append(iam, 'resources:\n  - more.yaml\n'),
    'overlays/prod/services/iam/kustomization.yaml:8:1  is not valid YAML: Map keys must be unique',
    '  keep one of the two',
  )
  refuses(
    'uses an anchor that is not there',
    change(iam, resource, '  - *base\n'),
    'overlays/prod/services/iam/kustomization.yaml:2:5  is not valid YAML: Unresolved alias (the anchor must be set before the alias): base',
    '  write the value out where it is needed',
  )
  refuses(
    'has a resource with nothing after the dash',
    change(iam, resource, `${resource}  -\n`),
    'overlays/prod/services/iam/kustomization.yaml:3:4  is no path',
    '  write the path of a file or folder, or remove the line',
  )
  refuses(
    'has resources as one word',
    change(iam, `resources:\n${resource}`, 'resources: ../../../../base/services/iam\n'),
    'overlays/prod/services/iam/kustomization.yaml:1:1  resources is no list',
    '  write resources: [<path>]',
  )
  refuses(
    'of the base has a slip in its resource',
    rendered(
      'overlays/prod/services/iam',
      change('base/services/iam/kustomization.yaml', 'definition.yaml', 'defintion.yaml'),
    ),
    'base/services/iam/kustomization.yaml:2:5  base/services/iam/defintion.yaml does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'of the base is missing',
    rendered(
      'overlays/prod/services/iam',
      rename('base/services/iam/kustomization.yaml', 'base/services/iam/kustomization.txt'),
    ),
    'base/services/iam  there is no kustomization.yaml',
    '  add one, or correct the path that leads here',
  )
  refuses(
    'of the base sets images',
    rendered(
      'overlays/prod/services/iam',
      append(
        'base/services/iam/kustomization.yaml',
        'images:\n  - name: ghcr.io/septemcore/platform-kernel/iam\n    newTag: main\n',
      ),
    ),
    'base/services/iam/kustomization.yaml:3:1  images has no effect in the base of a service',
    '  pin in overlays/<env>/services/<service>',
  )
  refuses(
    'of the base patches',
    rendered(
      'overlays/prod/services/iam',
      append('base/services/iam/kustomization.yaml', 'patches:\n  - path: patch.yaml\n'),
    ),
    'base/services/iam/kustomization.yaml:3:1  patches has no effect in the base of a service',
    '  patch in overlays/<env>/services/<service> or overlays/<env>/shared',
    'base/services/iam/kustomization.yaml:4:11  base/services/iam/patch.yaml does not exist',
    '  correct the path, or add it',
  )
})
