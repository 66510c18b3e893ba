import { type Container, containers, podTemplate, type PodTemplate } from './pods.ts'
import { type Fields, fields, isFields, items, type Problem, text, word } from './problem.ts'
import { parseQuantity } from './quantity.ts'

type Refuse = (path: string[], fact: string, remedy: string) => void

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const qualifiedPart = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/

const labelRemedy = 'write at most 63 of a-z, 0-9 and "-", with a letter or digit at both ends'
const subdomainRemedy = 'write at most 253 of a-z, 0-9, "-" and ".", with a letter or digit at both ends of each part'

const isLabel = (value: string): boolean => value.length <= 63 && label.test(value)
const isSubdomain = (value: string): boolean => value.length <= 253 && subdomain.test(value)

/**
 * Takes an object that has apiVersion and kind, returns what the API server's own code refuses in it and its schema does not say;
 * reads a malformed part as absent, since the schema reports it. Rules as in k8s.io/kubernetes v1.36.3, pkg/apis/…/validation.
 */
export function checkRules(object: Fields): Problem[] {
  const problems: Problem[] = []
  const refuse: Refuse = (path, fact, remedy) => void problems.push({ path, fact, remedy })
  const key = `${word(object.apiVersion)} ${word(object.kind)}`

  checkName(object, key, refuse)
  checkMetadata(fields(object.metadata), ['metadata'], refuse)
  const template = podTemplate(object)
  if (template) checkPod(template, object, key, refuse)
  ofKind[key]?.(object, refuse)
  return problems
}

// Service: RelaxedServiceNameValidation is on by default in 1.36, so its name may begin with a digit.
const labelNames = ['v1 Namespace', 'v1 Service', 'apps/v1 StatefulSet']

function checkName(object: Fields, key: string, refuse: Refuse): void {
  const metadata = fields(object.metadata)
  const name = text(metadata.name)
  const at = ['metadata', 'name']
  if (name === undefined) {
    if (!text(metadata.generateName)) refuse(at, 'name is missing', 'write metadata.name')
  } else if (key.startsWith('rbac.authorization.k8s.io/')) {
    if (/^\.\.?$|[/%]/.test(name)) refuse(at, `name ${name} is not allowed`, 'write it without "/" and "%"')
  } else if (labelNames.includes(key)) {
    if (!isLabel(name)) refuse(at, `name ${name} is no DNS label`, labelRemedy)
  } else if (!isSubdomain(name)) refuse(at, `name ${name} is no DNS name`, subdomainRemedy)
  else if (key === 'batch/v1 CronJob' && name.length > 52)
    refuse(at, `name ${name} is too long`, 'write at most 52 characters: Jobs add eleven')
  const namespace = text(metadata.namespace)
  if (namespace !== undefined && !isLabel(namespace))
    refuse(['metadata', 'namespace'], `namespace ${namespace} is no DNS label`, labelRemedy)
}

function checkMetadata(metadata: Fields, path: string[], refuse: Refuse): void {
  checkLabels(metadata.labels, [...path, 'labels'], refuse)
  const annotations = Object.entries(fields(metadata.annotations))
  let size = 0
  for (const [key, value] of annotations) {
    checkQualifiedName(key.toLowerCase(), key, [...path, 'annotations', key], refuse)
    size += Buffer.byteLength(key) + (typeof value === 'string' ? Buffer.byteLength(value) : 0)
  }
  if (size > 256 * 1024)
    refuse([...path, 'annotations'], `annotations take ${size} bytes`, 'keep them under 262144 together')
}

function checkLabels(labels: unknown, path: string[], refuse: Refuse): void {
  for (const [key, value] of Object.entries(fields(labels))) {
    checkQualifiedName(key, key, [...path, key], refuse)
    if (typeof value === 'string' && value !== '' && (value.length > 63 || !qualifiedPart.test(value)))
      refuse(
        [...path, key],
        `${JSON.stringify(value)} is no label value`,
        'write at most 63 of A-Z, a-z, 0-9, "-", "_" and ".", with a letter or digit at both ends',
      )
  }
}

