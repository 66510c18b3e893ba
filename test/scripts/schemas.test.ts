import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { restricted } from '../../scripts/schemas/pod-security.ts'
import { parseQuantity } from '../../scripts/schemas/quantity.ts'
import { kinds, type Problem, sources, validateObject } from '../../scripts/schemas/strict.ts'

type Json = Record<string, unknown>

const labels = { 'app.kubernetes.io/name': 'iam' }

const podSpec = (): Json => ({
  serviceAccountName: 'iam',
  securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
  terminationGracePeriodSeconds: 45,
  initContainers: [
    {
      name: 'vault',
      image: 'vault:1.19.5',
      restartPolicy: 'Always',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
  containers: [
    {
      name: 'iam',
      image: 'ghcr.io/septemcore/platform-kernel/iam:0000000000000000000000000000000000000000',
      env: [
        { name: 'LOG_LEVEL', value: 'info' },
        { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
      ports: [
        { name: 'http', containerPort: 8080 },
        { name: 'dns', containerPort: 53, protocol: 'TCP' },
        { name: 'dns-udp', containerPort: 53, protocol: 'UDP' },
      ],
      readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
      lifecycle: { preStop: { sleep: { seconds: 5 } } },
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
    },
  ],
  volumes: [{ name: 'tmp', emptyDir: {} }],
})

const object = (apiVersion: string, kind: string, rest: Json): Json => ({
  apiVersion,
  kind,
  metadata: { name: 'iam', namespace: 'platform', labels: { ...labels } },
  ...rest,
})

const valid: Record<string, () => Json> = {
  Deployment: () =>
    object('apps/v1', 'Deployment', {
      spec: {
        replicas: 3,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        selector: { matchLabels: { ...labels } },
        template: { metadata: { labels: { ...labels }, creationTimestamp: null }, spec: podSpec() },
      },
    }),
  StatefulSet: () =>
    object('apps/v1', 'StatefulSet', {
      spec: {
        serviceName: 'iam',
        selector: { matchLabels: { ...labels } },
        template: {
          metadata: { labels: { ...labels } },
          spec: {
            containers: [{ name: 'db', image: 'postgres:17', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
          },
        ],
      },
    }),
  Job: () => object('batch/v1', 'Job', { spec: { template: { spec: { ...podSpec(), restartPolicy: 'Never' } } } }),
  CronJob: () =>
    object('batch/v1', 'CronJob', {
      spec: {
        schedule: '*/5 * * * *',
        jobTemplate: { spec: { template: { spec: { ...podSpec(), restartPolicy: 'OnFailure' } } } },
      },
    }),
  Service: () =>
    object('v1', 'Service', {
      spec: { selector: { ...labels }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    }),
  HorizontalPodAutoscaler: () =>
    object('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'iam' },
        minReplicas: 3,
        maxReplicas: 20,
        metrics: [
          {
            type: 'ContainerResource',
            containerResource: {
              container: 'iam',
              name: 'cpu',
              target: { type: 'Utilization', averageUtilization: 60 },
            },
          },
        ],
      },
    }),
  PodDisruptionBudget: () =>
    object('policy/v1', 'PodDisruptionBudget', {
      spec: { maxUnavailable: 1, selector: { matchLabels: { ...labels } } },
    }),
  ConfigMap: () => object('v1', 'ConfigMap', { data: { 'a.conf': 'x' } }),
  Secret: () => object('v1', 'Secret', { type: 'Opaque', data: { key: 'aGVsbG8=' } }),
  NetworkPolicy: () =>
    object('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 443 }] }],
      },
    }),
  ClusterRoleBinding: () =>
    object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
      subjects: [{ kind: 'ServiceAccount', name: 'vault', namespace: 'infra' }],
    }),
  VaultDynamicSecret: () =>
    object('secrets.hashicorp.com/v1beta1', 'VaultDynamicSecret', {
      spec: {
        mount: 'database',
        path: 'creds/iam',
        renewalPercent: 67,
        destination: { name: 'iam-db', create: true },
        rolloutRestartTargets: [{ kind: 'Deployment', name: 'iam' }],
        vaultAuthRef: 'iam',
      },
    }),
  VaultAuth: () =>
    object('secrets.hashicorp.com/v1beta1', 'VaultAuth', {
      spec: {
        vaultConnectionRef: 'vault',
        method: 'kubernetes',
        mount: 'kubernetes',
        kubernetes: { role: 'iam', serviceAccount: 'iam', audiences: ['vault'] },
      },
    }),
  Application: () =>
    object('argoproj.io/v1alpha1', 'Application', {
      spec: {
        project: 'platform',
        destination: { server: 'https://kubernetes.default.svc', namespace: 'platform' },
        source: {
          repoURL: 'https://charts.example.com',
          chart: 'istiod',
          targetRevision: '1.29.2',
          helm: { valuesObject: { any: { thing: ['at', 'all'] } } },
        },
        syncPolicy: { automated: { prune: true }, syncOptions: ['ServerSideApply=true'] },
      },
    }),
  Certificate: () =>
    object('cert-manager.io/v1', 'Certificate', {
      spec: { secretName: 'tls', dnsNames: ['a.example.com'], issuerRef: { name: 'ca', kind: 'ClusterIssuer' } },
    }),
  DestinationRule: () =>
    object('networking.istio.io/v1', 'DestinationRule', {
      spec: {
        host: 'iam',
        trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' }, loadBalancer: { simple: 'LEAST_REQUEST' } },
      },
    }),
  Gateway: () =>
    object('gateway.networking.k8s.io/v1', 'Gateway', {
      spec: {
        gatewayClassName: 'istio',
        addresses: [{ value: '10.0.0.1' }],
        listeners: [{ name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'tls' }] } }],
      },
    }),
}

