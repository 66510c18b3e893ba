import { describe } from 'vitest'
import { change, checkRefuses, definition, refuses } from './harness.ts'

const notify = definition('notify')
const requests = 'requests: { cpu: 100m, memory: 64Mi }'
const limits = 'limits: { cpu: 500m, memory: 128Mi }'
const both = `    ${requests}\n    ${limits}`

describe('resources', () => {
  refuses(
    'cpu is 0.5 without quotes',
    change(notify, requests, 'requests: { cpu: 0.5, memory: 64Mi }'),
    'base/services/notify/definition.yaml:12:22  cpu is 0.5, not text',
    '  put quotes around it (A quantity: 100m is a tenth of a core.)',
  )
  refuses(
    'cpu has a blank before its unit',
    change(notify, requests, "requests: { cpu: '100 m', memory: 64Mi }"),
    'base/services/notify/definition.yaml:12:22  cpu is 100 m',
    "  write a number of cores in quotes, as '1', or of thousandths, as 100m (A quantity: 100m is a tenth of a core.)",
  )
  refuses(
    'cpu is 0',
    change(notify, requests, "requests: { cpu: '0', memory: 64Mi }"),
    'base/services/notify/definition.yaml:12:22  a request of 0 promises nothing',
    '  ask for more than 0',
  )
  refuses(
    'cpu is negative',
    change(notify, requests, 'requests: { cpu: -100m, memory: 64Mi }'),
    'base/services/notify/definition.yaml:12:22  cpu is -100m',
    "  write a number of cores in quotes, as '1', or of thousandths, as 100m (A quantity: 100m is a tenth of a core.)",
  )
  refuses(
    'cpu is a share of memory',
    change(notify, requests, 'requests: { cpu: 100Mi, memory: 64Mi }'),
    'base/services/notify/definition.yaml:12:22  cpu is 100Mi',
    "  write a number of cores in quotes, as '1', or of thousandths, as 100m (A quantity: 100m is a tenth of a core.)",
  )
  refuses(
    'memory is 512 without quotes or unit',
    change(notify, limits, 'limits: { cpu: 500m, memory: 512 }'),
    'base/services/notify/definition.yaml:13:34  memory is 512, not text',
    '  put quotes around it (A quantity: 128Mi is 128 × 2^20 bytes.)',
  )
  refuses(
    'memory is 512 in quotes without unit',
    change(notify, limits, "limits: { cpu: 500m, memory: '512' }"),
    'base/services/notify/definition.yaml:12:36  the request of 64Mi is above the limit of 512',
    '  raise the limit or lower the request',
    'base/services/notify/definition.yaml:13:34  512 is less than 1Mi',
    '  write 512Mi',
  )
  refuses(
    'memory is 128MB',
    change(notify, limits, 'limits: { cpu: 500m, memory: 128MB }'),
    'base/services/notify/definition.yaml:13:34  memory is 128MB',
    '  write a number with its unit, as 128Mi or 1Gi (A quantity: 128Mi is 128 × 2^20 bytes.)',
  )
  refuses(
    'memory is 128 Mi',
    change(notify, limits, 'limits: { cpu: 500m, memory: 128 Mi }'),
    'base/services/notify/definition.yaml:13:34  memory is 128 Mi',
    '  write a number with its unit, as 128Mi or 1Gi (A quantity: 128Mi is 128 × 2^20 bytes.)',
  )
  refuses(
    'memory is 128mi',
    change(notify, limits, 'limits: { cpu: 500m, memory: 128mi }'),
    'base/services/notify/definition.yaml:13:34  memory is 128mi',
    '  write a number with its unit, as 128Mi or 1Gi (A quantity: 128Mi is 128 × 2^20 bytes.)',
  )
  refuses(
    'memory is 1m',
    change(notify, requests, 'requests: { cpu: 100m, memory: 1m }'),
    'base/services/notify/definition.yaml:12:36  memory is 1m',
    '  write a number with its unit, as 128Mi or 1Gi (A quantity: 128Mi is 128 × 2^20 bytes.)',
  )
  refuses(
    'memory is empty',
    change(notify, limits, "limits: { cpu: 500m, memory: '' }"),
    "base/services/notify/definition.yaml:13:26  memory is ''",
    '  write a number with its unit, as 128Mi or 1Gi (A quantity: 128Mi is 128 × 2^20 bytes.)',
  )
  refuses(
    'memory is missing',
    change(notify, limits, 'limits: { cpu: 500m }'),
    'base/services/notify/definition.yaml:13:5  resources.limits.memory is missing',
    '  add memory: A quantity: 128Mi is 128 × 2^20 bytes.',
  )
  refuses(
    'memory is misspelt',
    change(notify, limits, 'limits: { cpu: 500m, mem: 128Mi }'),
    'base/services/notify/definition.yaml:13:26  unknown field mem',
    '  did you mean memory?',
  )
  refuses(
    'a request is above its limit',
    change(notify, requests, 'requests: { cpu: 100m, memory: 256Mi }'),
    'base/services/notify/definition.yaml:12:36  the request of 256Mi is above the limit of 128Mi',
    '  raise the limit or lower the request',
  )
  refuses(
    'limits are missing',
    change(notify, `    ${limits}\n`, ''),
    'base/services/notify/definition.yaml:11:3  resources.limits is missing',
    '  add limits: At most for each replica; a process above its memory is killed.',
  )
  refuses(
    'resources are missing',
    change(notify, `  resources:\n${both}\n`, ''),
    'base/services/notify/definition.yaml:7:1  resources is missing',
    '  add resources: What one replica is promised and may use at most.',
  )
  refuses(
    'resources have nothing below them',
    change(notify, both, ''),
    'base/services/notify/definition.yaml:11:3  resources is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove resources',
    'base/services/notify/definition.yaml:11:3  resources is missing',
    '  add resources: What one replica is promised and may use at most.',
  )
  refuses(
    'limits is written as limit',
    change(notify, limits, limits.replace('limits', 'limit')),
    'base/services/notify/definition.yaml:13:5  unknown field limit',
    '  did you mean limits?',
  )
  refuses(
    'request and limit are lists',
    change(
      notify,
      both,
      '    requests:\n      - cpu: 100m\n      - memory: 64Mi\n    limits:\n      - cpu: 500m\n      - memory: 128Mi',
    ),
    'base/services/notify/definition.yaml:12:5  requests is [{"cpu":"100m"},{"memory":"64Mi"}], not a map',
    '  write a map: {} or indented names with a colon (Promised to each replica.)',
    'base/services/notify/definition.yaml:15:5  limits is [{"cpu":"500m"},{"memory":"128Mi"}], not a map',
    '  write a map: {} or indented names with a colon (At most for each replica; a process above its memory is killed.)',
  )
  refuses(
    'resources ask for a GPU',
    change(notify, limits, 'limits: { cpu: 500m, memory: 128Mi, nvidia.com/gpu: 1 }'),
    'base/services/notify/definition.yaml:13:41  unknown field nvidia.com/gpu',
    '  allowed: cpu, memory',
  )
  refuses(
    'cpu and memory stand under resources themselves',
    change(notify, both, '    cpu: 100m\n    memory: 128Mi'),
    'base/services/notify/definition.yaml:11:3  resources.requests is missing',
    '  add requests: Promised to each replica.',
    'base/services/notify/definition.yaml:11:3  resources.limits is missing',
    '  add limits: At most for each replica; a process above its memory is killed.',
    'base/services/notify/definition.yaml:12:5  unknown field cpu',
    '  allowed: limits, requests',
    'base/services/notify/definition.yaml:13:5  unknown field memory',
    '  allowed: limits, requests',
  )
  checkRefuses(
    'memory is 1e3',
    change(notify, limits, 'limits: { cpu: 500m, memory: 1e3 }'),
    'base/services/notify/definition.yaml:13:34  1e3 is read as 1000',
    '  write 1000, or quote it: "1e3"',
    'base/services/notify/definition.yaml:13:34  memory is 1000, not text',
    '  put quotes around it (A quantity: 128Mi is 128 × 2^20 bytes.)',
  )
})