function checkQualifiedName(name: string, shown: string, path: string[], refuse: Refuse): void {
  const [last = '', prefix, ...more] = name.split('/').reverse()
  const valid = more.length === 0 && last.length <= 63 && qualifiedPart.test(last)
  if (!valid || (prefix !== undefined && !isSubdomain(prefix)))
    refuse(
      path,
      `key ${shown} is not allowed`,
      'write [dns.name/]name; the name is at most 63 of A-Z, a-z, 0-9, -, _, .',
    )
}

function checkPod(template: PodTemplate, object: Fields, key: string, refuse: Refuse): void {
  const at = [...template.path, 'spec']
  if (template.path.length > 0) checkMetadata(template.metadata, [...template.path, 'metadata'], refuse)
  checkRestartPolicy(template, key, refuse)
  checkLabels(template.spec.nodeSelector, [...at, 'nodeSelector'], refuse)
  const account = text(template.spec.serviceAccountName)
  if (account !== undefined && !isSubdomain(account))
    refuse([...at, 'serviceAccountName'], `name ${account} is no DNS name`, subdomainRemedy)
  const grace = template.spec.terminationGracePeriodSeconds ?? 30
  if (typeof grace === 'number' && grace < 0)
    refuse([...at, 'terminationGracePeriodSeconds'], `${grace} is negative`, 'write 0 or more')

  const volumes = checkVolumes(template, refuse)
  const claims = key === 'apps/v1 StatefulSet' ? items(fields(object.spec).volumeClaimTemplates) : []
  for (const [, claim] of claims) volumes.add(word(fields(claim.metadata).name))

  const names = new Set<string>()
  if (items(template.spec.containers).length === 0)
    refuse([...at, 'containers'], 'there is no container', 'write at least one')
  for (const container of containers(template)) {
    const name = text(container.fields.name)
    if (name !== undefined && !isLabel(name))
      refuse([...container.path, 'name'], `container name ${name} is no DNS label`, labelRemedy)
    if (name !== undefined && names.has(name))
      refuse([...container.path, 'name'], `second container named ${name}`, 'name each container of a pod differently')
    names.add(name ?? '')
    if (!text(container.fields.image)) refuse([...container.path, 'image'], 'image is missing', 'write the image')
    checkContainer(container, volumes, grace, refuse)
  }
}

function checkRestartPolicy(template: PodTemplate, key: string, refuse: Refuse): void {
  if (key === 'v1 Pod') return
  const policy = text(template.spec.restartPolicy) ?? 'Always'
  const allowed = key.startsWith('batch/') ? ['OnFailure', 'Never'] : ['Always']
  if (!allowed.includes(policy))
    refuse([...template.path, 'spec', 'restartPolicy'], `restartPolicy is ${policy}`, `use ${allowed.join(' or ')}`)
}

function checkVolumes(template: PodTemplate, refuse: Refuse): Set<string> {
  const at = [...template.path, 'spec', 'volumes']
  const names = new Set<string>()
  for (const [index, volume] of items(template.spec.volumes)) {
    const name = text(volume.name)
    if (name !== undefined && !isLabel(name))
      refuse([...at, index, 'name'], `volume name ${name} is no DNS label`, labelRemedy)
    const sources = Object.keys(volume).filter((source) => isFields(volume[source]))
    if (sources.length > 1) refuse([...at, index], `volume has ${sources.join(' and ')}`, 'keep one of them')
    names.add(name ?? '')
  }
  return names
}

