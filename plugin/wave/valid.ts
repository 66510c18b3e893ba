import type { KubernetesObject } from '../kind.ts'
import type { Wave } from '../kinds/wave.ts'

/**
 * Takes the objects beside a wave or a cluster, returns the waves; undefined where one of them or a cluster does not fit its
 * schema: that is refused for itself, and what follows from it need not be.
 */
export async function validWaves(objects: readonly KubernetesObject[]): Promise<readonly Wave[] | undefined> {
  // Only now: it is generated from the schema of this very kind.
  const { kinds } = await import('../generated/kinds.ts')
  const ours = objects.filter(({ kind }) => kind === 'Cluster' || kind === 'Wave')
  if (ours.some((object) => kinds[object.kind]?.validate(object) === false)) return undefined
  return ours.filter(({ kind }) => kind === 'Wave') as unknown as Wave[]
}
