import type { State } from './state.ts'

const object =
  (apiVersion: string, kind: string, status?: object, generation = 1): State['object'] =>
  () => ({ apiVersion, kind, metadata: { name: 'iam', generation }, spec: {}, ...(status && { status }) })

const security = 'security.istio.io/v1'
const networking = 'networking.istio.io/v1'

const found = (level: 'ERROR' | 'WARNING') => ({
  level,
  type: { code: 'IST0101' },
  documentationUrl: 'https://istio.io/latest/docs/reference/config/analysis/ist0101/',
})

const silent = (
  [
    [security, 'PeerAuthentication'],
    [security, 'AuthorizationPolicy'],
    [networking, 'DestinationRule'],
    [networking, 'ServiceEntry'],
    [networking, 'Sidecar'],
    ['telemetry.istio.io/v1', 'Telemetry'],
  ] as const
).map(([apiVersion, kind]): State => ({
  claim: `${kind} of which istiod says nothing`,
  object: object(apiVersion, kind),
  status: 'Healthy',
}))

export const istio: readonly State[] = [
  ...silent,
  {
    claim: 'a ServiceEntry to which istiod gave an address',
    object: object(networking, 'ServiceEntry', { addresses: [{ value: '240.240.0.1', host: 'api.stripe.com' }] }),
    status: 'Healthy',
  },
  {
    claim: 'an AuthorizationPolicy in which istiod found an error',
    object: object(security, 'AuthorizationPolicy', { observedGeneration: '1', validationMessages: [found('ERROR')] }),
    status: 'Degraded',
    message: 'IST0101',
  },
  {
    claim: 'a DestinationRule in which istiod found an error in the generation before',
    object: object(networking, 'DestinationRule', { observedGeneration: '1', validationMessages: [found('ERROR')] }, 2),
    status: 'Progressing',
    message: 'this generation',
  },
  {
    claim: 'an error of which istiod does not say the generation',
    object: object(networking, 'DestinationRule', { validationMessages: [found('ERROR')] }, 2),
    status: 'Degraded',
  },
  {
    claim: 'a warning',
    object: object(networking, 'DestinationRule', { observedGeneration: '1', validationMessages: [found('WARNING')] }),
    status: 'Healthy',
  },
  {
    claim: 'an older generation without errors, which istiod will not write again',
    object: object(networking, 'Sidecar', { observedGeneration: '1', validationMessages: [] }, 2),
    status: 'Healthy',
  },
]
