// Templates of a pod's status, rendered by kwok (Go templates with sprig; the pod is the dot).

interface Container {
  ready: boolean
  state: string
  lastState?: string
  restarts?: string
}

const same = 'int $restarts'
const running = 'running: { startedAt: {{ $now }} }'

/** The containers run, and nothing has answered the readiness probe yet. */
export const beginning = `${containers({ ready: false, state: running })}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ .image | Quote }}
  ready: true
  started: {{ eq (or .restartPolicy "") "Always" }}
  restartCount: 0
  state:
    {{ if eq (or .restartPolicy "") "Always" }}${running}{{ else }}${terminated(0)}{{ end }}
{{ end }}
${conditions('False', 'ContainersNotReady', ['Initialized', 'PodReadyToStartContainers'])}
{{ range .spec.readinessGates }}
- { type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now }} }
{{ end }}
{{ $hosts := NodeIPsWith .spec.nodeName }}
{{ with $hosts }}
hostIP: {{ index . 0 | Quote }}
hostIPs: [{ ip: {{ index . 0 | Quote }} }]
{{ end }}
{{ $own := PodIPsWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") }}
{{ with $own }}
podIP: {{ index . 0 | Quote }}
podIPs: [{ ip: {{ index . 0 | Quote }} }]
{{ end }}
startTime: {{ $now }}
phase: Running
`

/** The readiness probe succeeds. */
export const ready = `${containers({ ready: true, state: running })}
${conditions('True', '')}
`

/** The readiness probe fails from now on. */
export const unready = `${containers({ ready: false, state: running })}
${conditions('False', 'ContainersNotReady')}
`

/** The containers ended with exit code 1 and wait to be started again. */
export const crashed = `${containers({
  ready: false,
  state: 'waiting: { reason: CrashLoopBackOff, message: back-off restarting failed container }',
  lastState: terminated(1),
  restarts: 'add $restarts 1',
})}
${conditions('False', 'ContainersNotReady')}
`

/** The containers run again after a crash. */
export const restarted = `${containers({ ready: false, state: running, lastState: terminated(1) })}
${conditions('False', 'ContainersNotReady')}
`

/** The containers have ended by themselves: a Job's work is done, or a deleted pod has stopped. */
export const completed = `${containers({ ready: false, state: terminated(0) })}
${conditions('False', 'PodCompleted')}
phase: Succeeded
`

/** A Job's pod has failed. */
export const failed = `${containers({ ready: false, state: terminated(1) })}
${conditions('False', 'PodFailed')}
phase: Failed
`

function containers({ ready, state, lastState, restarts = same }: Container): string {
  return `
{{ $now := Now | Quote }}
{{ $statuses := .status.containerStatuses }}
containerStatuses:
{{ range $i, $container := .spec.containers }}
{{ $restarts := 0 }}
{{ if $statuses }}{{ $restarts = (index $statuses $i).restartCount }}{{ end }}
- name: {{ $container.name | Quote }}
  image: {{ $container.image | Quote }}
  imageID: {{ $container.image | Quote }}
  ready: ${ready}
  started: ${state === running}
  restartCount: {{ ${restarts} }}
  state: { ${state} }
  ${lastState ? `lastState: { ${lastState} }` : ''}
{{ end }}`
}

function terminated(exitCode: number): string {
  const reason = exitCode ? 'Error' : 'Completed'
  return `terminated: { exitCode: ${exitCode}, reason: ${reason}, startedAt: {{ $now }}, finishedAt: {{ $now }} }`
}

function conditions(ready: 'True' | 'False', reason: string, alsoTrue: string[] = []): string {
  const line = (type: string, status: string, reason: string) =>
    `- { type: ${type}, status: "${status}", reason: "${reason}", lastTransitionTime: {{ $now }} }`
  return ['conditions:', ...alsoTrue.map((type) => line(type, 'True', '')), line('Ready', ready, reason)]
    .concat(line('ContainersReady', ready, reason))
    .join('\n')
}