function checkContainer(container: Container, volumes: Set<string>, grace: unknown, refuse: Refuse): void {
  const { path, fields: own } = container
  const ports = checkContainerPorts(own.ports, [...path, 'ports'], refuse)
  checkEnv(own, path, refuse)
  checkMounts(own, path, volumes, refuse)
  checkResources(fields(own.resources), [...path, 'resources'], refuse)

  const lifecycle = fields(own.lifecycle)
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((name) => isFields(own[name]))
  if (container.list === 'initContainers' && own.restartPolicy !== 'Always') {
    for (const name of [...probes, ...(isFields(own.lifecycle) ? ['lifecycle'] : [])])
      refuse([...path, name], `an init container has no ${name}`, 'remove it, or set restartPolicy: Always')
    return
  }
  for (const name of probes) {
    const probe = fields(own[name])
    checkHandler(probe, ['exec', 'grpc', 'httpGet', 'tcpSocket'], [...path, name], ports, refuse)
    checkNotNegative(
      probe,
      ['failureThreshold', 'initialDelaySeconds', 'periodSeconds', 'successThreshold', 'timeoutSeconds'],
      [...path, name],
      refuse,
    )
    if (name !== 'readinessProbe' && ![undefined, null, 0, 1].includes(probe.successThreshold as number))
      refuse([...path, name, 'successThreshold'], `successThreshold of a ${name} is not 1`, 'write 1 or leave it out')
  }
  for (const name of ['postStart', 'preStop'].filter((name) => isFields(lifecycle[name]))) {
    const handler = fields(lifecycle[name])
    const at = [...path, 'lifecycle', name]
    checkHandler(handler, ['exec', 'httpGet', 'sleep', 'tcpSocket'], at, ports, refuse)
    const seconds = fields(handler.sleep).seconds
    if (typeof seconds === 'number' && typeof grace === 'number' && (seconds < 0 || seconds > grace))
      refuse(
        [...at, 'sleep', 'seconds'],
        `sleep ${seconds} is not within 0 and ${grace}`,
        'raise terminationGracePeriodSeconds',
      )
  }
}

function checkContainerPorts(list: unknown, path: string[], refuse: Refuse): Set<string> {
  const names = new Set<string>()
  for (const [index, port] of items(list)) {
    const name = text(port.name)
    if (name !== undefined) {
      checkPortName(name, [...path, index, 'name'], refuse)
      if (names.has(name)) refuse([...path, index, 'name'], `second port named ${name}`, 'name each port differently')
      names.add(name)
    }
    checkPortNumber(port.containerPort, [...path, index, 'containerPort'], refuse)
    if (port.hostPort !== 0) checkPortNumber(port.hostPort, [...path, index, 'hostPort'], refuse)
  }
  return names
}

function checkPortName(name: string, path: string[], refuse: Refuse): void {
  const valid = name.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name)
  if (!valid)
    refuse(
      path,
      `port name ${name} is not allowed`,
      'write at most 15 of a-z, 0-9 and single inner "-", one letter at least',
    )
}

function checkPortNumber(port: unknown, path: string[], refuse: Refuse): void {
  if (typeof port === 'number' && (port < 1 || port > 65535))
    refuse(path, `port ${port} does not exist`, 'write a number from 1 to 65535')
}

function checkEnv(container: Fields, path: string[], refuse: Refuse): void {
  for (const [index, variable] of items(container.env)) {
    const at = [...path, 'env', index]
    // Anything printable but "=": RelaxedEnvironmentVariableValidation is locked on since 1.34.
    if (typeof variable.name === 'string' && !/^[ -<>-~]+$/.test(variable.name))
      refuse(
        [...at, 'name'],
        `${JSON.stringify(variable.name)} is no variable name`,
        'write printable ASCII without "="',
      )
    if (!isFields(variable.valueFrom)) continue
    const count = Object.values(variable.valueFrom).filter(isFields).length
    if (count !== 1) refuse([...at, 'valueFrom'], `valueFrom has ${count} sources`, 'write exactly one')
    if (text(variable.value)) refuse([...at, 'valueFrom'], 'value and valueFrom are both set', 'keep one of them')
  }
}

