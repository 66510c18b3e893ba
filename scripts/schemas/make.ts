import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import {
  type CustomResourceDefinition,
  isSchema,
  type OpenApi,
  properties,
  reduceBuiltin,
  reduceCrd,
  type Schema,
} from './reduce.ts'

const kubernetes = { module: 'k8s.io/kubernetes', version: 'v1.36.3' }

/** Each group and version, and the kinds of it that a deployment repository writes. */
const builtin: Record<string, string[]> = {
  'admissionregistration.k8s.io/v1': [
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration',
  ],
  'apps/v1': ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'batch/v1': ['CronJob', 'Job'],
  'networking.k8s.io/v1': ['Ingress', 'IngressClass', 'NetworkPolicy'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'scheduling.k8s.io/v1': ['PriorityClass'],
  'storage.k8s.io/v1': ['CSIDriver', 'StorageClass', 'VolumeAttributesClass'],
  v1: [
    'ConfigMap',
    'Endpoints',
    'LimitRange',
    'Namespace',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'Pod',
    'ResourceQuota',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
}

const crds = [
  {
    module: 'github.com/argoproj/argo-cd/v3',
    version: 'v3.5.3',
    files: ['manifests/crds/application-crd.yaml', 'manifests/crds/appproject-crd.yaml'],
    kinds: ['AppProject', 'Application'],
  },
  {
    module: 'github.com/cert-manager/cert-manager',
    version: 'v1.21.2',
    files: ['certificates', 'clusterissuers', 'issuers'].map((plural) => `deploy/crds/cert-manager.io_${plural}.yaml`),
    kinds: ['Certificate', 'ClusterIssuer', 'Issuer'],
  },
  {
    module: 'istio.io/api',
    version: 'v1.29.2',
    files: ['kubernetes/customresourcedefinitions.gen.yaml'],
    kinds: [
      'AuthorizationPolicy',
      'DestinationRule',
      'Gateway',
      'PeerAuthentication',
      'RequestAuthentication',
      'ServiceEntry',
      'Sidecar',
      'Telemetry',
      'VirtualService',
    ],
  },
  {
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.5.1',
    files: ['gatewayclasses', 'gateways', 'grpcroutes', 'httproutes', 'referencegrants'].map(
      (plural) => `config/crd/standard/gateway.networking.k8s.io_${plural}.yaml`,
    ),
    kinds: ['GRPCRoute', 'Gateway', 'GatewayClass', 'HTTPRoute', 'ReferenceGrant'],
  },
]

const origin =
  'Made by `npm run schemas` from the OpenAPI v3 documents and the CRDs published in the Go modules below: descriptions and CEL rules ' +
  'left out, closed by scripts/schemas/strict.ts. Enumerations of Kubernetes itself come from its generated OpenAPI code. ' +
  'Do not edit.'

/** Takes a module and version, returns its folder in Go's module cache; downloads it when missing, fails as `go` fails. */
function moduleFolder({ module, version }: { module: string; version: string }): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], { encoding: 'utf8' })
  return (JSON.parse(answer) as { Dir: string }).Dir
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isSchema(value)) return value
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]))
}

