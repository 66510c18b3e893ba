import { describe } from 'vitest'
import {
  all,
  append,
  change,
  checkRefuses,
  definition,
  overlay,
  refuses,
  remove,
  rename,
  rendered,
  write,
} from './harness.ts'

const list = 'overlays/prod/services/kustomization.yaml'
const beside = (name: string, text: string) =>
  all(write(`base/services/iam/${name}`, text), append('base/services/iam/kustomization.yaml', `  - ${name}\n`))

describe('the tree', () => {
  checkRefuses(
    'lists a service without a folder',
    append(list, '  - users\n'),
    'overlays/prod/services/kustomization.yaml:14:5  overlays/prod/services/users does not exist',
    '  correct the path, or add it',
  )
  checkRefuses(
    'has a folder that is not listed',
    change(list, '  - money\n', ''),
    'overlays/prod/services/money  is not listed in overlays/prod/services/kustomization.yaml',
    '  list it there, or delete the folder',
    'base/services/gateway/definition.yaml:54:7  this environment runs no service money',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, iam, integration-hub, module-registry, notify (or optional: true, if the service works without it)',
  )
  checkRefuses(
    'has a folder that is listed with a slip',
    change(list, '  - money\n', '  - mony\n'),
    'overlays/prod/services/money  is not listed in overlays/prod/services/kustomization.yaml',
    '  list it there, or delete the folder',
    'overlays/prod/services/kustomization.yaml:12:5  overlays/prod/services/mony does not exist',
    '  correct the path, or add it',
  )
  checkRefuses(
    'has a folder of an overlay with another name',
    all(
      rename('overlays/prod/services/money', 'overlays/prod/services/payments'),
      change(list, '  - money\n', '  - payments\n'),
    ),
    'overlays/prod/services/payments  there is no base/services/payments',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, iam, integration-hub, module-registry, money, notify',
    'overlays/prod/services/payments/kustomization.yaml:2:5  base/services/money is the base of money, not of payments',
    '  list base/services/payments',
  )
  checkRefuses(
    'has an overlay without a base',
    all(remove('base/services/money'), { file: list, apply: () => undefined }),
    'overlays/prod/services/money  there is no base/services/money',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, iam, integration-hub, module-registry, notify',
    'overlays/prod/services/money/kustomization.yaml:2:5  base/services/money does not exist',
    '  correct the path, or add it',
  )
  checkRefuses(
    'has an overlay without a kustomization',
    remove(overlay('money')),
    'overlays/prod/services/money  is not listed in overlays/prod/services/kustomization.yaml',
    '  list it there, or delete the folder',
    'overlays/prod/services/money  there is no kustomization.yaml',
    '  add one, or correct the path that leads here',
  )
  checkRefuses(
    'has an override file of Argo CD',
    write('overlays/prod/services/iam/.argocd-source.yaml', 'kustomize:\n  images: []\n'),
    'overlays/prod/services/iam/.argocd-source.yaml  Argo CD would take parameters from this file, and a render here would not',
    '  delete it, and write what it changes into the overlay',
  )
  checkRefuses(
    'has a copied service that kept the image',
    all(
      write('base/services/users/kustomization.yaml', 'resources:\n  - definition.yaml\n'),
      write(
        definition('users'),
        'apiVersion: platform.septemcore.com/v1alpha1\nkind: ServiceDefinition\nmetadata:\n  name: users\n  namespace: platform-services\nspec:\n  description: Keeps users.\n  image: ghcr.io/septemcore/platform-kernel/iam\n  resources:\n    requests: { cpu: 100m, memory: 128Mi }\n    limits: { cpu: 500m, memory: 128Mi }\n',
      ),
      write(
        overlay('users'),
        "resources:\n  - ../../../../base/services/users\ncomponents:\n  - ../../shared\nimages:\n  - name: ghcr.io/septemcore/platform-kernel/iam\n    newTag: '0000000000000000000000000000000000000000'\n",
      ),
      append(list, '  - users\n'),
    ),
    'overlays/prod/services/users/kustomization.yaml:7:13  ghcr.io/septemcore/platform-kernel/iam is the image of iam',
    '  write the image of users',
  )
  checkRefuses(
    'has a copied service that kept the name',
    all(
      write('base/services/users/kustomization.yaml', 'resources:\n  - definition.yaml\n'),
      write(
        definition('users'),
        'apiVersion: platform.septemcore.com/v1alpha1\nkind: ServiceDefinition\nmetadata:\n  name: iam\n  namespace: platform-services\nspec:\n  description: Keeps users.\n  image: ghcr.io/septemcore/platform-kernel/users\n  resources:\n    requests: { cpu: 100m, memory: 128Mi }\n    limits: { cpu: 500m, memory: 128Mi }\n',
      ),
      write(
        overlay('users'),
        "resources:\n  - ../../../../base/services/users\ncomponents:\n  - ../../shared\nimages:\n  - name: ghcr.io/septemcore/platform-kernel/users\n    newTag: '0000000000000000000000000000000000000000'\n",
      ),
      append(list, '  - users\n'),
    ),
    'base/services/users/definition.yaml:4:9  iam is defined in the folder of users',
    '  write name: users',
    'base/services/users/definition.yaml:4:9  ServiceDefinition/iam stands also at base/services/iam/definition.yaml:5:9',
    '  rename or remove one of the two',
  )
  checkRefuses(
    'has two mistakes in two services',
    all(
      change(definition('iam'), 'autoscaling:', 'autoscalling:'),
      change(definition('notify'), 'replicas: 3', 'replicas: three'),
    ),
    'base/services/iam/definition.yaml:10:3  unknown field autoscalling',
    '  did you mean autoscaling?',
    'base/services/notify/definition.yaml:10:13  replicas is "three", not a whole number',
    '  write a whole number, without quotes or unit (3 unless said; not with autoscaling.)',
    'base/services/gateway/definition.yaml:29:7  no service of this environment publishes platform.auth.events',
    '  did you mean platform.audit.events?',
  )
  refuses(
    'has two mistakes in two services of one render',
    rendered(
      'overlays/prod/services',
      all(
        change(definition('iam'), 'autoscaling:', 'autoscalling:'),
        change(definition('notify'), 'replicas: 3', 'replicas: three'),
      ),
    ),
    'base/services/iam/definition.yaml:10:3  unknown field autoscalling',
    '  did you mean autoscaling?',
    'base/services/notify/definition.yaml:10:13  replicas is "three", not a whole number',
    '  write a whole number, without quotes or unit (3 unless said; not with autoscaling.)',
  )
  checkRefuses(
    'has broken YAML in two files',
    all(
      change(definition('iam'), 'autoscaling:', 'autoscaling'),
      change(definition('notify'), 'database: {', 'database: {{'),
    ),
    'base/services/iam/definition.yaml:10:3  is not valid YAML: Implicit keys need to be on a single line',
    '  write name: value, with a blank after the colon, and close every quote',
    'base/services/notify/definition.yaml:20:3  is not valid YAML: Flow map in block collection must be sufficiently indented and end with a }',
    '  close the bracket, and indent all lines of one map alike',
  )
})