function checkMounts(container: Fields, path: string[], volumes: Set<string>, refuse: Refuse): void {
  const mounts = new Set<string>()
  for (const [index, mount] of items(container.volumeMounts)) {
    const at = [...path, 'volumeMounts', index]
    const name = text(mount.name)
    if (name !== undefined && !volumes.has(name))
      refuse([...at, 'name'], `the pod has no volume ${name}`, listed('its volumes', [...volumes]))
    const place = text(mount.mountPath)
    if (place !== undefined && mounts.has(place))
      refuse([...at, 'mountPath'], `second mount at ${place}`, 'mount each volume at its own path')
    mounts.add(place ?? '')
    const sub = text(mount.subPath) ?? text(mount.subPathExpr)
    if (sub !== undefined && (sub.startsWith('/') || sub.split('/').includes('..')))
      refuse([...at, 'subPath'], `subPath ${sub} leaves the volume`, 'write a relative path without ".."')
    if (text(mount.subPath) && text(mount.subPathExpr))
      refuse([...at, 'subPathExpr'], 'subPath and subPathExpr are both set', 'keep one of them')
  }
  for (const [index, device] of items(container.volumeDevices))
    if (text(device.name) && !volumes.has(word(device.name)))
      refuse(
        [...path, 'volumeDevices', index, 'name'],
        `the pod has no volume ${word(device.name)}`,
        'add it to volumes',
      )
}

const listed = (what: string, names: string[]): string =>
  names.length > 0 ? `${what}: ${names.join(', ')}` : 'add it to volumes'

function checkResources(resources: Fields, path: string[], refuse: Refuse): void {
  const limits = fields(resources.limits)
  for (const part of ['limits', 'requests'])
    for (const [name, quantity] of Object.entries(fields(resources[part]))) {
      if (!/\/|^(cpu|memory|ephemeral-storage|hugepages-.+)$/.test(name))
        refuse([...path, part, name], `${name} is no resource of a container`, 'use cpu, memory or ephemeral-storage')
      const amount = parseQuantity(quantity)
      if (amount !== undefined && amount < 0n) refuse([...path, part, name], `${name} is negative`, 'write 0 or more')
      const limit = part === 'requests' ? parseQuantity(limits[name]) : undefined
      if (amount !== undefined && limit !== undefined && amount > limit)
        refuse(
          [...path, part, name],
          `${name} requests ${word(quantity)}, above the limit ${word(limits[name])}`,
          'lower the request or raise the limit',
        )
    }
}

function checkHandler(handler: Fields, actions: string[], path: string[], ports: Set<string>, refuse: Refuse): void {
  const given = actions.filter((action) => isFields(handler[action]))
  if (given.length !== 1)
    refuse(
      path,
      given.length === 0 ? 'has no action' : `has ${given.join(' and ')}`,
      `write one of ${actions.join(', ')}`,
    )
  for (const action of given) {
    const { port } = fields(handler[action])
    checkPortNumber(port, [...path, action, 'port'], refuse)
    // The API server takes any well-formed name; the kubelet then fails each probe.
    if (typeof port === 'string' && !ports.has(port))
      refuse(
        [...path, action, 'port'],
        `the container has no port ${port}`,
        `its ports: ${[...ports].join(', ') || 'none'}`,
      )
  }
}

function checkNotNegative(map: Fields, names: string[], path: string[], refuse: Refuse): void {
  for (const name of names) {
    const value = map[name]
    if (typeof value === 'number' && value < 0) refuse([...path, name], `${name} is ${value}`, 'write 0 or more')
  }
}

/** A count or a share, as rollouts and disruption budgets take it; `undefined` when it is not given. */
function checkIntOrPercent(value: unknown, path: string[], refuse: Refuse): number | undefined {
  if (value === undefined || value === null) return undefined
  const share = typeof value === 'string' ? /^(\d+)%$/.exec(value) : undefined
  if (share === null) refuse(path, `${word(value)} is no share`, 'write a number, or a percentage like "25%"')
  if (typeof value === 'number' && value < 0) refuse(path, `${value} is negative`, 'write 0 or more')
  if (share && Number(share[1]) > 100 && path.at(-1) !== 'maxSurge')
    refuse(path, `${word(value)} is more than all`, 'write at most "100%"')
  return share ? Number(share[1]) : Number(value)
}

