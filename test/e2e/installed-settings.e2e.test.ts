import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { endAfterTests } from './end.ts'
import { installedSettings, type InstalledSettings } from './installed.ts'
import { build } from './rig/build.ts'
import { namespace, type Platform, startPlatform } from './platform.ts'

/** A real Argo CD that is given what plugin/install would give it. */
let platform: Platform
let settings: InstalledSettings

beforeAll(async () => {
  settings = await installedSettings()
  platform = await startPlatform({ nodes: { stateless: 1, stateful: 0 }, operators: true }, settings)
})
endAfterTests(() => platform?.rig)

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
  for (const wanted of ['Deployment', 'VaultAuth', 'VaultDynamicSecret', 'VaultStaticSecret']) {
    const found = status.resources.find(({ kind }: { kind: string }) => kind === wanted)
    expect(found).toMatchObject({ namespace, health: { status: 'Healthy' } })
  }
})

test('a number of seconds where Argo CD wants a duration is not taken', async () => {
  const { binaries } = await build()
  const graceWith = (value: string): string | undefined => {
    const told = { ARGOCD_BINARY_NAME: 'argocd-application-controller', ARGOCD_REPO_ERROR_GRACE_PERIOD_SECONDS: value }
    const help = execFileSync(binaries.argocd, ['--help'], {
      env: { ...process.env, ...told },
      encoding: 'utf8',
      stdio: 'pipe',
    })
    return /--repo-error-grace-period-seconds.*\(default (\d+)\)/.exec(help)?.[1]
  }
  expect(graceWith(settings.controllerEnvironment.ARGOCD_REPO_ERROR_GRACE_PERIOD_SECONDS ?? '')).toBe('30')
  // Its documentation gives a number.
  expect(graceWith('30')).toBe('180')
})

test('it reads every value: none is of a form that it would pass over', () => {
  const said = log('argocd-application-controller')
  expect(said).toContain('appResyncPeriod=1m0s, appHardResyncPeriod=0s, appResyncJitter=10s')
  for (const server of ['argocd-application-controller', 'argocd-repo-server'])
    expect(log(server)).not.toMatch(/Could not parse|allowed/)
})
