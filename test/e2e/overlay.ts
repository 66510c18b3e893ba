import { parse, stringify } from 'yaml'
import { committedTree } from './platform.ts'

const shared = (environment: string): string => `overlays/${environment}/shared/service-definition.yaml`

/**
 * Takes an environment, returns its shared definition with replicas that count as available after two seconds: for tests
 * of another thing. Not sooner: on a busy machine an endpoint appears a second after its pod is ready.
 */
export function quick(environment: string): Record<string, string> {
  const definition = parse(committedTree()[shared(environment)] ?? '') as { spec: Record<string, unknown> }
  const patch = stringify([{ op: 'replace', path: '/spec/minReadySeconds', value: 2 }])
  definition.spec.patches = { quick: { target: { kind: 'Deployment' }, patch } }
  return { [shared(environment)]: stringify(definition) }
}

/** Fields of a service that keeps its real 10 s, where the others are quick. */
export const asDeployed = { patches: { quick: null } }

/** Takes a service of an environment, returns its overlay with this pin and these fields over the definition's own. */
export function overlay(environment: string, service: string, version: string, spec: object): Record<string, string> {
  const folder = `overlays/${environment}/services/${service}`
  return {
    [`${folder}/kustomization.yaml`]: stringify({
      resources: [`../../../../base/services/${service}`],
      components: ['../../shared'],
      patches: [{ path: 'service-definition.yaml', target: { kind: 'ServiceDefinition' } }],
      images: [{ name: `ghcr.io/septemcore/platform-kernel/${service}`, newTag: version }],
    }),
    [`${folder}/service-definition.yaml`]: stringify({
      apiVersion: 'platform.septemcore.com/v1alpha1',
      kind: 'ServiceDefinition',
      metadata: { name: service },
      spec,
    }),
  }
}