/** The published OpenAPI leaves enumerations out; the generated code that the API server is built from has them. */
function enumerations(source: string): Map<string, { values: string[]; ofItems: boolean }> {
  const found = new Map<string, { values: string[]; ofItems: boolean }>()
  let definition = ''
  let property = ''
  for (const line of source.split('\n')) {
    const start = /^func schema_k8sio_api_(\w+)_(v\d\w*)_(\w+)\(ref/.exec(line)
    if (line.startsWith('func ')) definition = start ? `${start[1]}.${start[2]}.${start[3]}` : ''
    const name = /^\t{5}"(\w+)": \{$/.exec(line)
    if (name) property = name[1] ?? ''
    const list = /^(\t+)Enum: +\[\]interface\{\}(\{.*\}),$/.exec(line)
    if (!list || !definition) continue
    const values = JSON.parse(`[${(list[2] ?? '').slice(1, -1)}]`) as string[]
    found.set(`${definition}.${property}`, { values: values.sort(), ofItems: (list[1] ?? '').length > 7 })
  }
  return found
}

function addBuiltin(definitions: Map<string, Schema>, kinds: Map<string, string>): void {
  const folder = moduleFolder(kubernetes)
  const enums = enumerations(readFileSync(join(folder, 'pkg/generated/openapi/zz_generated.openapi.go'), 'utf8'))
  const reduced = reduceBuiltin(builtin, (apiVersion) => {
    const file = `${apiVersion === 'v1' ? 'api' : 'apis'}__${apiVersion.replace('/', '__')}_openapi.json`
    return JSON.parse(readFileSync(join(folder, 'api/openapi-spec/v3', file), 'utf8')) as OpenApi
  })
  for (const [kind, name] of reduced.kinds) kinds.set(kind, name)
  for (const [name, schema] of reduced.definitions) definitions.set(name, schema)
  for (const [place, { values, ofItems }] of enums) {
    const [, name = '', property = ''] = /^(.*)\.(\w+)$/.exec(place) ?? []
    const named = properties(definitions.get(name) ?? {})[property]
    const target = ofItems ? ((named?.items ?? named?.additionalProperties) as Schema | undefined) : named
    if (target?.type === 'string') target.enum = values
  }
}

function addCustom(roots: Map<string, Schema>): void {
  for (const source of crds) {
    const folder = moduleFolder(source)
    for (const file of source.files) {
      for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
        const crd = document.toJS() as CustomResourceDefinition | null
        if (crd?.kind !== 'CustomResourceDefinition' || !source.kinds.includes(crd.spec.names.kind)) continue
        for (const [kind, schema] of reduceCrd(crd)) roots.set(kind, schema)
      }
    }
  }
}

const worthSharing = 150

/** Takes the roots, returns them with every structural part that occurs twice replaced by a reference to one definition. */
function share(roots: Map<string, Schema>, definitions: Map<string, Schema>, kinds: Map<string, string>): void {
  const occurrences = new Map<string, number>()
  const parts = (schema: Schema): Schema[] =>
    [...Object.values((schema.properties ?? {}) as Schema), schema.items, schema.additionalProperties].filter(isSchema)
  const count = (schema: Schema): void => {
    const text = JSON.stringify(sorted(schema))
    const before = occurrences.get(text) ?? 0
    occurrences.set(text, before + 1)
    // The parts of a repeated whole repeat with it and need no definition of their own.
    if (before === 0) parts(schema).forEach(count)
  }
  for (const schema of roots.values()) count(schema)

  const names = new Map<string, string>()
  const replace = (schema: Schema, isRoot = false): Schema => {
    const text = JSON.stringify(sorted(schema))
    if (isRoot || ((occurrences.get(text) ?? 0) > 1 && text.length > worthSharing)) {
      let name = names.get(text)
      if (name === undefined) {
        name = `crd.${names.size}`
        names.set(text, name)
        definitions.set(name, inside(schema))
      }
      return { $ref: `#/definitions/${name}` }
    }
    return inside(schema)
  }
  const inside = (schema: Schema): Schema => {
    const copy = { ...schema }
    if (isSchema(schema.items)) copy.items = replace(schema.items)
    if (isSchema(schema.additionalProperties)) copy.additionalProperties = replace(schema.additionalProperties)
    if (isSchema(schema.properties)) {
      const entries = Object.entries(schema.properties as Record<string, Schema>)
      copy.properties = Object.fromEntries(entries.map(([name, value]) => [name, replace(value)]))
    }
    return copy
  }
  for (const key of [...roots.keys()].sort()) {
    const { $ref } = replace(roots.get(key) as Schema, true)
    kinds.set(key, ($ref as string).replace(/^.*\//, ''))
  }
}

/** Takes nothing, returns the bundle's text, the same for the same module versions; fails when `go` or a wanted kind is missing. */
export function makeBundle(): string {
  const definitions = new Map<string, Schema>()
  const kinds = new Map<string, string>()
  const roots = new Map<string, Schema>()
  addBuiltin(definitions, kinds)
  addCustom(roots)
  share(roots, definitions, kinds)
  const sources = [kubernetes, ...crds].map(({ module, version }): [string, string] => [module, version])
  const section = (name: string, entries: Iterable<[string, unknown]>): string => {
    const lines = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
    const text = lines.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(sorted(value))}`)
    return `${JSON.stringify(name)}:{\n${text.join(',\n')}\n}`
  }
  const header = `"header":${JSON.stringify({ origin, sources: Object.fromEntries(sources) })}`
  return `{\n${header},\n${section('kinds', kinds)},\n${section('definitions', definitions)}\n}\n`
}

if (import.meta.main) {
  const text = makeBundle()
  writeFileSync(join(import.meta.dirname, 'bundle.json'), text)
  console.log(`scripts/schemas/bundle.json: ${Math.round(text.length / 1024)} KiB`)
}
