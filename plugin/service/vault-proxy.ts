import type { ConfigMap, Container, Volume } from 'kubernetes-types/core/v1.js'
import type { ServiceDefinition } from '../kinds/service-definition.ts'
import type { KubernetesObject } from '../kind.ts'
import { confined } from './confined.ts'
import { accountName, authority, serviceObject, vaultAudience } from './names.ts'

// An import would be hoisted to the top of the bundle, and crypto be loaded before Kustomize is started.
const { createHash } = process.getBuiltinModule('node:crypto')

const token = { volume: 'vault-token', folder: '/var/run/secrets/vault', file: 'token' } as const
const configuration = { volume: 'vault-proxy', folder: '/etc/vault-proxy', file: 'proxy.hcl' } as const

/** The container's name. */
export const vaultProxyName = 'vault-proxy'

/** Where the binary finds Vault: the proxy in its own pod, which adds the token and speaks TLS to Vault. */
export const vaultProxyAddress = 'http://127.0.0.1:8200'

/**
 * Takes a definition, returns the configuration of its Vault Proxy: it logs in with the pod's own projected token and
 * puts the result on every request, whatever token the request carries
 * (Vault documentation, «Vault Proxy API proxy», `use_auto_auth_token = "force"`).
 */
function proxyConfiguration(definition: ServiceDefinition): string {
  return `vault {
  address = "${definition.spec.environment.vault.address}"
  ca_cert = "${authority.folder}/${authority.key}"
}

auto_auth {
  method {
    type = "kubernetes"
    config = {
      role       = "${accountName(definition.metadata.name)}"
      token_path = "${token.folder}/${token.file}"
    }
  }
}

api_proxy {
  use_auto_auth_token = "force"
}

listener "tcp" {
  address     = "${new URL(vaultProxyAddress).host}"
  tls_disable = true
}
`
}

const configMapName = (definition: ServiceDefinition): string => `${definition.metadata.name}-vault-proxy`

/** Takes a definition that uses Vault, returns the ConfigMap with its proxy's configuration. */
export function vaultProxyConfigMap(definition: ServiceDefinition): KubernetesObject & ConfigMap {
  return serviceObject(definition, 'v1', 'ConfigMap', configMapName(definition), {
    data: { [configuration.file]: proxyConfiguration(definition) },
  }) as KubernetesObject & ConfigMap
}

/** Takes a definition that uses Vault, returns a pod annotation that changes with the proxy's configuration. */
export function vaultProxyChecksum(definition: ServiceDefinition): Record<string, string> {
  const checksum = createHash('sha256').update(proxyConfiguration(definition)).digest('hex')
  return { 'checksum/vault-proxy': checksum }
}

/** Takes a definition that uses Vault, returns the proxy as a native sidecar: up before the app, gone after it. */
export function vaultProxyContainer(definition: ServiceDefinition): Container {
  return {
    name: vaultProxyName,
    image: definition.spec.environment.vault.image,
    restartPolicy: 'Always',
    // Past the image's entrypoint, which starts as root to chown and setcap.
    command: ['vault', 'proxy', `-config=${configuration.folder}/${configuration.file}`],
    env: [{ name: 'GOMEMLIMIT', value: '115MiB' }],
    resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
    // On loopback only, so the kubelet cannot ask by HTTP; and the app starts once the proxy has logged in to Vault.
    startupProbe: {
      exec: { command: ['wget', '-q', '-O', '/dev/null', `${vaultProxyAddress}/v1/auth/token/lookup-self`] },
      periodSeconds: 2,
      timeoutSeconds: 5,
      failureThreshold: 60,
    },
    securityContext: confined,
    volumeMounts: [
      { name: configuration.volume, mountPath: configuration.folder, readOnly: true },
      { name: token.volume, mountPath: token.folder, readOnly: true },
      { name: authority.secret, mountPath: authority.folder, readOnly: true },
    ],
  }
}

/** Takes a definition that uses Vault, returns the volumes its proxy mounts, the certificate authority excepted. */
export function vaultProxyVolumes(definition: ServiceDefinition): Volume[] {
  return [
    { name: configuration.volume, configMap: { name: configMapName(definition) } },
    {
      name: token.volume,
      projected: {
        sources: [{ serviceAccountToken: { audience: vaultAudience, expirationSeconds: 3600, path: token.file } }],
      },
    },
  ]
}