function checkSelector(object: Fields, refuse: Refuse): void {
  const spec = fields(object.spec)
  const template = fields(spec.template)
  const selector = fields(spec.selector)
  const labels = fields(fields(template.metadata).labels)
  const at = ['spec', 'selector']
  checkLabels(selector.matchLabels, [...at, 'matchLabels'], refuse)
  const wanted = Object.entries(fields(selector.matchLabels))
  const expressions = items(selector.matchExpressions)
  if (isFields(spec.selector) && wanted.length + expressions.length === 0)
    refuse(at, 'selector is empty', "write matchLabels, some of the template's labels")
  for (const [key, value] of wanted)
    if (labels[key] !== value)
      refuse(
        [...at, 'matchLabels', key],
        `the pod template has ${labels[key] === undefined ? `no label ${key}` : `${key}: ${word(labels[key])}`}`,
        `write ${key}: ${word(value)} in spec.template.metadata.labels`,
      )
  for (const [index, { key, operator, values }] of expressions) {
    const value = labels[word(key)]
    const among = Array.isArray(values) && values.includes(value)
    const matches = { In: among, NotIn: !among, Exists: value !== undefined, DoesNotExist: value === undefined }
    if (matches[operator as keyof typeof matches] === false)
      refuse([...at, 'matchExpressions', index], 'does not match the pod template', "use the template's labels")
  }
}

function checkDeployment(object: Fields, refuse: Refuse): void {
  checkSelector(object, refuse)
  const spec = fields(object.spec)
  const counts = ['minReadySeconds', 'replicas', 'revisionHistoryLimit']
  checkNotNegative(spec, counts, ['spec'], refuse)
  const deadline = spec.progressDeadlineSeconds ?? 600
  const ready = spec.minReadySeconds ?? 0
  if (typeof deadline === 'number' && typeof ready === 'number' && deadline <= ready)
    refuse(['spec', 'progressDeadlineSeconds'], `${deadline} is not above minReadySeconds ${ready}`, 'raise it')
  const strategy = fields(spec.strategy)
  const at = ['spec', 'strategy', 'rollingUpdate']
  if (!isFields(strategy.rollingUpdate)) return
  if (strategy.type === 'Recreate') refuse(at, 'Recreate has no rollingUpdate', 'remove one of the two')
  const { maxSurge, maxUnavailable } = strategy.rollingUpdate
  const surge = checkIntOrPercent(maxSurge, [...at, 'maxSurge'], refuse)
  const unavailable = checkIntOrPercent(maxUnavailable, [...at, 'maxUnavailable'], refuse)
  if (surge === 0 && unavailable === 0)
    refuse([...at, 'maxUnavailable'], 'maxSurge and maxUnavailable are both 0', 'raise one of them')
}

function checkService(object: Fields, refuse: Refuse): void {
  const spec = fields(object.spec)
  const ports = items(spec.ports)
  checkLabels(spec.selector, ['spec', 'selector'], refuse)
  const type = text(spec.type) ?? 'ClusterIP'
  if (type === 'ExternalName' && !text(spec.externalName))
    refuse(['spec', 'externalName'], 'externalName is missing', 'write the DNS name that it stands for')
  if (ports.length === 0 && type !== 'ExternalName' && spec.clusterIP !== 'None')
    refuse(['spec', 'ports'], 'there is no port', 'write at least one, or clusterIP: None')
  const names = new Set<string>()
  for (const [index, port] of ports) {
    const at = ['spec', 'ports', index]
    const name = text(port.name)
    if (name === undefined && ports.length > 1)
      refuse([...at, 'name'], 'name is missing', 'with more than one port each needs a name')
    if (name !== undefined) {
      if (!isLabel(name)) refuse([...at, 'name'], `port name ${name} is no DNS label`, labelRemedy)
      if (names.has(name)) refuse([...at, 'name'], `second port named ${name}`, 'name each port differently')
      names.add(name)
    }
    checkPortNumber(port.port, [...at, 'port'], refuse)
    checkPortNumber(port.targetPort, [...at, 'targetPort'], refuse)
    if (text(port.targetPort)) checkPortName(word(port.targetPort), [...at, 'targetPort'], refuse)
  }
}

const metricSources = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']
const metricTargets: Record<string, string> = {
  AverageValue: 'averageValue',
  Utilization: 'averageUtilization',
  Value: 'value',
}

