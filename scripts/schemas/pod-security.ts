import { containers, podTemplate } from './pods.ts'
import { type Fields, fields, isFields, items, type Problem, text, word } from './problem.ts'

const allowedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

const safeSysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]

const selinuxTypes = ['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']
const confined = ['RuntimeDefault', 'Localhost']
const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/'

/**
 * Takes an object, returns what the Pod Security Standard `restricted` of Kubernetes 1.36 refuses in its pod template; empty for
 * a kind without one. Rules as in k8s.io/pod-security-admission v0.36.3, folder policy.
 */
export function restricted(object: unknown): Problem[] {
  const template = podTemplate(fields(object))
  if (!template) return []
  const { metadata, spec } = template
  const at = [...template.path, 'spec']
  const all = containers(template)
  const windows = fields(spec.os).name === 'windows'
  const userNamespace = spec.hostUsers === false
  const problems: Problem[] = []
  const refuse = (path: string[], fact: string, remedy: string): void => void problems.push({ path, fact, remedy })

  for (const field of ['hostNetwork', 'hostPID', 'hostIPC'])
    if (spec[field] === true) refuse([...at, field], `${field} shares a namespace of the node`, 'remove it')

  for (const [index, volume] of items(spec.volumes)) {
    const sources = Object.keys(volume).filter((key) => key !== 'name' && isFields(volume[key]))
    // Without a source the API server makes it an emptyDir before admission looks.
    if (sources.length === 0 || sources.some((source) => allowedVolumes.includes(source))) continue
    const source = sources[0] ?? ''
    refuse(
      [...at, 'volumes', index, source],
      `volume type ${source} is not allowed`,
      `use one of ${allowedVolumes.join(', ')}`,
    )
  }

  const prefix = [...template.path, 'metadata', 'annotations']
  for (const [key, value] of Object.entries(fields(metadata.annotations))) {
    if (!key.startsWith(appArmorAnnotation)) continue
    if (value === '' || value === 'runtime/default' || word(value).startsWith('localhost/')) continue
    refuse([...prefix, key], 'AppArmor profile is not allowed', 'use runtime/default or localhost/<profile>')
  }

  const pod = fields(spec.securityContext)
  for (const [index, { name }] of items(pod.sysctls))
    if (!safeSysctls.includes(word(name)))
      refuse(
        [...at, 'securityContext', 'sysctls', index, 'name'],
        `sysctl ${word(name)} is not a safe one`,
        `use one of ${safeSysctls.join(', ')}`,
      )

  const contexts = [{ path: at, context: pod }].concat(
    all.map(({ path, fields: container }) => ({ path, context: fields(container.securityContext) })),
  )
  for (const { path, context } of contexts) {
    const here = [...path, 'securityContext']
    selinux(fields(context.seLinuxOptions)).forEach(([field, remedy]) =>
      refuse([...here, 'seLinuxOptions', field], `SELinux ${field} is not allowed`, remedy),
    )
    if (isFields(context.appArmorProfile) && !confined.includes(word(context.appArmorProfile.type)))
      refuse(
        [...here, 'appArmorProfile', 'type'],
        'AppArmor profile is not allowed',
        `use one of ${confined.join(', ')}`,
      )
    if (isFields(context.seccompProfile) && !confined.includes(word(context.seccompProfile.type)) && !windows)
      refuse([...here, 'seccompProfile', 'type'], 'seccomp profile is not allowed', `use one of ${confined.join(', ')}`)
    if (fields(context.windowsOptions).hostProcess === true)
      refuse([...here, 'windowsOptions', 'hostProcess'], 'hostProcess is not allowed', 'remove it')
    if (context.runAsNonRoot === false && !userNamespace)
      refuse([...here, 'runAsNonRoot'], 'runAsNonRoot is false', 'set it to true')
    if (context.runAsUser === 0 && !userNamespace)
      refuse([...here, 'runAsUser'], 'runAsUser is 0 (root)', 'give another user, or none')
  }

  const podSeccomp = isFields(pod.seccompProfile)
  for (const { path, name, fields: container } of all) {
    const here = [...path, 'securityContext']
    const context = fields(container.securityContext)
    if (context.privileged === true) refuse([...here, 'privileged'], `container ${name} is privileged`, 'remove it')
    if (context.procMount != null && context.procMount !== 'Default')
      refuse([...here, 'procMount'], `procMount is ${word(context.procMount)}`, 'use Default, or leave it out')
    if (!windows && context.allowPrivilegeEscalation !== false)
      refuse([...here, 'allowPrivilegeEscalation'], `container ${name} may gain privileges`, 'set it to false')
    if (!windows) problems.push(...capabilities(here, name, fields(context.capabilities)))
    // A container's own value, or the pod's for it; a false of either is reported above.
    if (!userNamespace && context.runAsNonRoot == null && pod.runAsNonRoot == null)
      refuse([...here, 'runAsNonRoot'], `container ${name} may run as root`, 'set it to true here or on the pod')
    if (!windows && !isFields(context.seccompProfile) && !podSeccomp)
      refuse(
        [...here, 'seccompProfile'],
        `container ${name} has no seccomp profile`,
        'set type RuntimeDefault here or on the pod',
      )
    for (const [index, { hostPort }] of items(container.ports))
      if (hostPort != null && hostPort !== 0)
        refuse([...path, 'ports', index, 'hostPort'], `hostPort ${word(hostPort)} is not allowed`, 'remove it')
    problems.push(...handlerHosts(path, container))
  }
  return problems
}

function selinux(options: Fields): [field: string, remedy: string][] {
  const bad: [string, string][] = []
  const type = text(options.type)
  if (type !== undefined && !selinuxTypes.includes(type)) bad.push(['type', `use one of ${selinuxTypes.join(', ')}`])
  for (const field of ['user', 'role']) if (text(options[field])) bad.push([field, 'remove it'])
  return bad
}

function capabilities(path: string[], name: string, { drop, add }: Fields): Problem[] {
  const problems: Problem[] = []
  if (!Array.isArray(drop) || !drop.includes('ALL'))
    problems.push({
      path: [...path, 'capabilities', 'drop'],
      fact: `container ${name} keeps capabilities`,
      remedy: 'write drop: [ALL]',
    })
  for (const [index, capability] of (Array.isArray(add) ? add : []).entries())
    if (capability !== 'NET_BIND_SERVICE')
      problems.push({
        path: [...path, 'capabilities', 'add', word(index)],
        fact: `capability ${word(capability)} is not allowed`,
        remedy: 'only NET_BIND_SERVICE may be added',
      })
  return problems
}

function handlerHosts(path: string[], container: Fields): Problem[] {
  const lifecycle = fields(container.lifecycle)
  const handlers = [
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((name) => ({ at: [name], handler: container[name] })),
    ...['postStart', 'preStop'].map((name) => ({ at: ['lifecycle', name], handler: lifecycle[name] })),
  ]
  return handlers.flatMap(({ at, handler }) =>
    ['httpGet', 'tcpSocket']
      .filter((action) => text(fields(fields(handler)[action]).host))
      .map((action) => ({
        path: [...path, ...at, action, 'host'],
        fact: 'host is not allowed here since Kubernetes 1.34',
        remedy: "remove it: the pod's own address is asked",
      })),
  )
}
