import type { Api, Json } from './api.ts'
import type { Selection } from './lifecycle.ts'

/** Gives the API paths of the pods that are there now and that the selection means. */
export async function selectedPods(api: Api, selection: Selection): Promise<string[]> {
  const { items } = await api.get('/api/v1/pods')
  return items.filter((pod: Json) => selects(selection, pod)).map(podPath)
}

function selects({ namespace, labels = {}, image, name }: Selection, { metadata, spec }: Json): boolean {
  return (
    (namespace === undefined || metadata.namespace === namespace) &&
    (name === undefined || metadata.name.includes(name)) &&
    (image === undefined || spec.containers.some((container: Json) => container.image.includes(image))) &&
    Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value)
  )
}

function podPath({ metadata }: Json): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`
}