function checkAutoscaler(object: Fields, refuse: Refuse): void {
  const spec = fields(object.spec)
  const { minReplicas = 1, maxReplicas } = spec
  if (typeof minReplicas === 'number' && minReplicas < 1)
    refuse(['spec', 'minReplicas'], `minReplicas is ${minReplicas}`, 'write 1 or more: HPAScaleToZero is off')
  if (typeof maxReplicas === 'number' && maxReplicas < 1)
    refuse(['spec', 'maxReplicas'], `maxReplicas is ${maxReplicas}`, 'write 1 or more')
  else if (typeof maxReplicas === 'number' && typeof minReplicas === 'number' && maxReplicas < minReplicas)
    refuse(['spec', 'maxReplicas'], `maxReplicas ${maxReplicas} is below minReplicas ${minReplicas}`, 'raise it')
  for (const [index, metric] of items(spec.metrics)) {
    const at = ['spec', 'metrics', index]
    if (!metricSources.includes(word(metric.type))) {
      if (metric.type !== undefined)
        refuse([...at, 'type'], `${word(metric.type)} is no metric type`, `use one of ${metricSources.join(', ')}`)
      continue
    }
    const field = word(metric.type).replace(/^./, (first) => first.toLowerCase())
    const others = Object.keys(metric).filter((key) => key !== field && isFields(metric[key]))
    if (!isFields(metric[field])) refuse([...at, field], `${field} is missing`, `type ${word(metric.type)} needs it`)
    for (const other of others) refuse([...at, other], `type is ${word(metric.type)}`, `keep ${field} only`)
    const target = fields(fields(metric[field]).target)
    const value = metricTargets[word(target.type)]
    if (value === undefined && target.type !== undefined)
      refuse(
        [...at, field, 'target', 'type'],
        `${word(target.type)} is no target type`,
        `use one of ${Object.keys(metricTargets).join(', ')}`,
      )
    if (value !== undefined && (target[value] === undefined || target[value] === null))
      refuse([...at, field, 'target', value], `${value} is missing`, `type ${word(target.type)} needs it`)
    if (typeof target.averageUtilization === 'number' && target.averageUtilization < 1)
      refuse([...at, field, 'target', 'averageUtilization'], 'averageUtilization is not above 0', 'write 1 or more')
  }
}

function checkBudget(object: Fields, refuse: Refuse): void {
  const spec = fields(object.spec)
  const given = ['minAvailable', 'maxUnavailable'].filter((name) => spec[name] !== undefined && spec[name] !== null)
  if (given.length > 1) refuse(['spec'], 'minAvailable and maxUnavailable are both set', 'keep one of them')
  for (const name of given) checkIntOrPercent(spec[name], ['spec', name], refuse)
  checkLabels(fields(spec.selector).matchLabels, ['spec', 'selector', 'matchLabels'], refuse)
}

function checkKeys(object: Fields, maps: [string, string], refuse: Refuse): void {
  const [first, second] = maps
  let size = 0
  for (const map of maps)
    for (const [key, value] of Object.entries(fields(object[map]))) {
      if (key.length > 253 || !/^[-._a-zA-Z0-9]+$/.test(key) || /^\.$|^\.\./.test(key))
        refuse([map, key], `key ${key} is not allowed`, 'write at most 253 of A-Z, a-z, 0-9, "-", "_" and "."')
      if (typeof value === 'string') {
        const encoded = map === 'data' ? object.kind === 'Secret' : map === 'binaryData'
        size += encoded ? Buffer.byteLength(value, 'base64') : Buffer.byteLength(value)
      }
    }
  if (size > 1024 * 1024) refuse([first], `the data takes ${size} bytes`, 'keep it under 1048576')
  if (second !== 'binaryData') return
  for (const key of Object.keys(fields(object[second])))
    if (key in fields(object[first])) refuse([second, key], `key ${key} is in ${first} too`, 'keep one of them')
}

