import { readFileSync } from 'node:fs'
import { vaultSecretsOperator } from '../../../scripts/schemas/vault-secrets-operator.ts'
import type { Api, Json } from './api.ts'
import type { Context } from './context.ts'
import type { Servers } from './servers.ts'

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** Installs the CRDs of Argo CD, kwok, cert-manager, Gateway API, Istio, and stand-ins for the Vault Secrets Operator's, and waits until they serve. */
export async function installCrds({ built, servers }: Context, api: Api): Promise<void> {
  const files = (['argo-cd', 'kwok', 'cert-manager', 'gateway-api', 'istio'] as const).map(
    (project) => built.manifests[`${project}-crds`],
  )
  const objects = files.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as Json[])
  const crds = [...objects.filter(isCrd), ...standIns()]
  await Promise.all(crds.map((crd) => api.create(path, crd)))
  await Promise.all([...served(crds)].map(([at, names]) => waitUntilServed(servers, api, at, names)))
}

function isCrd(object: Json): boolean {
  return object.kind === 'CustomResourceDefinition'
}

function served(crds: Json[]): Map<string, string[]> {
  const served = new Map<string, string[]>()
  for (const { spec } of crds) {
    for (const version of spec.versions.filter((version: Json) => version.served)) {
      const at = `/apis/${spec.group}/${version.name}`
      served.set(at, [...(served.get(at) ?? []), spec.names.plural])
    }
  }
  return served
}

// Asks the discovery: a list of these CRDs is 3 MB, and costs the server more than the CRDs themselves.
async function waitUntilServed(servers: Servers, api: Api, at: string, names: string[]): Promise<void> {
  await servers.until(`${at} is served`, async () => {
    const { resources } = await api.get(at)
    return names.every((name) => resources.some((resource: Json) => resource.name === name))
  })
}

// The Go module proxy does not serve the operator's archive: these say of its kinds what `npm run check` says.
function standIns(): Json[] {
  return Object.entries(vaultSecretsOperator).map(([id, { properties }]) => {
    const [apiVersion = '', kind = ''] = id.split(' ')
    const [group = '', version = ''] = apiVersion.split('/')
    const plural = `${kind.toLowerCase()}s`
    const status = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
    const schema = { type: 'object', properties: { spec: (properties as { spec: object }).spec, status } }
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: schema },
          },
        ],
      },
    }
  })
}
