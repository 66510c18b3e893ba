import { describe } from 'vitest'
import { all, append, change, checkRefuses, definition, refuses, write } from './harness.ts'

const iam = definition('iam')
const notify = definition('notify')
const billing = definition('billing')

describe('a definition with a wrong field', () => {
  refuses(
    'replicas is misspelt',
    change(notify, 'replicas: 3', 'replcas: 3'),
    'base/services/notify/definition.yaml:10:3  unknown field replcas',
    '  did you mean replicas?',
  )
  refuses(
    'autoscaling is misspelt, with a map below it',
    change(iam, 'autoscaling:', 'autoScaling:'),
    'base/services/iam/definition.yaml:10:3  unknown field autoScaling',
    '  did you mean autoscaling?',
  )
  refuses(
    'database is misspelt, in one line',
    change(notify, 'database: {', 'databse: {'),
    'base/services/notify/definition.yaml:19:3  unknown field databse',
    '  did you mean database?',
  )
  refuses(
    'resources is misspelt',
    change(notify, 'resources:', 'resource:'),
    'base/services/notify/definition.yaml:11:3  unknown field resource',
    '  did you mean resources?',
  )
  refuses(
    'topics is written as one',
    change(notify, 'topics:', 'topic:'),
    'base/services/notify/definition.yaml:23:3  unknown field topic',
    '  did you mean topics?',
  )
  refuses(
    'a field stands one level too high',
    change(notify, '  replicas: 3', 'replicas: 3'),
    'base/services/notify/definition.yaml:10:11  is not valid YAML: Nested mappings are not allowed in compact mappings',
    '  indent the entries of one map alike, and quote a value that holds a colon and a blank',
  )
  refuses(
    'description is missing',
    change(
      notify,
      /* */ '  description: Delivers notifications, and pushes them over WebSockets that stay open.\n',
      '',
    ),
    'base/services/notify/definition.yaml:7:1  description is missing',
    '  add description: What the service does, in one sentence.',
  )
  refuses(
    'description is empty',
    change(notify, 'Delivers notifications, and pushes them over WebSockets that stay open.', "''"),
    'base/services/notify/definition.yaml:8:3  description is empty',
    '  fill it in (What the service does, in one sentence.)',
  )
  refuses(
    'description has a colon and no quotes',
    change(notify, 'Delivers notifications, and', 'Notifications: delivers and'),
    'base/services/notify/definition.yaml:8:16  is not valid YAML: Nested mappings are not allowed in compact mappings',
    '  indent the entries of one map alike, and quote a value that holds a colon and a blank',
  )
  refuses(
    'image is missing',
    change(notify, '  image: ghcr.io/septemcore/platform-kernel/notify\n', ''),
    'base/services/notify/definition.yaml:7:1  image is missing',
    '  add image: The image; its tag is the pin in the overlay.',
  )
  refuses(
    'image has nothing after it',
    change(notify, ' ghcr.io/septemcore/platform-kernel/notify', ''),
    'base/services/notify/definition.yaml:9:3  image is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove image',
    'base/services/notify/definition.yaml:9:3  image is missing',
    '  add image: The image; its tag is the pin in the overlay.',
  )
  refuses(
    'image carries a tag in the base, and no pin in the overlay says more',
    all(
      change(notify, 'platform-kernel/notify', 'platform-kernel/notify:latest'),
      change(
        'overlays/prod/services/notify/kustomization.yaml',
        "images:\n  - name: ghcr.io/septemcore/platform-kernel/notify\n    newTag: '0000000000000000000000000000000000000000'\n",
        '',
      ),
    ),
    'base/services/notify/definition.yaml:9:10  latest is no git SHA: 40 lower-case hex digits',
    '  npm run bump notify <sha> prod',
  )
  checkRefuses(
    'image carries a tag in the base beside the pin of the overlay',
    change(notify, 'platform-kernel/notify', 'platform-kernel/notify:1.4.0'),
    'base/services/notify/definition.yaml:9:10  ghcr.io/septemcore/platform-kernel/notify:1.4.0 carries a tag, and the pin of an overlay replaces it',
    '  write ghcr.io/septemcore/platform-kernel/notify; npm run bump sets the pin',
  )
  refuses(
    'image is that of another service',
    change(notify, 'platform-kernel/notify', 'platform-kernel/iam'),
    'overlays/prod/services/notify/kustomization.yaml:6:5  ghcr.io/septemcore/platform-kernel/notify is no image of notify, so this pin does nothing',
    '  write name: ghcr.io/septemcore/platform-kernel/iam, or correct spec.image of the definition',
  )
  refuses(
    'image is misspelt',
    change(notify, 'platform-kernel/notify', 'platform-kernel/notfy'),
    'overlays/prod/services/notify/kustomization.yaml:6:5  ghcr.io/septemcore/platform-kernel/notify is no image of notify, so this pin does nothing',
    '  write name: ghcr.io/septemcore/platform-kernel/notfy, or correct spec.image of the definition',
  )
  refuses(
    'image has the tag in a field of its own',
    change(
      notify,
      '  image: ghcr.io/septemcore/platform-kernel/notify\n',
      '  image: { repository: ghcr.io/septemcore/platform-kernel/notify, tag: 1.2.3 }\n',
    ),
    'base/services/notify/definition.yaml:9:3  image is {"repository":"ghcr.io/septemcore/platform-kernel/notify"..., not text',
    '  write text (The image; its tag is the pin in the overlay.)',
  )
  refuses(
    'imagePullPolicy is a habit from Deployments',
    change(notify, '  replicas: 3', '  imagePullPolicy: Always\n  replicas: 3'),
    'base/services/notify/definition.yaml:10:3  unknown field imagePullPolicy',
    '  leave it out: every service gets the same; what has to differ goes into spec.patches',
  )
  refuses(
    'command is a habit from Deployments',
    change(notify, '  replicas: 3', '  command: [/app/notify]\n  replicas: 3'),
    'base/services/notify/definition.yaml:10:3  unknown field command',
    '  leave it out: every service gets the same; what has to differ goes into spec.patches',
  )
  refuses(
    'template is a habit from Deployments',
    change(notify, '  replicas: 3', '  template:\n    spec: {}\n  replicas: 3'),
    'base/services/notify/definition.yaml:10:3  unknown field template',
    '  leave it out: every service gets the same; what has to differ goes into spec.patches',
  )
  refuses(
    'serviceAccountName is a habit from Deployments',
    change(notify, '  replicas: 3', '  serviceAccountName: default\n  replicas: 3'),
    'base/services/notify/definition.yaml:10:3  unknown field serviceAccountName',
    '  leave it out: every service gets the same; what has to differ goes into spec.patches',
  )
  refuses(
    'terminationGracePeriodSeconds has no Seconds',
    change(notify, 'terminationGracePeriodSeconds: 120', 'terminationGracePeriod: 120'),
    'base/services/notify/definition.yaml:18:3  unknown field terminationGracePeriod',
    '  did you mean terminationGracePeriodSeconds?',
  )
  refuses(
    'terminationGracePeriodSeconds carries its unit',
    change(notify, 'terminationGracePeriodSeconds: 120', 'terminationGracePeriodSeconds: 120s'),
    'base/services/notify/definition.yaml:18:34  terminationGracePeriodSeconds is "120s", not a whole number',
    '  write a whole number, without quotes or unit (From the order to stop until the process is killed; 45 unless said.)',
  )
  refuses(
    'terminationGracePeriodSeconds is shorter than the sleep',
    change(notify, 'terminationGracePeriodSeconds: 120', 'terminationGracePeriodSeconds: 10'),
    'base/services/notify/definition.yaml:18:34  10 s end before or with the 15 s of preStopSleepSeconds: the process would be killed while it serves',
    '  raise terminationGracePeriodSeconds or lower preStopSleepSeconds',
  )
  refuses(
    'preStopSleepSeconds is longer than the grace of 45 s that nobody wrote',
    change(billing, '  replicas: 3', '  replicas: 3\n  preStopSleepSeconds: 60'),
    'base/services/billing/definition.yaml:11:24  45 s end before or with the 60 s of preStopSleepSeconds: the process would be killed while it serves',
    '  raise terminationGracePeriodSeconds or lower preStopSleepSeconds',
  )
  refuses(
    'tmpSizeLimit is a number',
    change(definition('files'), 'tmpSizeLimit: 1Gi', 'tmpSizeLimit: 64'),
    'base/services/files/definition.yaml:15:17  tmpSizeLimit is 64, not text',
    '  put quotes around it (Size of /tmp, the only folder that can be written; 64Mi unless said.)',
  )
  refuses(
    'tmpSizeLimit is 1GB',
    change(definition('files'), 'tmpSizeLimit: 1Gi', 'tmpSizeLimit: 1GB'),
    'base/services/files/definition.yaml:15:17  tmpSizeLimit is 1GB',
    '  write a number with its unit, as 128Mi or 1Gi (Size of /tmp, the only folder that can be written; 64Mi unless said.)',
  )
})