function checkNetworkPolicy(object: Fields, refuse: Refuse): void {
  for (const [direction, peers] of [['ingress', 'from'] as const, ['egress', 'to'] as const])
    for (const [index, rule] of items(fields(object.spec)[direction])) {
      const at = ['spec', direction, index]
      for (const [place, peer] of items(rule[peers])) {
        const given = Object.keys(peer).filter((key) => isFields(peer[key]))
        if (given.length === 0)
          refuse([...at, peers, place], 'names no peer', 'write podSelector, namespaceSelector or ipBlock')
        if (given.includes('ipBlock') && given.length > 1)
          refuse([...at, peers, place], `has ${given.join(' and ')}`, 'ipBlock stands alone')
      }
      for (const [place, { port, endPort }] of items(rule.ports)) {
        const here = [...at, 'ports', place]
        checkPortNumber(port, [...here, 'port'], refuse)
        if (typeof port === 'string') checkPortName(port, [...here, 'port'], refuse)
        if (typeof endPort === 'number' && !(typeof port === 'number' && endPort >= port))
          refuse([...here, 'endPort'], 'endPort needs a port number not above it', 'write port, or remove endPort')
      }
    }
}

function checkBinding(object: Fields, refuse: Refuse): void {
  const allowed = object.kind === 'RoleBinding' ? ['Role', 'ClusterRole'] : ['ClusterRole']
  const { kind } = fields(object.roleRef)
  if (typeof kind === 'string' && !allowed.includes(kind))
    refuse(['roleRef', 'kind'], `roleRef is a ${kind}`, `use ${allowed.join(' or ')}`)
  for (const [index, subject] of items(object.subjects)) {
    const needsNamespace = object.kind === 'ClusterRoleBinding' && subject.kind === 'ServiceAccount'
    if (needsNamespace && !text(subject.namespace))
      refuse(['subjects', index, 'namespace'], 'namespace is missing', 'write the namespace of the ServiceAccount')
    if (text(subject.kind) && !['Group', 'ServiceAccount', 'User'].includes(word(subject.kind)))
      refuse(['subjects', index, 'kind'], `${word(subject.kind)} is no subject`, 'use Group, ServiceAccount or User')
  }
}

function checkRole(object: Fields, refuse: Refuse): void {
  for (const [index, rule] of items(object.rules)) {
    const empty = (name: string): boolean => !Array.isArray(rule[name]) || rule[name].length === 0
    if (empty('verbs')) refuse(['rules', index, 'verbs'], 'there is no verb', 'write at least one')
    if (!empty('nonResourceURLs')) continue
    for (const name of ['apiGroups', 'resources'])
      if (empty(name)) refuse(['rules', index, name], `${name} is empty`, 'a rule on resources needs both')
  }
}

function checkCronJob(object: Fields, refuse: Refuse): void {
  const schedule = text(fields(object.spec).schedule)
  if (schedule === undefined) return
  const at = ['spec', 'schedule']
  if (schedule.includes('TZ')) refuse(at, 'a schedule names no time zone', 'use spec.timeZone')
  else if (!/^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$|^\S+( +\S+){4}$/.test(schedule.trim()))
    refuse(at, `${schedule} is no schedule`, 'write five fields: minute hour day month weekday')
}

const ofKind: Record<string, (object: Fields, refuse: Refuse) => void> = {
  'apps/v1 DaemonSet': checkSelector,
  'apps/v1 Deployment': checkDeployment,
  'apps/v1 ReplicaSet': checkSelector,
  'apps/v1 StatefulSet': (object, refuse) => {
    checkSelector(object, refuse)
    checkNotNegative(fields(object.spec), ['minReadySeconds', 'replicas', 'revisionHistoryLimit'], ['spec'], refuse)
  },
  'autoscaling/v2 HorizontalPodAutoscaler': checkAutoscaler,
  'batch/v1 CronJob': checkCronJob,
  'networking.k8s.io/v1 NetworkPolicy': checkNetworkPolicy,
  'policy/v1 PodDisruptionBudget': checkBudget,
  'rbac.authorization.k8s.io/v1 ClusterRole': checkRole,
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': checkBinding,
  'rbac.authorization.k8s.io/v1 Role': checkRole,
  'rbac.authorization.k8s.io/v1 RoleBinding': checkBinding,
  'v1 ConfigMap': (object, refuse) => checkKeys(object, ['data', 'binaryData'], refuse),
  'v1 Secret': (object, refuse) => checkKeys(object, ['data', 'stringData'], refuse),
  'v1 Service': checkService,
}
