import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { kustomizeArguments } from '../../plugin/world.ts'
import { filesUnder } from '../../scripts/check/tree.ts'
import { findKustomize } from '../../scripts/edge/kustomize.ts'
import { treeBelow } from '../../scripts/edge/tree.ts'
import { root } from '../plugin.ts'
import type { Json } from './rig/api.ts'
import { build } from './rig/build.ts'

/** What the servers of an installed Argo CD are given, in the shape that `rig.argocd` takes. */
export interface InstalledSettings {
  /** The data of argocd-cm. */
  readonly config: Record<string, string>
  readonly repoServerEnvironment: Record<string, string>
  readonly controllerEnvironment: Record<string, string>
  readonly pluginEnvironment: Record<string, string>
}

/** A copy of plugin/install whose one remote base is Argo CD's manifests from its Go module: there is no network in a test. */
export class InstallCopy {
  readonly folder = path.join(mkdtempSync(path.join(tmpdir(), 'install-')), 'install')

  /** Returns what its kustomization builds, or the one in a folder beside it, as text. */
  async build(within = '.'): Promise<string> {
    const { command } = await findKustomize(root)
    const options = { cwd: path.join(this.folder, within), encoding: 'utf8', maxBuffer: 2 ** 26 } as const
    return execFileSync(command, kustomizeArguments(command), options)
  }

  remove(): void {
    rmSync(path.dirname(this.folder), { recursive: true })
  }
}

/** Makes the copy; fails when plugin/install has not exactly one remote base. */
export async function copyInstall(): Promise<InstallCopy> {
  const { manifests } = await build()
  const copy = new InstallCopy()
  cpSync(path.join(root, 'plugin/install'), copy.folder, { recursive: true })
  const objects = JSON.parse(readFileSync(manifests['argo-cd-install'], 'utf8')) as Json[]
  writeFileSync(path.join(copy.folder, 'argo-cd.yaml'), objects.map((object) => JSON.stringify(object)).join('\n---\n'))
  const kustomization = path.join(copy.folder, 'kustomization.yaml')
  const [before, after, ...more] = readFileSync(kustomization, 'utf8').split(/- https:\S+/)
  if (after === undefined || more.length) throw new Error(`${kustomization}  has ${more.length} remote bases, not one`)
  writeFileSync(kustomization, `${before}- argo-cd.yaml${after}`)
  return copy
}

/** The files of such a copy by their path in a repository. */
export async function installFiles(): Promise<Record<string, string>> {
  const copy = await copyInstall()
  try {
    const tree = treeBelow(copy.folder)
    const files = filesUnder('.', tree).map((file) => [path.join('plugin/install', file), tree.read(file) ?? ''])
    return Object.fromEntries(files) as Record<string, string>
  } finally {
    copy.remove()
  }
}

/** What plugin/install builds. */
export async function installedObjects(): Promise<Json[]> {
  const copy = await copyInstall()
  try {
    return objectsIn(await copy.build())
  } finally {
    copy.remove()
  }
}

export const objectsIn = (text: string): Json[] => parseAllDocuments(text).map((document) => document.toJS() as Json)

/** What plugin/install would set, as far as it is not a place in a container: for a rig that is to behave like an installed Argo CD. */
export async function installedSettings(): Promise<InstalledSettings> {
  const objects = await installedObjects()
  const named = (kind: string, name: string): Json =>
    objects.find((object) => object.kind === kind && object.metadata.name === name)
  const environment = (container: Json): Record<string, string> => {
    const variables = (container.env as Json[]).map(({ name, value, valueFrom }) => {
      const { name: map, key } = valueFrom?.configMapKeyRef ?? {}
      return [name, value ?? (map && named('ConfigMap', map).data?.[key])]
    })
    return Object.fromEntries(variables.filter(([, value]) => value !== undefined && !value.startsWith('/')))
  }
  const repoServer = named('Deployment', 'argocd-repo-server').spec.template.spec
  const controller = named('StatefulSet', 'argocd-application-controller').spec.template.spec
  return {
    config: named('ConfigMap', 'argocd-cm').data,
    repoServerEnvironment: environment(repoServer.containers[0]),
    controllerEnvironment: environment(controller.containers[0]),
    pluginEnvironment: environment(repoServer.initContainers.find(({ name }: Json) => name === 'platform-kernel')),
  }
}
