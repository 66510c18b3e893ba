import { condition, type State } from './state.ts'

const secrets =
  (kind: string, generation: number, status?: object): State['object'] =>
  () => ({
    apiVersion: 'secrets.hashicorp.com/v1beta1',
    kind,
    metadata: { name: 'iam', generation },
    spec: {},
    ...(status && { status }),
  })

const ready = condition('Ready', 'True', { message: 'VaultAuthReady' })
const healthy = condition('Healthy', 'True', { message: 'VaultAuthHealthy' })
// In 1.4.1 Ready says the same, whatever it is.
const notReady = condition('Ready', 'False', { message: 'VaultAuthReady' })
const unhealthy = condition('Healthy', 'False', { message: 'VaultAuthUnhealthy' })

export const vaultSecretsOperator: readonly State[] = [
  {
    claim: 'a connection that the operator has not looked at',
    object: secrets('VaultConnection', 1),
    status: 'Progressing',
    message: 'has not looked at it yet',
  },
  {
    claim: 'a connection over which Vault answers',
    object: secrets('VaultConnection', 1, {
      valid: true,
      conditions: [condition('VaultPing', 'True'), condition('ResourceValidation', 'True'), healthy, ready],
    }),
    status: 'Healthy',
  },
  {
    claim: 'a connection over which Vault does not answer',
    object: secrets('VaultConnection', 1, {
      valid: false,
      conditions: [
        condition('VaultPing', 'False', { message: 'Vault ping failed, address=https://vault:8200' }),
        condition('ResourceValidation', 'False', { message: 'Failed to validate resource' }),
        unhealthy,
        notReady,
      ],
    }),
    status: 'Degraded',
    message: 'Vault ping failed',
  },
  {
    claim: 'a login with conditions that are still empty',
    object: secrets('VaultAuth', 1, { conditions: [] }),
    status: 'Progressing',
  },
  {
    claim: 'a login that is right',
    object: secrets('VaultAuth', 1, { valid: true, error: '', conditions: [healthy, ready] }),
    status: 'Healthy',
  },
  {
    claim: 'a login whose connection is missing',
    object: secrets('VaultAuth', 1, {
      valid: false,
      error: 'VaultConnection "vault" not found',
      conditions: [unhealthy, notReady],
    }),
    status: 'Degraded',
    message: 'VaultConnection "vault" not found',
  },
  {
    claim: 'a login that was changed, of which the operator has seen the old one only',
    object: secrets('VaultAuth', 2, { valid: true, error: '', conditions: [healthy, ready] }),
    status: 'Progressing',
    message: 'this generation',
  },
  {
    claim: 'a mirrored secret that is there',
    object: secrets('VaultStaticSecret', 1, {
      lastGeneration: 1,
      secretMAC: 'bWFj',
      conditions: [condition('SecretSynced', 'True'), healthy, ready],
    }),
    status: 'Healthy',
  },
  {
    claim: 'a mirrored secret that failed once and is well again, which SecretSynced does not notice',
    object: secrets('VaultStaticSecret', 1, {
      lastGeneration: 1,
      secretMAC: 'bWFj',
      conditions: [condition('SecretSynced', 'False', { message: 'Failed to sync the secret' }), healthy, ready],
    }),
    status: 'Healthy',
  },
  {
    claim: 'a mirrored secret whose path does not exist',
    object: secrets('VaultStaticSecret', 1, {
      lastGeneration: 1,
      conditions: [condition('SecretSynced', 'False', { message: 'Failed to sync the secret' }), unhealthy, notReady],
    }),
    status: 'Degraded',
    message: 'Failed to sync the secret',
  },
  {
    claim: 'a mirrored secret that failed, and was changed since',
    object: secrets('VaultStaticSecret', 2, { lastGeneration: 1, conditions: [unhealthy, notReady] }),
    status: 'Progressing',
  },
  {
    claim: 'a mirrored secret as operators before 1.3.0 leave it',
    object: secrets('VaultStaticSecret', 1, { lastGeneration: 1, secretMAC: 'bWFj' }),
    status: 'Progressing',
    message: '1.3 or later',
  },
  {
    claim: 'a database login with a lease',
    object: secrets('VaultDynamicSecret', 3, {
      lastGeneration: 3,
      secretLease: { id: 'database/creds/iam/1', duration: 86400, renewable: true, requestID: '1' },
      conditions: [
        condition('SecretSynced', 'True', { observedGeneration: 3 }),
        condition('Ready', 'True', { observedGeneration: 3 }),
      ],
    }),
    status: 'Healthy',
  },
  {
    claim: 'a database login whose role is missing',
    object: secrets('VaultDynamicSecret', 1, {
      lastGeneration: 1,
      conditions: [condition('SecretSynced', 'False', { message: 'unknown role: iam' }), notReady],
    }),
    status: 'Degraded',
    message: 'unknown role: iam',
  },
]
