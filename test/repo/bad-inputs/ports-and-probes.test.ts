import { describe } from 'vitest'
import { change, checkRefuses, definition, refuses } from './harness.ts'

const iam = definition('iam')
const notify = definition('notify')
const gateway = definition('gateway')
const port = 'http: { env: NOTIFY_HTTP_PORT, port: 8095 }'

describe('ports', () => {
  refuses(
    'a port is below 1024',
    change(notify, port, 'http: { env: NOTIFY_HTTP_PORT, port: 80 }'),
    'base/services/notify/definition.yaml:15:42  port is 80',
    '  write 1024 to 65535 (The port the binary listens on.)',
  )
  refuses(
    'a port is above 65535',
    change(notify, port, 'http: { env: NOTIFY_HTTP_PORT, port: 80950 }'),
    'base/services/notify/definition.yaml:15:42  port is 80950',
    '  write 1024 to 65535 (The port the binary listens on.)',
  )
  refuses(
    'a port is in quotes',
    change(notify, port, "http: { env: NOTIFY_HTTP_PORT, port: '8095' }"),
    'base/services/notify/definition.yaml:15:42  port is "8095", not a whole number',
    '  write a whole number, without quotes or unit (The port the binary listens on.)',
  )
  refuses(
    'a port is just its number',
    change(notify, port, 'http: 8095'),
    'base/services/notify/definition.yaml:15:11  http is 8095, not a map',
    '  write a map: {} or indented names with a colon',
  )
  refuses(
    'a port is called containerPort',
    change(notify, port, 'http: { env: NOTIFY_HTTP_PORT, containerPort: 8095 }'),
    'base/services/notify/definition.yaml:15:36  unknown field containerPort',
    '  write port: <number>',
  )
  refuses(
    'a port has a targetPort',
    change(notify, port, 'http: { env: NOTIFY_HTTP_PORT, port: 8095, targetPort: 8095 }'),
    'base/services/notify/definition.yaml:15:48  unknown field targetPort',
    '  leave it out: a Service listens where the binary does',
  )
  refuses(
    'ports are a list, as in a Deployment',
    change(notify, port, '- name: http\n      containerPort: 8095'),
    'base/services/notify/definition.yaml:14:3  ports is [{"containerPort":8095,"name":"http"}], not a map',
    '  write a map, as metrics: { port: 9090 } (http (8080) and grpc (50050) are there unless changed; others are added.)',
  )
  refuses(
    'two ports have the same number',
    change(notify, port, `${port}\n    metrics: { port: 8095 }`),
    'base/services/notify/definition.yaml:16:5  8095 is also the port http',
    '  give each port a number of its own',
  )
  refuses(
    'a port takes the number that grpc has by default',
    change(notify, port, `${port}\n    sockets: { port: 50050 }`),
    'base/services/notify/definition.yaml:16:5  50050 is also the port grpc',
    '  give each port a number of its own',
  )
  refuses(
    'a new port has no number',
    change(notify, port, `${port}\n    metrics: {}`),
    'base/services/notify/definition.yaml:16:5  port metrics has no number',
    '  add port: <number>; only http and grpc have one by default',
  )
  refuses(
    'a port has a name in upper case',
    change(notify, port, `${port}\n    Metrics: { port: 9090 }`),
    'base/services/notify/definition.yaml:16:5  Metrics cannot be a name here',
    '  write at most 15 of a-z, 0-9 and dashes, a letter first',
  )
  refuses(
    'a port has a name that is too long',
    change(notify, port, `${port}\n    prometheus-metrics: { port: 9090 }`),
    'base/services/notify/definition.yaml:16:5  prometheus-metrics cannot be a name here',
    '  write at most 15 of a-z, 0-9 and dashes, a letter first',
  )
  refuses(
    'a port has a number for a name',
    change(notify, port, `${port}\n    9090: { port: 9090 }`),
    'base/services/notify/definition.yaml:16:5  9090 cannot be a name here',
    '  write at most 15 of a-z, 0-9 and dashes, a letter first',
  )
  refuses(
    'appProtocol is https',
    change(notify, port, `${port}\n    admin: { port: 9090, appProtocol: https }`),
    'base/services/notify/definition.yaml:16:39  appProtocol is https',
    '  did you mean http?',
  )
  refuses(
    'appProtocol is called protocol',
    change(notify, port, `${port}\n    admin: { port: 9090, protocol: TCP }`),
    'base/services/notify/definition.yaml:16:26  unknown field protocol',
    '  write appProtocol: http, grpc or tcp',
  )
  refuses(
    'the variable of a port has a dash',
    change(notify, port, 'http: { env: NOTIFY-PORT, port: 8095 }'),
    'base/services/notify/definition.yaml:15:18  env is NOTIFY-PORT',
    '  write A-Z, 0-9 and _, a letter first (The variable that tells the binary this port.)',
  )
  refuses(
    'two ports fill one variable',
    change(gateway, 'grpc: { env: GATEWAY_GRPC_PORT, port: 50051 }', 'grpc: { env: GATEWAY_PORT, port: 50051 }'),
    'base/services/gateway/definition.yaml:18:18  GATEWAY_PORT is set twice, here and by spec.ports.grpc.env',
    '  remove one of the two',
  )
  checkRefuses(
    'a port moves and the callers do not know',
    change(iam, 'grpc: { env: IAM_GRPC_PORT }', 'grpc: { env: IAM_GRPC_PORT, port: 50051 }'),
    'base/services/gateway/definition.yaml:33:7  iam listens for grpc at 50051, not at 50050',
    '  write port: 50051',
    'base/services/notify/definition.yaml:30:7  iam listens for grpc at 50051, not at 50050',
    '  write port: 50051',
  )
  checkRefuses(
    'a port has nothing after its name',
    change(iam, 'grpc: { env: IAM_GRPC_PORT }', 'grpc: { env: IAM_GRPC_PORT }\n    http:'),
    'base/services/iam/definition.yaml:19:5  http is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove http',
  )
})

