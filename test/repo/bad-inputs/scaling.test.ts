import { describe } from 'vitest'
import { change, definition, refuses, rendered } from './harness.ts'

const iam = definition('iam')
const notify = definition('notify')
const percent = 'averageUtilization: { cpu: 60, memory: 75 }'
const autoscaling = `autoscaling:\n    minReplicas: 3\n    maxReplicas: 20\n    ${percent}`

describe('replicas', () => {
  refuses(
    'replicas is in quotes',
    change(notify, 'replicas: 3', "replicas: '3'"),
    'base/services/notify/definition.yaml:10:13  replicas is "3", not a whole number',
    '  write a whole number, without quotes or unit (3 unless said; not with autoscaling.)',
  )
  refuses(
    'replicas is 0',
    change(notify, 'replicas: 3', 'replicas: 0'),
    'base/services/notify/definition.yaml:10:13  replicas is 0',
    '  write 1 to 100 (3 unless said; not with autoscaling.)',
  )
  refuses(
    'replicas is a fraction',
    change(notify, 'replicas: 3', 'replicas: 2.5'),
    'base/services/notify/definition.yaml:10:13  replicas is 2.5, not a whole number',
    '  write a whole number, without quotes or unit (3 unless said; not with autoscaling.)',
  )
  refuses(
    'replicas has nothing after it',
    change(notify, 'replicas: 3', 'replicas:'),
    'base/services/notify/definition.yaml:10:3  replicas is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or remove replicas',
  )
  refuses(
    'replicas is set beside autoscaling',
    change(iam, 'autoscaling:', 'replicas: 3\n  autoscaling:'),
    'base/services/iam/definition.yaml:10:13  replicas is set beside autoscaling, and the two would fight',
    '  remove one of the two; in an overlay, null removes a field: autoscaling: null',
  )
})

