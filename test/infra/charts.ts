import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { helm } from '../../scripts/edge/kustomize.ts'
import { root } from '../plugin.ts'
import { go } from '../e2e/rig/go.ts'
import type { Rig } from '../e2e/rig/rig.ts'

const run = promisify(execFile)

const valuesOfRelease = `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { values: {{ toJson .Values | quote }} }
`

/**
 * Takes a rig, serves a chart repository on its address for as long as the process lives, and gives its URL. In it are the
 * chart of cert-manager, packed from the source of its pinned version as its release is but without its webhooks, and in place of that of Vault
 * Secrets Operator, whose source is not to be had here, one that writes its values into a ConfigMap.
 */
export async function serveCharts(rig: Rig): Promise<string> {
  const folder = join(rig.folder, 'charts')
  mkdirSync(folder)
  const program = await helm(root)
  const pack = (chart: string, version: string) =>
    run(program, ['package', chart, '--version', version, '--app-version', version, '--destination', folder])
  const source = 'github.com/cert-manager/cert-manager'
  const { Dir, Version } = JSON.parse(await go('crds', 'mod', 'download', '-json', source)) as Record<string, string>
  // The module cache is read-only, and Helm packs what it may write.
  const chart = join(rig.folder, 'cert-manager')
  cpSync(join(Dir!, 'deploy/charts/cert-manager'), chart, { recursive: true })
  await run('chmod', ['-R', 'u+w', chart])
  // kwok runs no process, so nobody would answer the API server, which then refuses all that these ask about.
  for (const webhook of ['mutating', 'validating']) rmSync(join(chart, `templates/webhook-${webhook}-webhook.yaml`))
  await pack(chart, Version!)
  const standIn = join(rig.folder, 'vault-secrets-operator')
  mkdirSync(join(standIn, 'templates'), { recursive: true })
  writeFileSync(
    join(standIn, 'Chart.yaml'),
    stringify({ apiVersion: 'v2', name: 'vault-secrets-operator', version: '0.0.0' }),
  )
  writeFileSync(join(standIn, 'templates/values.yaml'), valuesOfRelease)
  await pack(standIn, '1.4.1')
  const url = `http://${rig.address}:${await rig.freePort()}`
  await run(program, ['repo', 'index', folder, '--url', url])
  const server = createServer(({ url: path = '' }, response) => {
    try {
      response.end(readFileSync(join(folder, path.split('/').at(-1)!)))
    } catch {
      response.writeHead(404).end()
    }
  })
  const { hostname, port } = new URL(url)
  await new Promise<void>((resolve) => void server.listen(Number(port), hostname, resolve))
  server.unref()
  return url
}
