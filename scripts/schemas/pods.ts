import { type Fields, fields, isFields, items } from './problem.ts'

const templatePaths: Record<string, string[]> = {
  'apps/v1 DaemonSet': ['spec', 'template'],
  'apps/v1 Deployment': ['spec', 'template'],
  'apps/v1 ReplicaSet': ['spec', 'template'],
  'apps/v1 StatefulSet': ['spec', 'template'],
  'batch/v1 CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/v1 Job': ['spec', 'template'],
  'v1 Pod': [],
}

export interface PodTemplate {
  /** Where the template is in its object; empty for a Pod. */
  path: string[]
  metadata: Fields
  spec: Fields
}

/** Takes an object, returns the pod template in it; `undefined` for a kind that makes no pods. */
export function podTemplate(object: Fields): PodTemplate | undefined {
  const path = templatePaths[`${String(object.apiVersion)} ${String(object.kind)}`]
  if (!path) return undefined
  const template = path.reduce<Fields>((value, key) => fields(value[key]), object)
  return isFields(template.spec) ? { path, metadata: fields(template.metadata), spec: template.spec } : undefined
}

export interface Container {
  path: string[]
  name: string
  fields: Fields
  list: 'initContainers' | 'containers' | 'ephemeralContainers'
}

/** Takes a pod template, returns all its containers, init containers first, each with its path in the object. */
export function containers(template: PodTemplate): Container[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    items(template.spec[list]).map(([index, container]) => ({
      path: [...template.path, 'spec', list, index],
      name: typeof container.name === 'string' ? container.name : `#${index}`,
      fields: container,
      list,
    })),
  )
}