/** Sets the value at a path of words and list indexes; `undefined` deletes. */
function mutate(root: Json, path: string, value: unknown): Json {
  const keys = path.split(' ')
  const last = keys.pop() as string
  const parent = keys.reduce((inner, key) => (inner[key] ??= {}) as Json, root)
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return root
}

const print = (problems: Problem[]): string[] =>
  problems.map(({ path, fact, remedy }) => `${path.join(' ')}: ${fact} / ${remedy}`)

const pod = 'spec template spec'
const container = `${pod} containers 0`

describe('an object the API server takes', () => {
  test.each(Object.entries(valid))('%s', (_, make) => {
    expect(print(validateObject(make()))).toEqual([])
  })

  test('stays as it was, although defaults count', () => {
    const gateway = valid.Gateway!()
    validateObject(gateway)
    expect(gateway).toEqual(valid.Gateway!())
  })

  test('is found among the kinds, which all compile', () => {
    for (const { apiVersion, kind } of kinds()) {
      const problems = validateObject({ apiVersion, kind, metadata: { name: 'a' }, nonsense: 1 })
      expect(print(problems).join('\n'), kind).toContain('nonsense: unknown field nonsense')
    }
    expect(kinds().length).toBeGreaterThan(75)
    for (const make of Object.values(valid)) {
      const { apiVersion, kind } = make()
      expect(kinds()).toContainEqual({ apiVersion, kind })
    }
  })
})