describe('objects beside a definition', () => {
  refuses(
    'are a Secret',
    beside(
      'secret.yaml',
      'apiVersion: v1\nkind: Secret\nmetadata: { name: iam, namespace: platform-services }\nstringData: { password: hunter2 }\n',
    ),
    'base/services/iam/secret.yaml:1:1  a Secret would stand in git',
    '  keep the value in Vault and name its path under spec.secrets',
  )
  checkRefuses(
    'are a Secret, as check says it',
    beside(
      'secret.yaml',
      'apiVersion: v1\nkind: Secret\nmetadata: { name: iam, namespace: platform-services }\nstringData: { password: hunter2 }\n',
    ),
    'base/services/iam/secret.yaml:1:1  a Secret stands in git',
    '  keep the value in Vault and name its path under spec.secrets; then rotate it, git keeps what it saw',
    'base/services/iam/secret.yaml:1:1  a Secret would stand in git',
    '  keep the value in Vault and name its path under spec.secrets',
  )
  refuses(
    'have no name',
    beside('config-map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { namespace: platform-services }\n'),
    'base/services/iam/config-map.yaml:3:1  metadata.name is missing',
    '  add metadata.name',
  )
  refuses(
    'have no kind',
    beside('config-map.yaml', 'apiVersion: v1\nmetadata: { name: iam }\n'),
    'base/services/iam/config-map.yaml:1:1  kind is missing',
    '  add kind',
  )
  refuses(
    'have no apiVersion',
    beside('config-map.yaml', 'kind: ConfigMap\nmetadata: { name: iam }\n'),
    'base/services/iam/config-map.yaml:1:1  apiVersion is missing',
    '  add apiVersion',
  )
  refuses(
    'are values and no object',
    beside('values.yaml', 'replicas: 3\nimage: iam\n'),
    'base/services/iam/values.yaml:1:1  apiVersion is missing',
    '  add apiVersion',
    'base/services/iam/values.yaml:1:1  kind is missing',
    '  add kind',
    'base/services/iam/values.yaml:1:1  metadata.name is missing',
    '  add metadata.name',
  )
  refuses(
    'have the identity of a generated one',
    beside(
      'service.yaml',
      'apiVersion: v1\nkind: Service\nmetadata: { name: iam, namespace: platform-services }\nspec: { ports: [{ port: 80 }] }\n',
    ),
    'base/services/iam/service.yaml:1:1  is there twice',
    '  rename one of the two, or remove it',
  )
  refuses(
    'have one identity twice',
    all(
      beside('a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: iam }\n'),
      beside('b.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: iam }\n'),
    ),
    'base/services/iam/b.yaml:3:19  ConfigMap/iam stands also at base/services/iam/a.yaml:3:19',
    '  rename or remove one of the two',
  )
  refuses(
    'have an image that is latest',
    beside(
      'job.yaml',
      'apiVersion: batch/v1\nkind: Job\nmetadata: { name: iam-seed }\nspec:\n  template:\n    spec:\n      containers:\n        - name: seed\n          image: busybox:latest\n',
    ),
    'base/services/iam/job.yaml:9:18  latest is a moving tag',
    '  pin it: ours by git SHA, any other as name:version@sha256:…',
  )
  refuses(
    'have a container without image',
    beside(
      'job.yaml',
      'apiVersion: batch/v1\nkind: Job\nmetadata: { name: iam-seed }\nspec:\n  template:\n    spec:\n      containers:\n        - name: seed\n',
    ),
    'base/services/iam/job.yaml:8:11   has no version',
    '  pin it: ours by git SHA, any other as name:version@sha256:…',
  )
  refuses(
    'are of a kind of ours that is not there',
    beside('policy.yaml', 'apiVersion: platform.septemcore.com/v1alpha1\nkind: Policy\nmetadata: { name: iam }\n'),
    'base/services/iam/policy.yaml:2:7  unknown kind Policy',
    '  allowed: Cluster, Databases, ServiceDefinition, VaultRoles, Wave',
  )
  checkRefuses(
    'are of a kind that Kubernetes does not know',
    beside('x.yaml', 'apiVersion: apps/v1\nkind: Deploymnet\nmetadata: { name: iam-extra }\n'),
    'overlays/prod/services  Deploymnet/iam-extra kind: Deploymnet is no known kind of apps/v1',
    '  did you mean Deployment?',
  )
  checkRefuses(
    'are in a version that is gone',
    beside('x.yaml', 'apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: { name: iam }\n'),
    'overlays/prod/services  Ingress/iam apiVersion: Ingress is not known in extensions/v1beta1',
    '  use networking.k8s.io/v1',
  )
  checkRefuses(
    'have a name that Kubernetes refuses',
    beside('x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: Iam_Config }\n'),
    'overlays/prod/services  ConfigMap/Iam_Config metadata.name: name Iam_Config is no DNS name',
    '  write at most 253 of a-z, 0-9, "-" and ".", with a letter or digit at both ends of each part',
  )
  checkRefuses(
    'have a number in ConfigMap data',
    beside('x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: iam-config }\ndata: { PORT: 8080 }\n'),
    'overlays/prod/services  ConfigMap/iam-config data.PORT: is an integer',
    '  write a string: quote it',
  )
  refuses(
    'are a list of objects in one file that is broken',
    beside('x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: iam-config }\n---\nkind ConfigMap\n'),
    'base/services/iam/x.yaml:5:1  is no Kubernetes object',
    '  write a map with apiVersion, kind and metadata',
  )
})
