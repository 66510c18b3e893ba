import type { Json } from '../../e2e/rig/api.ts'
import { render } from '../rendered.ts'

/** Takes a component of infra and an environment, gives its objects as Argo CD receives them. */
export function rendered(component: string, environment = 'prod'): Promise<Json[]> {
  return render(`overlays/${environment}/infra/${component}`)
}

/** Gives the one object of this kind whose name this is, or, of a Job, begins so; fails when it is not there. */
export function objectIn(objects: Json[], kind: string, name: string): Json {
  const found = objects.find(
    (object) =>
      object.kind === kind &&
      (object.metadata.name === name || (kind === 'Job' && object.metadata.name.startsWith(`${name}-`))),
  )
  if (!found) throw new Error(`${kind} ${name}  is not rendered`)
  return found
}
