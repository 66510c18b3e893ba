type Schema = Record<string, unknown>

export const vaultSecretsOperatorVersion = '1.4.1'

const string: Schema = { type: 'string' }
const boolean: Schema = { type: 'boolean' }
const strings: Schema = { type: 'array', items: string }
const stringMap: Schema = { type: 'object', additionalProperties: string }
const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values })
const object = (properties: Record<string, Schema>, required: string[] = []): Schema =>
  required.length === 0 ? { type: 'object', properties } : { type: 'object', properties, required }

/** Seconds, minutes or hours; days only where a field says so. */
const duration: Schema = { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(s|m|h)$' }

const kubernetesAuth = object({
  audiences: strings,
  role: string,
  serviceAccount: string,
  tokenExpirationSeconds: { type: 'integer', minimum: 600 },
})

const rolloutRestartTargets: Schema = {
  type: 'array',
  items: object({ kind: oneOf('Deployment', 'DaemonSet', 'StatefulSet', 'argo.Rollout'), name: string }, [
    'kind',
    'name',
  ]),
}

const destination = object(
  {
    annotations: stringMap,
    create: boolean,
    labels: stringMap,
    name: string,
    overwrite: boolean,
    transformation: object({
      excludeRaw: boolean,
      excludes: strings,
      includes: strings,
      templates: { type: 'object', additionalProperties: object({ name: string, text: string }, ['text']) },
    }),
    type: string,
  },
  ['name'],
)

const specs: Record<string, Schema> = {
  // skipTLSVerify is required and has a default, which the API server fills in first.
  VaultConnection: object(
    {
      address: string,
      caCertSecretRef: string,
      headers: stringMap,
      skipTLSVerify: boolean,
      timeout: duration,
      tlsServerName: string,
    },
    ['address'],
  ),
  VaultAuth: object({
    allowedNamespaces: strings,
    headers: stringMap,
    kubernetes: kubernetesAuth,
    method: oneOf('kubernetes', 'jwt', 'appRole', 'aws', 'gcp'),
    mount: string,
    namespace: string,
    params: stringMap,
    storageEncryption: object({ keyName: string, mount: string }, ['keyName', 'mount']),
    vaultAuthGlobalRef: object({ allowDefault: boolean, name: string, namespace: string }),
    vaultConnectionRef: string,
  }),
  VaultAuthGlobal: object({
    allowedNamespaces: strings,
    defaultAuthMethod: oneOf('kubernetes', 'jwt', 'appRole', 'aws', 'gcp'),
    defaultMount: string,
    defaultVaultNamespace: string,
    headers: stringMap,
    kubernetes: object({ ...(kubernetesAuth.properties as Record<string, Schema>), mount: string, namespace: string }),
    params: stringMap,
    vaultConnectionRef: string,
  }),
  VaultStaticSecret: object(
    {
      destination,
      hmacSecretData: boolean,
      mount: string,
      namespace: string,
      path: string,
      refreshAfter: duration,
      rolloutRestartTargets,
      syncConfig: object({ instantUpdates: boolean }),
      type: oneOf('kv-v1', 'kv-v2'),
      vaultAuthRef: string,
      version: { type: 'integer', minimum: 0 },
    },
    ['destination', 'mount', 'path', 'type'],
  ),
  VaultDynamicSecret: object(
    {
      allowStaticCreds: boolean,
      destination,
      mount: string,
      namespace: string,
      params: stringMap,
      path: string,
      refreshAfter: duration,
      renewalPercent: { type: 'integer', minimum: 0, maximum: 90 },
      requestHTTPMethod: oneOf('GET', 'POST', 'PUT'),
      revoke: boolean,
      rolloutRestartTargets,
      vaultAuthRef: string,
    },
    ['destination', 'mount', 'path'],
  ),
  VaultPKISecret: object(
    {
      altNames: strings,
      clear: boolean,
      commonName: string,
      destination,
      excludeCNFromSans: boolean,
      expiryOffset: duration,
      format: string,
      ipSans: strings,
      issuerRef: string,
      mount: string,
      namespace: string,
      notAfter: string,
      otherSans: strings,
      privateKeyFormat: string,
      revoke: boolean,
      role: string,
      rolloutRestartTargets,
      ttl: { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(s|m|h|d)$' },
      uriSans: strings,
      userIDs: strings,
      vaultAuthRef: string,
    },
    ['destination', 'mount', 'role'],
  ),
}

/**
 * The kinds of Vault Secrets Operator that this repository writes, with the fields it may write. Written by hand after the operator's
 * API reference, not made from its CRDs, which are under the Business Source License and not copied here. Narrower than the operator: authentication is Kubernetes' only, and a field that is missing here is refused although the operator knows it.
 */
export const vaultSecretsOperator: Record<string, Schema> = Object.fromEntries(
  Object.entries(specs).map(([kind, spec]) => [
    `secrets.hashicorp.com/v1beta1 ${kind}`,
    object({
      apiVersion: string,
      kind: string,
      metadata: { $ref: '#/definitions/meta.v1.ObjectMeta' },
      spec,
      status: {},
    }),
  ]),
)