describe('a definition with wrong head', () => {
  refuses(
    'kind is misspelt',
    change(notify, 'kind: ServiceDefinition', 'kind: ServiceDefintion'),
    'base/services/notify/definition.yaml:3:7  unknown kind ServiceDefintion',
    '  did you mean ServiceDefinition?',
  )
  refuses(
    'kind is missing',
    change(notify, 'kind: ServiceDefinition\n', ''),
    'base/services/notify/definition.yaml:2:1  kind is missing',
    '  add kind',
  )
  refuses(
    'kind is Service',
    change(notify, 'kind: ServiceDefinition', 'kind: Service'),
    'base/services/notify/definition.yaml:3:7  unknown kind Service',
    '  did you mean ServiceDefinition?',
  )
  refuses(
    'apiVersion is v1',
    change(notify, 'platform.septemcore.com/v1alpha1', 'v1'),
    'base/services/notify/definition.yaml:2:13  ServiceDefinition is no kind of v1',
    '  write platform.septemcore.com/v1alpha1',
  )
  refuses(
    'apiVersion is v1beta1 of our group',
    change(notify, 'platform.septemcore.com/v1alpha1', 'platform.septemcore.com/v1beta1'),
    'base/services/notify/definition.yaml:2:13  apiVersion is platform.septemcore.com/v1beta1',
    '  write platform.septemcore.com/v1alpha1',
  )
  refuses(
    'apiVersion has a slip in its group',
    change(notify, 'platform.septemcore.com/v1alpha1', 'platform.septemcor.com/v1alpha1'),
    'base/services/notify/definition.yaml:2:13  ServiceDefinition is no kind of platform.septemcor.com/v1alpha1',
    '  write platform.septemcore.com/v1alpha1',
  )
  refuses(
    'apiVersion has no group',
    change(notify, 'platform.septemcore.com/v1alpha1', 'v1alpha1'),
    'base/services/notify/definition.yaml:2:13  ServiceDefinition is no kind of v1alpha1',
    '  write platform.septemcore.com/v1alpha1',
  )
  refuses(
    'apiVersion is missing',
    change(notify, 'apiVersion: platform.septemcore.com/v1alpha1\n', ''),
    'base/services/notify/definition.yaml:2:1  apiVersion is missing',
    '  add apiVersion',
  )
  refuses(
    'metadata.name is not the name of the folder',
    change(notify, 'name: notify\n  namespace', 'name: notifications\n  namespace'),
    'base/services/notify/definition.yaml:5:9  notifications is defined in the folder of notify',
    '  write name: notify',
  )
  refuses(
    'metadata.name is upper case',
    change(notify, 'name: notify\n  namespace', 'name: Notify\n  namespace'),
    'base/services/notify/definition.yaml:5:9  Notify is defined in the folder of notify',
    '  write name: notify',
    'base/services/notify/definition.yaml:5:9  name is Notify',
    '  write at most 40 of a-z, 0-9 and dashes, a letter first',
  )
  refuses(
    'metadata.name is missing',
    change(notify, '  name: notify\n  namespace', '  namespace'),
    'base/services/notify/definition.yaml:4:1  metadata.name is missing',
    '  add metadata.name',
  )
  refuses(
    'metadata.name is a number',
    change(notify, 'name: notify\n  namespace', 'name: 42\n  namespace'),
    'base/services/notify/definition.yaml:5:9  metadata.name is no text',
    '  quote it: "42"',
  )
  refuses(
    'namespace is missing',
    change(notify, '  namespace: platform-services\n', ''),
    'base/services/notify/definition.yaml:4:1  namespace is missing',
    '  add namespace',
  )
  refuses(
    'namespace is upper case',
    change(notify, 'namespace: platform-services', 'namespace: Platform-Services'),
    'base/services/notify/definition.yaml:6:14  namespace is Platform-Services',
    '  write at most 63 of a-z, 0-9 and dashes',
  )
  refuses(
    'namespace is misspelt',
    change(notify, 'namespace: platform-services', 'nameSpace: platform-services'),
    'base/services/notify/definition.yaml:6:3  unknown field nameSpace',
    '  did you mean namespace?',
  )
  refuses(
    'labels is misspelt',
    change(notify, '  namespace: platform-services', '  namespace: platform-services\n  label: { team: messaging }'),
    'base/services/notify/definition.yaml:7:3  unknown field label',
    '  did you mean labels?',
  )
  refuses(
    'a label is a number',
    change(notify, '  namespace: platform-services', '  namespace: platform-services\n  labels: { tier: 1 }'),
    'base/services/notify/definition.yaml:7:19  tier is 1, not text',
    '  put quotes around it',
  )
  refuses(
    'a label is one that the plugin sets',
    change(
      notify,
      '  namespace: platform-services',
      '  namespace: platform-services\n  labels:\n    app.kubernetes.io/name: notifications',
    ),
    'base/services/notify/definition.yaml:8:29  app.kubernetes.io/name is set by the plugin',
    '  use a label of your own',
  )
  refuses(
    'a label is the version that the plugin sets',
    change(
      notify,
      '  namespace: platform-services',
      '  namespace: platform-services\n  labels: { app.kubernetes.io/version: v1 }',
    ),
    'base/services/notify/definition.yaml:7:40  app.kubernetes.io/version is set by the plugin',
    '  use a label of your own',
  )
  checkRefuses(
    'a label has a blank in its value',
    change(
      notify,
      '  namespace: platform-services',
      '  namespace: platform-services\n  labels: { team: the messengers }',
    ),
    'base/services/notify/definition.yaml:7:19  team is the messengers',
    '  write at most 63 of A-Z, a-z, 0-9, dots, dashes and _',
  )
  checkRefuses(
    'an annotation has a name with two slashes',
    change(notify, '  namespace: platform-services', '  namespace: platform-services\n  annotations: { a/b/c: x }'),
    'base/services/notify/definition.yaml:7:18  a/b/c cannot be a name here',
    '  write at most 63 of A-Z, a-z, 0-9, dots, dashes and _; a domain and a slash may stand before it',
  )
  checkRefuses(
    'an annotation is a map',
    change(
      notify,
      '  namespace: platform-services',
      '  namespace: platform-services\n  annotations: { owner: { team: messaging } }',
    ),
    'base/services/notify/definition.yaml:7:18  owner is {"team":"messaging"}, not text',
    '  write text',
  )
  refuses(
    'two definitions stand in one file',
    append(
      notify,
      '---\napiVersion: platform.septemcore.com/v1alpha1\nkind: ServiceDefinition\nmetadata: { name: notify-worker, namespace: platform-services }\nspec:\n  description: x\n  image: ghcr.io/septemcore/platform-kernel/notify\n  resources: { requests: { cpu: 10m, memory: 32Mi }, limits: { cpu: 10m, memory: 32Mi } }\n',
    ),
    'base/services/notify/definition.yaml:34:19  notify-worker is defined in the folder of notify',
    '  move it to base/services/notify-worker and give it overlays of its own',
  )
  refuses(
    'the same definition stands twice in one file',
    append(
      notify,
      '---\napiVersion: platform.septemcore.com/v1alpha1\nkind: ServiceDefinition\nmetadata: { name: notify, namespace: platform-services }\nspec: {}\n',
    ),
    'base/services/notify/definition.yaml:34:19  ServiceDefinition/notify stands also at base/services/notify/definition.yaml:5:9',
    '  rename or remove one of the two',
  )
})

