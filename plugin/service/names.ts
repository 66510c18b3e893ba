import type { ServiceDefinition } from '../kinds/service-definition.ts'
import type { KubernetesObject } from '../kind.ts'

/** The Secret with the certificate authority of the platform's own servers, and where pods find it. */
export const authority = { secret: 'platform-ca', key: 'ca.crt', folder: '/etc/platform/tls' } as const

/** The audience that Vault's Kubernetes auth roles are bound to. */
export const vaultAudience = 'vault'

/** Takes a service's name, returns the name of its ServiceAccount, which is also its role in Vault. */
export const accountName = (service: string): string => `platform-${service}`

/** Takes a service's name, returns the name of the Secret with its database address. */
export const databaseSecretName = (service: string): string => `${service}-database`

/** Takes a service's name and a Vault path, returns the name of the Secret that mirrors the path. */
export const secretName = (service: string, path: string): string => `${service}-${path.replaceAll(/[/_]/g, '-')}`

/** The key under which a database Secret holds the address. */
export const databaseSecretKey = 'dsn'

/** Takes a definition, returns the labels by which its pods are selected; they can never change. */
export function selectorLabels(definition: ServiceDefinition): Record<string, string> {
  return { 'app.kubernetes.io/name': definition.metadata.name }
}

/** Takes a definition, returns the labels that every object of the service carries. */
export function commonLabels(definition: ServiceDefinition): Record<string, string> {
  return {
    ...definition.metadata.labels,
    ...selectorLabels(definition),
    'app.kubernetes.io/component': 'service',
    'app.kubernetes.io/part-of': 'platform-kernel',
  }
}

/** Takes a definition and an object's kind, name and body, returns the object in the service's namespace, labelled. */
export function serviceObject<Body extends object>(
  definition: ServiceDefinition,
  apiVersion: string,
  kind: string,
  name: string,
  body: Body,
): KubernetesObject & Body {
  const { namespace, annotations } = definition.metadata
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, labels: commonLabels(definition), ...(annotations && { annotations }) },
    ...body,
  }
}