describe('autoscaling', () => {
  refuses(
    'minReplicas is above maxReplicas',
    change(iam, 'minReplicas: 3', 'minReplicas: 30'),
    'base/services/iam/definition.yaml:11:18  minReplicas 30 is above maxReplicas 20',
    '  lower minReplicas or raise maxReplicas',
  )
  refuses(
    'minReplicas is missing',
    change(iam, '    minReplicas: 3\n', ''),
    'base/services/iam/definition.yaml:10:3  autoscaling.minReplicas is missing',
    '  add minReplicas: Replicas at rest.',
  )
  refuses(
    'min and max are short',
    change(iam, '    minReplicas: 3\n    maxReplicas: 20', '    min: 3\n    max: 20'),
    'base/services/iam/definition.yaml:12:5  unknown field max',
    '  did you mean maxReplicas?',
    'base/services/iam/definition.yaml:11:5  unknown field min',
    '  did you mean minReplicas?',
  )
  refuses(
    'the percent is 0',
    change(iam, percent, 'averageUtilization: { cpu: 0 }'),
    'base/services/iam/definition.yaml:13:32  cpu is 0',
    '  write 1 to 100 (Percent of the requested cores.)',
  )
  refuses(
    'the percent is 101',
    change(iam, percent, 'averageUtilization: { cpu: 101 }'),
    'base/services/iam/definition.yaml:13:32  cpu is 101',
    '  write 1 to 100 (Percent of the requested cores.)',
  )
  refuses(
    'the percent carries its sign',
    change(iam, percent, "averageUtilization: { cpu: '60%' }"),
    'base/services/iam/definition.yaml:13:32  cpu is "60%", not a whole number',
    '  write a whole number, without quotes or unit (Percent of the requested cores.)',
  )
  refuses(
    'the percent is a share',
    change(iam, percent, 'averageUtilization: { cpu: 0.6 }'),
    'base/services/iam/definition.yaml:13:32  cpu is 0.6, not a whole number',
    '  write a whole number, without quotes or unit (Percent of the requested cores.)',
  )
  refuses(
    'the percent is for both',
    change(iam, percent, 'averageUtilization: 60'),
    'base/services/iam/definition.yaml:13:25  averageUtilization is 60, not a map',
    '  write a map, as { cpu: 60 } (Percent of the requests above which replicas are added.)',
  )
  refuses(
    'nothing is measured',
    change(iam, percent, 'averageUtilization: {}'),
    'base/services/iam/definition.yaml:13:5  averageUtilization has no entries',
    '  add one, or remove averageUtilization (Percent of the requests above which replicas are added.)',
  )
  refuses(
    'a queue is measured',
    change(iam, percent, 'averageUtilization: { kafkaLag: 100 }'),
    'base/services/iam/definition.yaml:13:27  unknown field kafkaLag',
    '  allowed: cpu, memory',
  )
  refuses(
    'the field is that of autoscaling/v1',
    change(iam, percent, 'targetCPUUtilizationPercentage: 60'),
    'base/services/iam/definition.yaml:10:3  autoscaling.averageUtilization is missing',
    '  add averageUtilization: Percent of the requests above which replicas are added.',
    'base/services/iam/definition.yaml:13:5  unknown field targetCPUUtilizationPercentage',
    '  write averageUtilization: { cpu: <percent> }',
  )
  refuses(
    'behavior is asked for',
    change(iam, percent, `${percent}\n    behavior: {}`),
    'base/services/iam/definition.yaml:14:5  unknown field behavior',
    '  allowed: averageUtilization, maxReplicas, minReplicas',
  )
  refuses(
    'autoscaling is true',
    change(iam, autoscaling, 'autoscaling: true'),
    'base/services/iam/definition.yaml:10:16  autoscaling is true, not a map',
    '  write a map: {} or indented names with a colon (Replicas by load, measured on the container of the service alone.)',
  )
  refuses(
    'autoscaling is called hpa',
    change(iam, 'autoscaling:', 'hpa:'),
    'base/services/iam/definition.yaml:10:3  unknown field hpa',
    '  allowed: autoscaling, calls, database, description, egress, env, environment, image, patches, ports, preStopSleepSeconds, probes, progressDeadlineSeconds, replicas, resources, secrets, stores, terminationGracePeriodSeconds, tmpSizeLimit, topics, vault',
  )
  refuses(
    'a budget is asked for',
    change(iam, 'autoscaling:', 'minAvailable: 2\n  autoscaling:'),
    'base/services/iam/definition.yaml:10:3  unknown field minAvailable',
    '  allowed: autoscaling, calls, database, description, egress, env, environment, image, patches, ports, preStopSleepSeconds, probes, progressDeadlineSeconds, replicas, resources, secrets, stores, terminationGracePeriodSeconds, tmpSizeLimit, topics, vault',
  )
  refuses(
    'an overlay sets replicas where the base scales',
    rendered(
      'overlays/staging/services/iam',
      change(
        'overlays/staging/services/iam/service-definition.yaml',
        'autoscaling:\n    maxReplicas: 6',
        'replicas: 2',
      ),
    ),
    'overlays/staging/services/iam/service-definition.yaml:7:13  replicas is set beside autoscaling, and the two would fight',
    '  remove one of the two; in an overlay, null removes a field: autoscaling: null',
  )
  refuses(
    'an overlay lowers the maximum below the minimum of the base',
    rendered(
      'overlays/staging/services/iam',
      change('overlays/staging/services/iam/service-definition.yaml', 'maxReplicas: 6', 'maxReplicas: 2'),
    ),
    'base/services/iam/definition.yaml:11:18  minReplicas 3 is above maxReplicas 2',
    '  lower minReplicas or raise maxReplicas',
  )
  refuses(
    'an overlay turns scaling off with nothing',
    rendered(
      'overlays/staging/services/iam',
      change(
        'overlays/staging/services/iam/service-definition.yaml',
        'autoscaling:\n    maxReplicas: 6',
        'autoscaling:',
      ),
    ),
    'overlays/staging/services/iam/service-definition.yaml:7:3  autoscaling is empty, and Kustomize drops it without a word',
    '  write its value, {} for an entry without settings, or null to remove autoscaling from what is merged',
  )
})
