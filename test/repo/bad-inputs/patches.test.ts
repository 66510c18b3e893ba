import { describe } from 'vitest'
import { all, change, checkRefuses, overlay, refuses, write } from './harness.ts'

const folder = 'overlays/prod/services/iam'
const iam = overlay('iam')
const images = 'images:\n'
const listed = (patch: string) => change(iam, images, `patches:\n${patch}${images}`)
const head = 'apiVersion: platform.septemcore.com/v1alpha1\nkind: ServiceDefinition\nmetadata:\n  name: iam\nspec:\n'
const patched = (spec: string) =>
  all(
    listed('  - path: service-definition.yaml\n    target: { kind: ServiceDefinition }\n'),
    write(`${folder}/service-definition.yaml`, head + spec),
  )
const inSpec = (name: string, target: string, patch: string) =>
  patched(`  patches:\n    ${name}:\n      target: ${target}\n      patch: |\n${patch.replace(/^/gm, '        ')}\n`)
const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: iam\n'

describe('a patch in an overlay', () => {
  refuses(
    'targets the Deployment',
    all(
      listed('  - path: deployment.yaml\n    target: { kind: Deployment }\n'),
      write(`${folder}/deployment.yaml`, `${deployment}spec: { replicas: 5 }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  targets Deployment, which is not there yet when Kustomize runs',
    '  patch the ServiceDefinition; what it cannot say goes into its spec.patches',
  )
  refuses(
    'is one for the Deployment, without target',
    all(
      listed('  - path: deployment.yaml\n'),
      write(`${folder}/deployment.yaml`, `${deployment}spec: { replicas: 5 }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  patches Deployment, which is not there yet when Kustomize runs',
    '  patch the ServiceDefinition; what it cannot say goes into its spec.patches',
  )
  refuses(
    'targets another service by name',
    all(
      listed('  - path: service-definition.yaml\n    target: { kind: ServiceDefinition, name: notify }\n'),
      write(`${folder}/service-definition.yaml`, `${head}  env: { A: b }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  targets notify, but this is the overlay of iam',
    '  name iam, or leave name out',
  )
  refuses(
    'is one for another service, without target',
    all(
      listed('  - path: service-definition.yaml\n'),
      write(`${folder}/service-definition.yaml`, `${head.replace('name: iam', 'name: notify')}  env: { A: b }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  patches notify, but this is the overlay of iam',
    '  write metadata.name: iam',
  )
  refuses(
    'targets by label',
    all(
      listed('  - path: service-definition.yaml\n    target: { kind: ServiceDefinition, labelSelector: team=iam }\n'),
      write(`${folder}/service-definition.yaml`, `${head}  env: { A: b }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  selects by labelSelector',
    '  select by kind alone',
  )
  refuses(
    'targets by another namespace',
    all(
      listed(
        '  - path: service-definition.yaml\n    target: { kind: ServiceDefinition, namespace: platform-servces }\n',
      ),
      write(`${folder}/service-definition.yaml`, `${head}  env: { A: b }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  selects by namespace',
    '  select by kind alone',
  )
  refuses(
    'targets another version of the kind',
    all(
      listed('  - path: service-definition.yaml\n    target: { kind: ServiceDefinition, version: v1 }\n'),
      write(`${folder}/service-definition.yaml`, `${head}  env: { A: b }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  selects by version',
    '  select by kind alone',
  )
  refuses(
    'targets another group',
    all(
      listed('  - path: service-definition.yaml\n    target: { kind: ServiceDefinition, group: apps }\n'),
      write(`${folder}/service-definition.yaml`, `${head}  env: { A: b }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  selects by group',
    '  select by kind alone',
  )
  refuses(
    'targets no kind',
    all(
      listed('  - path: service-definition.yaml\n    target: { name: iam }\n'),
      write(`${folder}/service-definition.yaml`, `${head}  env: { A: b }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  targets any kind, which is not there yet when Kustomize runs',
    '  patch the ServiceDefinition; what it cannot say goes into its spec.patches',
  )
  refuses(
    'targets a kind that is misspelt',
    all(
      listed('  - path: service-definition.yaml\n    target: { kind: ServiceDefintion }\n'),
      write(`${folder}/service-definition.yaml`, `${head}  env: { A: b }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  targets ServiceDefintion, which is not there yet when Kustomize runs',
    '  patch the ServiceDefinition; what it cannot say goes into its spec.patches',
  )
  refuses(
    'is listed and not there',
    listed('  - path: service-definition.yaml\n    target: { kind: ServiceDefinition }\n'),
    'overlays/prod/services/iam/kustomization.yaml:6:11  overlays/prod/services/iam/service-definition.yaml does not exist',
    '  correct the path, or add it',
  )
  refuses(
    'is there and listed as a word',
    all(
      listed('  - service-definition.yaml\n'),
      write(`${folder}/service-definition.yaml`, `${head}  env: { A: b }\n`),
    ),
    'overlays/prod/services/iam/kustomization.yaml:6:5  is no entry of patches',
    '  write a list of entries, each with path: <file>',
  )
  checkRefuses(
    'is there and not listed',
    write(`${folder}/service-definition.yaml`, `${head}  env: { A: b }\n`),
    'overlays/prod/services/iam/service-definition.yaml  no kustomization names this file, so it does nothing',
    '  list it under patches of the kustomization beside it, or delete it',
  )
  refuses(
    'is empty',
    all(
      listed('  - path: service-definition.yaml\n    target: { kind: ServiceDefinition }\n'),
      write(`${folder}/service-definition.yaml`, ''),
    ),
    'overlays/prod/services/iam/service-definition.yaml  holds no object',
    '  write one, or delete the file and the line that lists it',
  )
  refuses(
    'is broken YAML',
    patched('  env: { A: b\n'),
    'overlays/prod/services/iam/service-definition.yaml:7:1  is not valid YAML: Flow map in block collection must be sufficiently indented and end with a }',
    '  close the bracket, and indent all lines of one map alike',
  )
  refuses(
    'has a slip in a field',
    patched('  enviroment:\n    name: prod\n'),
    'overlays/prod/services/iam/service-definition.yaml:6:3  unknown field enviroment',
    '  did you mean environment?',
  )
  refuses(
    'has a number for a variable',
    patched('  env:\n    TOKEN_TTL: 3600\n'),
    'overlays/prod/services/iam/service-definition.yaml:7:16  TOKEN_TTL is 3600, not text',
    '  put quotes around it',
  )
  refuses(
    'has a list for a map',
    patched('  env:\n    - name: TOKEN_TTL\n      value: "3600"\n'),
    'overlays/prod/services/iam/service-definition.yaml:6:3  env is [{"name":"TOKEN_TTL","value":"3600"}], not a map',
    "  write a map, as CACHE_TTL: '30' (Environment variables; each value is a string.)",
  )
  refuses(
    'has an empty entry where one is added',
    patched('  calls:\n    notify:\n      http:\n'),
    'overlays/prod/services/iam/service-definition.yaml:8:7  http is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or null to remove http from what is merged',
    'overlays/prod/services/iam/service-definition.yaml:7:5  notify has no entries',
    '  add one, or remove notify',
  )
  refuses(
    'takes away what must be there',
    patched('  resources: null\n'),
    'overlays/prod/services/iam/service-definition.yaml:6:14  resources is missing',
    '  add resources: What one replica is promised and may use at most.',
  )
  refuses(
    'takes away the image',
    patched('  image: null\n'),
    'overlays/prod/services/iam/service-definition.yaml:6:10  image is missing',
    '  add image: The image; its tag is the pin in the overlay.',
  )
  refuses(
    'renames the service',
    all(
      listed(
        '  - path: service-definition.yaml\n    target: { kind: ServiceDefinition }\n    options: { allowNameChange: true }\n',
      ),
      write(`${folder}/service-definition.yaml`, `${head.replace('name: iam', 'name: identity')}  description: x\n`),
    ),
    'overlays/prod/services/iam/service-definition.yaml:4:9  identity is no service of these overlays',
    '  a service has one name everywhere: leave metadata.name as its base has it',
  )
  refuses(
    'is inline and has a slip',
    listed(
      '  - target: { kind: ServiceDefinition }\n    patch: |-\n      - op: replace\n        path: /spec/autoscaling/maxReplica\n        value: 30\n',
    ),
    'overlays/prod/services/iam/kustomization.yaml:7:5  unknown field maxReplica',
    '  did you mean maxReplicas?',
  )
  refuses(
    'is inline and adds an unknown field',
    listed(
      '  - target: { kind: ServiceDefinition }\n    patch: |-\n      - op: add\n        path: /spec/maxReplicas\n        value: 30\n',
    ),
    'overlays/prod/services/iam/kustomization.yaml:7:5  unknown field maxReplicas',
    '  did you mean replicas?',
  )
  refuses(
    'is inline and sets a number in quotes',
    listed(
      `  - target: { kind: ServiceDefinition }\n    patch: |-\n${head.replace(/^/gm, '      ').trimEnd()}\n        autoscaling:\n          maxReplicas: '30'\n`,
    ),
    'overlays/prod/services/iam/kustomization.yaml:7:5  maxReplicas is "30", not a whole number',
    '  write a whole number, without quotes or unit (Replicas at most.)',
  )
})

describe('a patch in spec.patches', () => {
  refuses(
    'is an object instead of text',
    patched(`  patches:\n    more:\n      target: { kind: Deployment }\n      patch:\n        spec: { replicas: 5 }\n`),
    'overlays/prod/services/iam/service-definition.yaml:9:7  patch is {"spec":{"replicas":5}}, not text',
    '  write text (The text of a Kustomize patch (a block after a bar).)',
  )
  refuses(
    'has no target',
    patched('  patches:\n    more:\n      patch: |\n        spec: {}\n'),
    'overlays/prod/services/iam/service-definition.yaml:7:5  patches.more.target is missing',
    '  add target',
  )
  refuses(
    'has a target that is a word',
    patched('  patches:\n    more:\n      target: Deployment\n      patch: |\n        spec: {}\n'),
    'overlays/prod/services/iam/service-definition.yaml:8:15  target is "Deployment", not a map',
    '  write a map: {} or indented names with a colon',
  )
  refuses(
    'is a list of patches',
    patched('  patches:\n    - target: { kind: Deployment }\n      patch: |\n        spec: {}\n'),
    'overlays/prod/services/iam/service-definition.yaml:6:3  patches is [{"patch":"spec: {}\\n","target":{"kind":"Deployment"}}], not a map',
    '  write a map: {} or indented names with a colon (What a definition cannot say: Kustomize patches on the objects made from it.)',
  )
  refuses(
    'targets a kind that the service has not',
    inSpec('more', '{ kind: StatefulSet }', 'spec: {}'),
    'overlays/prod/services/iam/service-definition.yaml:8:7  iam has no StatefulSet',
    '  allowed: ConfigMap, Deployment, HorizontalPodAutoscaler, PodDisruptionBudget, Service, ServiceAccount, VaultAuth, VaultDynamicSecret, VaultStaticSecret',
  )
  refuses(
    'targets a kind that is misspelt',
    inSpec('more', '{ kind: Deploymnet }', 'spec: {}'),
    'overlays/prod/services/iam/service-definition.yaml:8:7  iam has no Deploymnet',
    '  did you mean Deployment?',
  )
  refuses(
    'targets a name that the service has not',
    inSpec('more', '{ kind: Deployment, name: iam-api }', 'spec: {}'),
    'overlays/prod/services/iam/service-definition.yaml:8:7  iam has no Deployment iam-api',
    '  did you mean iam?',
  )
  refuses(
    'is no YAML',
    inSpec('more', '{ kind: Deployment }', 'spec: {'),
    'overlays/prod/services/iam/service-definition.yaml:9:14  the patch is not valid YAML: Flow map in block collection must be sufficiently indented and end with a }',
    '  close the bracket, and indent all lines of one map alike',
  )
  refuses(
    'has no head',
    inSpec(
      'more',
      '{ kind: Deployment }',
      'spec:\n  template:\n    spec:\n      containers:\n        - name: sidecar\n          image: busybox',
    ),
    'overlays/prod/services/iam/service-definition.yaml:9:14  the patch does not say of what it is a part',
    '  begin it with apiVersion, kind and metadata.name',
  )
  refuses(
    'adds a sidecar that is not pinned',
    inSpec(
      'sidecar',
      '{ kind: Deployment }',
      `${deployment}spec:\n  template:\n    spec:\n      containers:\n        - name: sidecar\n          image: busybox`,
    ),
    'overlays/prod/services/iam/service-definition.yaml:6:3  Deployment/iam spec.template.spec.containers.0.image: busybox has no version',
    '  pin it: ours by git SHA, any other as name:version@sha256:…',
  )
  refuses(
    'adds a sidecar that is latest',
    inSpec(
      'sidecar',
      '{ kind: Deployment }',
      `${deployment}spec:\n  template:\n    spec:\n      initContainers:\n        - name: sidecar\n          image: busybox:latest`,
    ),
    'overlays/prod/services/iam/service-definition.yaml:6:3  Deployment/iam spec.template.spec.initContainers.0.image: latest is a moving tag',
    '  pin it: ours by git SHA, any other as name:version@sha256:…',
  )
  refuses(
    'takes the pin off the image',
    inSpec(
      'image',
      '{ kind: Deployment }',
      '- op: replace\n  path: /spec/template/spec/containers/0/image\n  value: ghcr.io/septemcore/platform-kernel/iam',
    ),
    'overlays/prod/services/iam/service-definition.yaml:6:3  Deployment/iam spec.template.spec.containers.0.image: ghcr.io/septemcore/platform-kernel/iam is not pinned',
    '  pin it: ours by git SHA, any other as name:version@sha256:…',
  )
  refuses(
    'turns an object into a Secret',
    inSpec('secret', '{ kind: ConfigMap }', '- op: replace\n  path: /kind\n  value: Secret'),
    'overlays/prod/services/iam/service-definition.yaml:6:3  Secret/iam-vault-proxy: a Secret would stand in git',
    '  keep the value in Vault and name its path under spec.secrets',
  )
  checkRefuses(
    'makes a container privileged',
    inSpec(
      'root',
      '{ kind: Deployment }',
      `${deployment}spec:\n  template:\n    spec:\n      containers:\n        - name: iam\n          securityContext: { privileged: true }`,
    ),
    'overlays/prod/services/iam/service-definition.yaml:6:3  Deployment/iam spec.template.spec.containers.0.securityContext.privileged: container iam is privileged',
    '  remove it',
  )
  checkRefuses(
    'shares the network of the node',
    inSpec('net', '{ kind: Deployment }', `${deployment}spec:\n  template:\n    spec:\n      hostNetwork: true`),
    'overlays/prod/services/iam/service-definition.yaml:6:3  Deployment/iam spec.template.spec.hostNetwork: hostNetwork shares a namespace of the node',
    '  remove it',
  )
  checkRefuses(
    'has a field that Kubernetes does not know',
    inSpec('slip', '{ kind: Deployment }', `${deployment}spec:\n  template:\n    spec:\n      priorityClass: high`),
    'overlays/prod/services/iam/service-definition.yaml:6:3  Deployment/iam spec.template.spec.priorityClass: unknown field priorityClass',
    '  did you mean priorityClassName?',
  )
  checkRefuses(
    'has a number in quotes where Kubernetes wants one',
    inSpec('slip', '{ kind: Deployment }', `${deployment}spec:\n  revisionHistoryLimit: '3'`),
    'overlays/prod/services/iam/service-definition.yaml:6:3  Deployment/iam spec.revisionHistoryLimit: is a string',
    '  write an integer',
  )
  checkRefuses(
    'changes the selector, but not the labels',
    inSpec('slip', '{ kind: Deployment }', `${deployment}spec:\n  selector:\n    matchLabels: { app: iam }`),
    'overlays/prod/services/iam/service-definition.yaml:6:3  Deployment/iam spec.selector.matchLabels.app: the pod template has no label app',
    '  write app: iam in spec.template.metadata.labels',
  )
})
