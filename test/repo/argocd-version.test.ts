import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { root } from '../plugin.ts'

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const install = parse(read('plugin/install/kustomization.yaml')) as {
  resources: string[]
  images: { name: string; newTag: string; digest: string }[]
}
const rig = read('test/e2e/rig/modules/argo-cd/go.mod')

it('the only remote base is Argo CD, by the commit of the version that the rig runs', () => {
  const remote = install.resources.filter((resource) => resource.includes(':'))
  expect(remote).toHaveLength(1)
  const [, commit = ''] =
    /^https:\/\/github\.com\/argoproj\/argo-cd\/\/manifests\/cluster-install\?ref=([0-9a-f]{40})$/.exec(remote[0]!) ??
    []
  // Argo CD has its engine in the same repository: the version of the one is made of the commit of the other.
  const [, engine = ''] = /argo-cd\/gitops-engine => \S+ v0\.0\.0-\d{14}-([0-9a-f]{12})$/m.exec(rig) ?? []
  expect(commit.slice(0, 12)).toBe(engine)
})

it('installation, plugin image and rig are of one Argo CD', () => {
  const { newTag, digest } = install.images.find(({ name }) => name === 'quay.io/argoproj/argocd')!
  expect(rig).toContain(`github.com/argoproj/argo-cd/v3 ${newTag}`)
  expect(read('plugin/Dockerfile')).toContain(`quay.io/argoproj/argocd:${newTag}@${digest}`)
  expect(read('docs/argocd.md')).toContain(`Argo CD ${newTag.slice(1)} in namespace`)
})