describe('probes', () => {
  const probes = 'probes: { liveness: /live, readiness: /ready }'
  refuses(
    'a probe has no slash',
    change(gateway, probes, 'probes: { liveness: live, readiness: /ready }'),
    'base/services/gateway/definition.yaml:20:23  liveness is live',
    '  write a path alone, as /health/live (Fails: the process is started anew.)',
  )
  refuses(
    'a probe is a whole address',
    change(gateway, probes, 'probes: { liveness: http://localhost:8080/live }'),
    'base/services/gateway/definition.yaml:20:23  liveness is http://localhost:8080/live',
    '  write a path alone, as /health/live (Fails: the process is started anew.)',
  )
  refuses(
    'a probe is a block, as in a Deployment',
    change(gateway, probes, 'probes:\n    liveness:\n      httpGet: { path: /live, port: 8080 }'),
    'base/services/gateway/definition.yaml:21:5  liveness is {"httpGet":{"path":"/live","port":8080}}, not text',
    '  write a path alone, as /health/live (Fails: the process is started anew.)',
  )
  refuses(
    'a probe is called livenessProbe',
    change(gateway, probes, 'probes: { livenessProbe: /live }'),
    'base/services/gateway/definition.yaml:20:13  unknown field livenessProbe',
    '  write probes: { liveness: /<path> }',
  )
  refuses(
    'livenessProbe stands in spec',
    change(gateway, probes, 'livenessProbe:\n    httpGet: { path: /live, port: 8080 }'),
    'base/services/gateway/definition.yaml:20:3  unknown field livenessProbe',
    '  write probes: { liveness: /<path> }',
  )
  refuses(
    'a startup probe is asked for',
    change(gateway, probes, 'probes: { startup: /live }'),
    'base/services/gateway/definition.yaml:20:13  unknown field startup',
    '  leave it out: every service gets the same; what has to differ goes into spec.patches',
  )
})