describe('a definition that is no proper YAML', () => {
  refuses(
    'a tab indents a line',
    change(notify, '  replicas: 3', '\treplicas: 3'),
    'base/services/notify/definition.yaml:10:1  is not valid YAML: Tabs are not allowed as indentation',
    '  indent with blanks',
  )
  refuses(
    'a colon has no blank after it',
    change(notify, 'replicas: 3', 'replicas:3'),
    'base/services/notify/definition.yaml:10:3  is not valid YAML: Implicit keys need to be on a single line',
    '  write name: value, with a blank after the colon, and close every quote',
  )
  refuses(
    'a key stands twice',
    change(notify, '  replicas: 3', '  replicas: 3\n  replicas: 5'),
    'base/services/notify/definition.yaml:11:3  is not valid YAML: Map keys must be unique',
    '  keep one of the two',
  )
  refuses(
    'a bracket is not closed',
    change(notify, 'database: { name: platform_notify }', 'database: { name: platform_notify'),
    'base/services/notify/definition.yaml:20:3  is not valid YAML: Flow map in block collection must be sufficiently indented and end with a }',
    '  close the bracket, and indent all lines of one map alike',
  )
  refuses(
    'a quote is not closed',
    change(notify, 'database: { name: platform_notify }', "database: { name: 'platform_notify }"),
    "base/services/notify/definition.yaml:31:1  is not valid YAML: Missing closing 'quote",
    '  write name: value, and close every quote and bracket',
  )
  refuses(
    'a line is indented by one blank too many',
    change(notify, '  replicas: 3', '   replicas: 3'),
    'base/services/notify/definition.yaml:9:10  is not valid YAML: Nested mappings are not allowed in compact mappings',
    '  indent the entries of one map alike, and quote a value that holds a colon and a blank',
  )
  refuses(
    'the marks of a merge conflict were left',
    change(notify, '  replicas: 3\n', '<<<<<<< HEAD\n  replicas: 3\n=======\n  replicas: 5\n>>>>>>> more\n'),
    'base/services/notify/definition.yaml:10:1  is not valid YAML: Implicit keys need to be on a single line',
    '  finish the merge: its marks still stand in the file',
  )
  refuses(
    'the file is empty',
    write(notify, ''),
    'base/services/notify/definition.yaml  holds no object',
    '  write one, or delete the file and the line that lists it',
    'base/services/notify/definition.yaml  holds no object',
    '  write one, or delete the file and the line that lists it',
  )
  refuses(
    'the file is a list',
    write(notify, '- name: notify\n'),
    'base/services/notify/definition.yaml:1:1  is no Kubernetes object',
    '  write a map with apiVersion, kind and metadata',
  )
  refuses(
    'the file is a word',
    write(notify, 'notify\n'),
    'base/services/notify/definition.yaml:1:1  is no Kubernetes object',
    '  write a map with apiVersion, kind and metadata',
  )
  refuses(
    'an anchor is used that is not there',
    change(notify, 'limits: { cpu: 500m, memory: 128Mi }', 'limits: *limits'),
    'base/services/notify/definition.yaml:13:13  is not valid YAML: Unresolved alias (the anchor must be set before the alias): limits',
    '  write the value out where it is needed',
  )
  refuses(
    'a template was left unfilled',
    change(notify, 'replicas: 3', 'replicas: {{ .Values.replicas }}'),
    'base/services/notify/definition.yaml:10:3  replicas is {"{ .Values.replicas }":null}, not a whole number',
    '  write a whole number, without quotes or unit (3 unless said; not with autoscaling.)',
  )
})
