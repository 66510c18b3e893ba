/** Fields that people know from Kubernetes' own kinds, and where a definition says the same. */
const remedies: Readonly<Record<string, string>> = {
  configMapKeyRef: 'write the value into spec.env',
  containerPort: 'write port: <number>',
  envFrom: 'name each variable under env, or under secrets',
  livenessProbe: 'write probes: { liveness: /<path> }',
  protocol: 'write appProtocol: http, grpc or tcp',
  readinessProbe: 'write probes: { readiness: /<path> }',
  secretKeyRef: 'name the Vault path and key under spec.secrets',
  targetCPUUtilizationPercentage: 'write averageUtilization: { cpu: <percent> }',
  targetMemoryUtilizationPercentage: 'write averageUtilization: { memory: <percent> }',
  targetPort: 'leave it out: a Service listens where the binary does',
  valueFrom: 'name the Vault path and key under spec.secrets',
}

/** Fields that the plugin fills in for every service alike. */
const filledIn = [
  'affinity',
  'args',
  'command',
  'containers',
  'imagePullPolicy',
  'imagePullSecrets',
  'initContainers',
  'lifecycle',
  'minReadySeconds',
  'nodeSelector',
  'podAnnotations',
  'podSecurityContext',
  'priorityClassName',
  'revisionHistoryLimit',
  'securityContext',
  'selector',
  'serviceAccount',
  'serviceAccountName',
  'sidecars',
  'startup',
  'startupProbe',
  'strategy',
  'template',
  'tolerations',
  'topologySpreadConstraints',
  'updateStrategy',
  'volumeMounts',
  'volumes',
]

/** Takes an unknown field, returns what to write instead if Kubernetes' own kinds have a field of that name. */
export function habitRemedy(field: string): string | undefined {
  if (filledIn.includes(field))
    return 'leave it out: every service gets the same; what has to differ goes into spec.patches'
  return Object.hasOwn(remedies, field) ? remedies[field] : undefined
}
