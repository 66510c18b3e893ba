import { stringify } from 'yaml'
import type { Json } from '../../e2e/rig/api.ts'
import type { Rig } from '../../e2e/rig/rig.ts'
import { render } from '../rendered.ts'
import { rendered } from './rendered.ts'

/** Applies the foundation, everything of Vault and the services' accounts of an environment; refuses what the server refuses. */
export async function applyVault(rig: Rig, environment: string): Promise<void> {
  const foundation = await rendered('foundation', environment)
  const isNamespace = ({ kind }: Json): boolean => kind === 'Namespace'
  await apply(rig, foundation.filter(isNamespace))
  await apply(
    rig,
    foundation.filter((it) => !isNamespace(it)),
  )
  await rig.until('the account of a pod can be made', () =>
    rig.api.get('/api/v1/namespaces/platform-services/serviceaccounts/default'),
  )
  for (const component of ['vault', 'vault-configuration', 'vault-databases']) {
    const objects = await rendered(component, environment)
    await rig.until(`${component} is admitted`, () => apply(rig, objects), 20_000)
  }
  const services = await render(`overlays/${environment}/services`)
  await apply(
    rig,
    services.filter(({ kind }) => kind === 'ServiceAccount'),
  )
}

const apply = (rig: Rig, objects: Json[]) =>
  rig.kubectl(
    ['apply', '--server-side', '--validate=strict', '--warnings-as-errors', '-f', '-'],
    objects.map((object) => `---\n${stringify(object, { version: '1.1' })}`).join(''),
  )