describe('one change, refused where it is, with what to do', () => {
  test.each<[kind: string, path: string, value: unknown, message: string]>([
    ['Deployment', 'spec replica', 3, 'spec replica: unknown field replica / did you mean replicas?'],
    ['Deployment', 'spec replicas', '3', 'spec replicas: is a string / write an integer'],
    ['Deployment', 'spec replicas', -1, 'spec replicas: replicas is -1 / write 0 or more'],
    [
      'Deployment',
      'spec replicas',
      3e9,
      'spec replicas: 3000000000 does not fit into 32 bits / write a smaller number',
    ],
    ['Deployment', 'spec selector', undefined, 'spec selector: selector is missing / write selector, it is required'],
    [
      'Deployment',
      'spec selector matchLabels app',
      'x',
      'spec selector matchLabels app: the pod template has no label app',
    ],
    ['Deployment', 'spec strategy rollingUpdate maxSurge', 0, 'maxSurge and maxUnavailable are both 0 / raise one'],
    ['Deployment', 'spec strategy type', 'Recreate', 'Recreate has no rollingUpdate / remove one of the two'],
    ['Deployment', 'spec strategy rollingUpdate maxSurge', '1', '"25%"'],
    ['Deployment', 'apiVersion', 'apps/v1beta1', 'apiVersion: Deployment is not known in apps/v1beta1 / use apps/v1'],
    ['Deployment', 'kind', 'Deploymnt', 'kind: Deploymnt is no known kind of apps/v1 / did you mean Deployment?'],
    ['Deployment', 'metadata name', 'IAM', 'metadata name: name IAM is no DNS name / write at most 253'],
    ['Deployment', 'metadata labels a', 'x!', 'metadata labels a: "x!" is no label value / write at most 63'],
    ['Deployment', 'metadata labels -a', 'x', 'metadata labels -a: key -a is not allowed / write [dns.name/]name'],
    ['Deployment', 'metadata annotations a', 'x'.repeat(262144), 'annotations take 262145 bytes / keep them under'],
    ['Deployment', 'metadata annotations a', true, 'metadata annotations a: is a boolean / write a string: quote it'],
    ['Deployment', `${pod} restartPolicy`, 'Never', `${pod} restartPolicy: restartPolicy is Never / use Always`],
    [
      'Deployment',
      `${pod} volumes 0 name`,
      'temp',
      'volumeMounts 0 name: the pod has no volume tmp / its volumes: temp',
    ],
    ['Deployment', `${pod} volumes 0 secret`, {}, 'volumes 0: volume has emptyDir and secret / keep one of them'],
    ['Deployment', `${pod} volumes 1`, { name: 'tmp' }, `${pod} volumes 1: second entry with name "tmp" / remove one`],
    ['Deployment', `${pod} containers 1`, null, `${pod} containers 1: is an empty item / write it or remove it`],
    ['Deployment', `${container} image`, undefined, `${container} image: image is missing / write the image`],
    [
      'Deployment',
      `${container} imagePullPolicy`,
      'Alway',
      'did you mean Always? use one of Always, IfNotPresent, Never',
    ],
    ['Deployment', `${container} name`, 'vault', `${container} name: second container named vault`],
    ['Deployment', `${container} name`, 'a.b', `${container} name: container name a.b is no DNS label`],
    ['Deployment', `${container} name`, null, `${container} name: name is missing / write name, it is required`],
    [
      'Deployment',
      `${container} env 0 value`,
      5432,
      `${container} env 0 value: is an integer / write a string: quote it`,
    ],
    ['Deployment', `${container} env 0 name`, 'A=B', `${container} env 0 name: "A=B" is no variable name`],
    ['Deployment', `${container} env 0 name`, 'POD_NAME', `${container} env 1: second entry with name "POD_NAME"`],
    ['Deployment', `${container} env 1 value`, 'x', 'env 1 valueFrom: value and valueFrom are both set / keep one'],
    ['Deployment', `${container} env 1 valueFrom`, {}, 'env 1 valueFrom: valueFrom has 0 sources / write exactly one'],
    ['Deployment', `${container} ports 0 name`, 'a-name-of-sixteen', 'port name a-name-of-sixteen is not allowed'],
    ['Deployment', `${container} ports 1 name`, 'http', 'ports 1 name: second port named http / name each port'],
    ['Deployment', `${container} ports 0 containerPort`, 70000, 'port 70000 does not exist / write a number from 1'],
    [
      'Deployment',
      `${container} ports 2 protocol`,
      undefined,
      'ports 2: second entry with containerPort 53, protocol "TCP"',
    ],
    [
      'Deployment',
      `${container} readinessProbe httpGet port`,
      'web',
      'the container has no port web / its ports: http',
    ],
    ['Deployment', `${container} readinessProbe exec`, {}, 'readinessProbe: has exec and httpGet / write one of'],
    ['Deployment', `${container} lifecycle preStop sleep seconds`, 60, 'sleep 60 is not within 0 and 45 / raise'],
    [
      'Deployment',
      `${container} resources limits memory`,
      '256MB',
      '"256MB" is no quantity / write a number with a suffix',
    ],
    [
      'Deployment',
      `${container} resources requests memory`,
      '1Gi',
      'memory requests 1Gi, above the limit 256Mi / lower',
    ],
    ['Deployment', `${container} resources requests ram`, '1Gi', 'ram is no resource of a container / use cpu, memory'],
    ['Deployment', `${pod} initContainers 0 restartPolicy`, undefined, ''],
    ['Deployment', `${pod} initContainers 0 readinessProbe`, {}, 'initContainers 0 readinessProbe: has no action'],
    ['StatefulSet', 'metadata name', 'a.b', 'metadata name: name a.b is no DNS label'],
    ['StatefulSet', 'spec volumeClaimTemplates', [], 'the pod has no volume data / add it to volumes'],
    ['StatefulSet', 'spec volumeClaimTemplates 0 spec storageClass', 'x', 'did you mean storageClassName?'],
    ['Job', `${pod} restartPolicy`, undefined, 'restartPolicy is Always / use OnFailure or Never'],
    ['CronJob', 'spec schedule', 'daily', 'spec schedule: daily is no schedule / write five fields'],
    ['CronJob', 'metadata name', 'a'.repeat(53), 'is too long / write at most 52 characters'],
    ['Service', 'metadata name', 'a.b', 'metadata name: name a.b is no DNS label'],
    ['Service', 'spec ports 1', { port: 81 }, 'spec ports 1 name: name is missing / with more than one port'],
    ['Service', 'spec ports 0 port', 0, 'spec ports 0 port: port 0 does not exist'],
    ['Service', 'spec type', 'Loadbalancer', 'did you mean LoadBalancer? use one of ClusterIP, ExternalName'],
    ['Service', 'spec selector', ['a'], 'spec selector: is a list / write a map'],
    ['HorizontalPodAutoscaler', 'spec maxReplicas', 2, 'maxReplicas 2 is below minReplicas 3 / raise it'],
    ['HorizontalPodAutoscaler', 'spec minReplicas', 0, 'minReplicas is 0 / write 1 or more: HPAScaleToZero is off'],
    ['HorizontalPodAutoscaler', 'spec metrics 0 type', 'Resource', 'metrics 0 resource: resource is missing'],
    [
      'HorizontalPodAutoscaler',
      'spec metrics 0 containerResource target type',
      'AverageValue',
      'averageValue is missing / type AverageValue needs it',
    ],
    ['PodDisruptionBudget', 'spec minAvailable', 1, 'spec: minAvailable and maxUnavailable are both set / keep one'],
    ['PodDisruptionBudget', 'spec maxUnavailable', 'all', 'spec maxUnavailable: all is no share'],
    ['ConfigMap', 'data a/b', 'x', 'data a/b: key a/b is not allowed'],
    ['ConfigMap', 'data port', 5432, 'data port: is an integer / write a string: quote it'],
    ['Secret', 'data key', 'not base64!', 'data key: the value is not base64 / encode it, or use stringData'],
    ['NetworkPolicy', 'spec egress 0 to 0 podSelector', {}, 'has ipBlock and podSelector / ipBlock stands alone'],
    ['NetworkPolicy', 'spec policyTypes 0', 'egress', 'did you mean Egress? use one of Egress, Ingress'],
    ['ClusterRoleBinding', 'subjects 0 namespace', undefined, 'subjects 0 namespace: namespace is missing'],
    ['VaultDynamicSecret', 'spec destination', undefined, 'spec destination: destination is missing'],
    [
      'VaultDynamicSecret',
      'spec destination overwite',
      true,
      'spec destination overwite: unknown field overwite / did you mean overwrite?',
    ],
    ['VaultDynamicSecret', 'spec rolloutRestartTargets 0 kind', 'Job', 'use one of Deployment, DaemonSet, StatefulSet'],
    ['VaultDynamicSecret', 'spec refreshAfter', '1d', 'spec refreshAfter: "1d" has the wrong form / it must match'],
    ['VaultDynamicSecret', 'spec renewalPercent', 95, 'spec renewalPercent: 95 is refused / must be <= 90'],
    ['VaultAuth', 'spec kubernetes tokenExpirationSeconds', 60, '60 is refused / must be >= 600'],
    ['VaultAuth', 'spec kubernetes audience', 'vault', 'unknown field audience / did you mean audiences?'],
    ['Application', 'spec source helm valueObject', {}, 'unknown field valueObject / did you mean valuesObject?'],
    ['Application', 'spec syncPolicy automated selfheal', true, 'did you mean selfHeal?'],
    ['Application', 'spec project', null, 'spec project: is empty (null) / write a string'],
    ['Certificate', 'spec issuerRef name', undefined, 'spec issuerRef name: name is missing'],
    ['Certificate', 'spec privateKey rotation', 'Always', 'unknown field rotation / did you mean rotationPolicy?'],
    ['DestinationRule', 'spec trafficPolicy tls snii', 'x', 'unknown field snii / did you mean sni?'],
    [
      'DestinationRule',
      'spec trafficPolicy loadBalancer consistentHash',
      { useSourceIp: true },
      'spec trafficPolicy loadBalancer: sets simple and consistentHash together / keep one of them',
    ],
    ['Gateway', 'spec listeners 1', { name: 'https', port: 80, protocol: 'HTTP' }, 'second entry with name "https"'],
    ['Gateway', 'spec listeners 0 name', 'A B', '"A B" has the wrong form / it must match'],
  ])('%s %s %j', (kind, path, value, message) => {
    const problems = print(validateObject(mutate(valid[kind]!(), path, value)))
    if (message === '') expect(problems).toEqual([])
    else
      expect(
        problems.some((problem) => problem.includes(message)),
        problems.join('\n'),
      ).toBe(true)
  })

  test('a message never repeats what may be secret', () => {
    const secret = mutate(mutate(valid.Secret!(), 'data key', 'hunter2!'), 'stringData pin', 1234)
    const deployment = mutate(valid.Deployment!(), `${container} env 0 value`, 31337)
    expect(JSON.stringify([validateObject(secret), validateObject(deployment)])).not.toMatch(/hunter2|1234|31337/)
  })

  test.each([[null], [[]], ['x'], [{}], [{ kind: 'Pod' }]])('%j is no object', (value) => {
    expect(validateObject(value)).toHaveLength(1)
  })

  test('no value anywhere makes it throw', () => {
    const paths = (value: unknown, path: string[]): string[][] =>
      typeof value === 'object' && value !== null
        ? [path, ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]))]
        : [path]
    const places = Object.keys(valid).flatMap((kind) =>
      paths(valid[kind]!(), [])
        .filter((path) => path.length > 0)
        .map((path) => [kind, path.join(' ')] as const),
    )
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), ([kind, path], value) => {
        const changed = mutate(valid[kind]!(), path, value)
        validateObject(changed)
        restricted(changed)
      }),
      { numRuns: 500 },
    )
  })
})

