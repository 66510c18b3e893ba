import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { installedSettings, type InstalledSettings } from './installed.ts'
import { namespace, type Platform, startPlatform } from './platform.ts'

/** A real Argo CD that is given what plugin/install would give it. */
let platform: Platform
let settings: InstalledSettings

beforeAll(async () => {
  settings = await installedSettings()
  platform = await startPlatform({}, settings)
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(platform?.rig.tails())
})
afterAll(() => platform?.rig.stop())

const log = (server: string) => readFileSync(path.join(platform.rig.folder, 'logs', `${server}.log`), 'utf8')

test('each server is told its own, and no place in a container', () => {
  expect(settings.controllerEnvironment).toMatchObject({
    ARGOCD_SYNC_WAVE_DELAY: '1',
    ARGOCD_RECONCILIATION_TIMEOUT: '60s',
    ARGOCD_APPLICATION_CONTROLLER_PERSIST_RESOURCE_HEALTH: 'true',
    ARGOCD_REPO_ERROR_GRACE_PERIOD_SECONDS: '30s',
  })
  expect(settings.repoServerEnvironment).toMatchObject({
    ARGOCD_CMP_CHUNK_SIZE: '262144',
    ARGOCD_REPO_SERVER_PLUGIN_TAR_EXCLUSIONS: '.git;node_modules',
    ARGOCD_GIT_MODULES_ENABLED: 'false',
  })
  expect(settings.pluginEnvironment).toEqual({ PLATFORM_KERNEL_DEADLINE_SECONDS: '45' })
  expect(Object.keys(settings.controllerEnvironment)).not.toContain('KUBECACHEDIR')
})

test('it deploys a service with them, and keeps the health of each object', async () => {
  await platform.deploy('dev', ['money'])
  const { status } = await platform.argocd.healthy('money')
  const deployment = status.resources.find(({ kind }: { kind: string }) => kind === 'Deployment')
  expect(deployment).toMatchObject({ namespace, health: { status: 'Healthy' } })
})

test('it reads every value: none is of a form that it would pass over', () => {
  const said = log('argocd-application-controller')
  expect(said).toContain('appResyncPeriod=1m0s, appHardResyncPeriod=0s, appResyncJitter=10s')
  for (const server of ['argocd-application-controller', 'argocd-repo-server'])
    expect(log(server)).not.toMatch(/Could not parse|allowed/)
})
