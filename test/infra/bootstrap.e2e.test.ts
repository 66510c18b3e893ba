import { beforeAll, describe, expect, test } from 'vitest'
import { helm } from '../../scripts/edge/kustomize.ts'
import { environments } from '../../scripts/environments.ts'
import { Clone, code } from '../e2e/clone.ts'
import { endAfterTests } from '../e2e/end.ts'
import { installedSettings, installFiles } from '../e2e/installed.ts'
import { pluginFolder } from '../e2e/platform.ts'
import { type Rig, startRig } from '../e2e/rig/rig.ts'
import { root } from '../plugin.ts'
import { expectSteps, realPlatform } from './real-platform.ts'

/** Every image is built: no pin is forty zeros. */
const built = (text: string): string => text.replaceAll(/\b0{40}\b/g, 'a'.repeat(40))

/**
 * The command as a person types it, with the platform as it is in this repository. The pods are played by kwok, Argo CD runs
 * beside the cluster, and something stands in for what cert-manager and Vault Secrets Operator would say of their objects.
 */
describe.each(environments)('the whole platform of %s', (environment) => {
  let rig: Rig
  let person: Clone
  let revision: string

  beforeAll(async () => {
    const nodes = environment === 'dev' ? 1 : 3
    rig = await startRig({ nodes: { stateless: nodes, stateful: nodes }, operators: true })
    const repository = await rig.repository('platform')
    const platform = await realPlatform(environment, repository.url, rig)
    const files = Object.entries({ ...code(), ...(await installFiles()), ...platform })
    revision = await repository.commit(Object.fromEntries(files.map(([file, text]) => [file, built(text)])))
    person = new Clone(repository, rig.kubeconfig)
  }, 240_000)
  endAfterTests(() => rig)

  test('is brought up by one command, every step after the one before', async () => {
    const command = person.npm('bootstrap', environment, 'rig')
    try {
      await command.shows(/its root is there/)
      const settings = await installedSettings()
      const plugin = await pluginFolder(rig.folder)
      await rig.argocd({ ...settings, plugin, helm: await helm(root), installed: true })
      const { code, shown } = await command.ended
      expect([code, shown]).toEqual([
        0,
        expect.stringContaining(`everything of ${environment} runs, as of ${revision}`),
      ])
    } finally {
      person.remove()
    }
    const { items } = await rig.api.get('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications')
    for (const { metadata, status } of items)
      expect([metadata.name, status.sync.status, status.health.status]).toEqual([metadata.name, 'Synced', 'Healthy'])
    expectSteps(items)
  }, 420_000)
})