describe('pod security, restricted', () => {
  test.each(['Deployment', 'Job', 'CronJob', 'Service'])('%s passes', (kind) => {
    expect(print(restricted(valid[kind]!()))).toEqual([])
  })

  const security = `${container} securityContext`
  test.each<[path: string, value: unknown, message: string]>([
    [`${pod} hostNetwork`, true, 'hostNetwork: hostNetwork shares a namespace of the node / remove it'],
    [`${pod} hostPID`, true, 'hostPID shares a namespace'],
    [`${pod} hostIPC`, true, 'hostIPC shares a namespace'],
    [
      `${pod} volumes 0`,
      { name: 'tmp', hostPath: { path: '/' } },
      'volumes 0 hostPath: volume type hostPath is not allowed',
    ],
    [`${pod} volumes 0`, { name: 'tmp', nfs: {} }, 'volume type nfs is not allowed / use one of configMap, csi'],
    [`${security} privileged`, true, 'container iam is privileged'],
    [`${security} capabilities`, undefined, 'capabilities drop: container iam keeps capabilities / write drop: [ALL]'],
    [`${security} capabilities add`, ['NET_RAW'], 'capabilities add 0: capability NET_RAW is not allowed'],
    [`${security} allowPrivilegeEscalation`, undefined, 'allowPrivilegeEscalation: container iam may gain privileges'],
    [`${security} procMount`, 'Unmasked', 'procMount: procMount is Unmasked / use Default'],
    [`${security} runAsNonRoot`, false, 'runAsNonRoot is false / set it to true'],
    [`${security} runAsUser`, 0, 'runAsUser: runAsUser is 0 (root)'],
    [
      `${security} seccompProfile`,
      { type: 'Unconfined' },
      'seccomp profile is not allowed / use one of RuntimeDefault',
    ],
    [`${security} appArmorProfile`, { type: 'Unconfined' }, 'AppArmor profile is not allowed'],
    [`${security} seLinuxOptions`, { type: 'spc_t' }, 'seLinuxOptions type: SELinux type is not allowed'],
    [`${security} seLinuxOptions`, { user: 'u' }, 'seLinuxOptions user: SELinux user is not allowed / remove it'],
    [`${security} windowsOptions`, { hostProcess: true }, 'hostProcess is not allowed'],
    [`${container} ports 0 hostPort`, 80, 'ports 0 hostPort: hostPort 80 is not allowed'],
    [`${container} readinessProbe httpGet host`, '1.2.3.4', 'readinessProbe httpGet host: host is not allowed here'],
    [
      `${container} lifecycle preStop tcpSocket`,
      { host: 'a' },
      'lifecycle preStop tcpSocket host: host is not allowed',
    ],
    [
      `${pod} securityContext runAsNonRoot`,
      undefined,
      'initContainers 0 securityContext runAsNonRoot: container vault may',
    ],
    [`${pod} securityContext runAsUser`, 0, `${pod} securityContext runAsUser: runAsUser is 0 (root)`],
    [
      `${pod} securityContext seccompProfile`,
      undefined,
      'container iam has no seccomp profile / set type RuntimeDefault',
    ],
    [
      `${pod} securityContext sysctls`,
      [{ name: 'kernel.msgmax' }],
      'sysctls 0 name: sysctl kernel.msgmax is not a safe one',
    ],
    [
      'spec template metadata annotations container.apparmor.security.beta.kubernetes.io/iam',
      'unconfined',
      'AppArmor profile is not allowed',
    ],
    [`${pod} ephemeralContainers`, [{ name: 'debug' }], 'ephemeralContainers 0 securityContext capabilities drop'],
  ])('%s %j', (path, value, message) => {
    const problems = print(restricted(mutate(valid.Deployment!(), path, value)))
    expect(
      problems.some((problem) => problem.includes(message)),
      problems.join('\n'),
    ).toBe(true)
  })

  test.each<[path: string, value: unknown]>([
    [`${security} capabilities add`, ['NET_BIND_SERVICE']],
    [`${pod} volumes 0`, { name: 'tmp', image: { reference: 'a' } }],
    [`${pod} volumes 0`, { name: 'tmp' }],
    [`${pod} securityContext sysctls`, [{ name: 'net.ipv4.tcp_rmem' }]],
    [`${security} seLinuxOptions`, { type: 'container_engine_t' }],
  ])('%s %j is allowed', (path, value) => {
    expect(print(restricted(mutate(valid.Deployment!(), path, value)))).toEqual([])
  })

  test('a pod in its own user namespace may run as its root', () => {
    const inside = mutate(mutate(valid.Deployment!(), `${pod} hostUsers`, false), `${security} runAsUser`, 0)
    expect(print(restricted(inside))).toEqual([])
  })

  test('a Pod is its own template, and what makes no pods has nothing to refuse', () => {
    const bare = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'a' }] } }
    expect(restricted(bare)).toHaveLength(4)
    expect(restricted(bare)[0]?.path).toEqual([
      'spec',
      'containers',
      '0',
      'securityContext',
      'allowPrivilegeEscalation',
    ])
    expect(restricted(null)).toEqual([])
  })
})

test.each<[quantity: unknown, billionths: bigint | undefined]>([
  ['250m', 250_000_000n],
  ['1.5Gi', 1_610_612_736_000_000_000n],
  ['1e3', 1_000_000_000_000n],
  ['1E', 10n ** 27n],
  ['-1', -1_000_000_000n],
  [2, 2_000_000_000n],
  ['0.1n', 1n],
  ['.5', 500_000_000n],
  ['256MB', undefined],
  ['1 Gi', undefined],
  ['', undefined],
  [null, undefined],
])('quantity %j', (quantity, billionths) => {
  expect(parseQuantity(quantity)).toBe(billionths)
})

test('the bundle is made from the versions that run', () => {
  expect(sources()).toEqual({
    'k8s.io/kubernetes': 'v1.36.3',
    'github.com/argoproj/argo-cd/v3': 'v3.5.3',
    'github.com/cert-manager/cert-manager': 'v1.21.2',
    'istio.io/api': 'v1.29.2',
    'sigs.k8s.io/gateway-api': 'v1.5.1',
    'vault-secrets-operator (by hand)': '1.4.1',
  })
})
