import { type Condition, condition, type State } from './state.ts'

const listeners = [{ name: 'https', port: 443, protocol: 'HTTPS' }]

const object =
  (status?: object, generation = 1): State['object'] =>
  () => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'platform', namespace: 'platform-ingress', generation },
    spec: { gatewayClassName: 'istio', listeners },
    ...(status && { status }),
  })

const well = [condition('Accepted', 'True'), condition('Programmed', 'True')]
const listener = (...conditions: Condition[]) => ({ name: 'https', attachedRoutes: 1, conditions })
const listening = listener(...well, condition('Conflicted', 'False'), condition('ResolvedRefs', 'True'))

export const gateway: readonly State[] = [
  {
    claim: 'a Gateway that nobody has looked at',
    object: object(),
    status: 'Progressing',
  },
  {
    claim: 'a Gateway as the API server creates it, with the defaults of its CRD',
    object: object({
      conditions: ['Accepted', 'Programmed'].map((type) => ({
        type,
        status: 'Unknown',
        reason: 'Pending',
        message: 'Waiting for controller',
        lastTransitionTime: '1970-01-01T00:00:00Z',
      })),
    }),
    status: 'Progressing',
    message: 'Waiting for controller',
  },
  {
    claim: 'a Gateway that is programmed, with its listener',
    object: object({ conditions: well, listeners: [listening] }),
    status: 'Healthy',
  },
  {
    claim: 'a Gateway that was changed, of which its controller has seen the old one only',
    object: object({ conditions: well, listeners: [listening] }, 2),
    status: 'Progressing',
    message: 'this generation',
  },
  {
    claim: 'a Gateway without an address yet',
    object: object({
      conditions: [
        condition('Accepted', 'True'),
        condition('Programmed', 'False', { message: 'waiting for an address' }),
      ],
      listeners: [listening],
    }),
    status: 'Progressing',
    message: 'waiting for an address',
  },
  {
    claim: 'a Gateway that its controller does not take',
    object: object({ conditions: [condition('Accepted', 'False', { message: 'no such class' })] }),
    status: 'Degraded',
    message: 'no such class',
  },
  {
    claim: 'a Gateway that its controller did not take before it was changed',
    object: object({ conditions: [condition('Accepted', 'False', { message: 'no such class' })] }, 2),
    status: 'Progressing',
  },
  {
    claim: 'a listener whose certificate is missing',
    object: object({
      conditions: well,
      listeners: [listener(...well, condition('ResolvedRefs', 'False', { message: 'secret platform-tls not found' }))],
    }),
    status: 'Degraded',
    message: 'listener https: secret platform-tls not found',
  },
  {
    claim: 'two listeners that exclude one another',
    object: object({
      conditions: well,
      listeners: [listener(...well, condition('Conflicted', 'True', { message: 'port 443 is taken' }))],
    }),
    status: 'Degraded',
    message: 'port 443 is taken',
  },
  {
    claim: 'a broken listener of a Gateway that has no address yet',
    object: object({
      conditions: [condition('Accepted', 'True'), condition('Programmed', 'Unknown')],
      listeners: [listener(condition('Accepted', 'False', { message: 'protocol is not supported' }))],
    }),
    status: 'Degraded',
    message: 'protocol is not supported',
  },
  {
    claim: 'a listener that has no status yet',
    object: object({ conditions: well, listeners: [] }),
    status: 'Progressing',
    message: 'listener https: no status yet',
  },
]
