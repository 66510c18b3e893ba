import type { Static } from 'typebox'
import { expandCluster } from '../wave/expand-cluster.ts'
import { name } from '../name-schema.ts'

export const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Cluster',
  description:
    'The facts of a cluster, by which waves become Applications; of itself, what says which commit has gone through them.',
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { const: 'platform.septemcore.com/v1alpha1' },
    kind: { const: 'Cluster' },
    metadata: {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: { name: { ...name, description: 'Name of its folder below clusters/.' } },
    },
    spec: {
      type: 'object',
      additionalProperties: false,
      required: ['environment', 'repository', 'plugin'],
      properties: {
        environment: { ...name, description: 'The overlays it runs: overlays/<environment>.' },
        repository: {
          type: 'string',
          pattern: '^(https|ssh|file)://',
          title: 'an address that begins with https:// or ssh://',
          description: 'The git repository that Argo CD reads, this one; every AppProject names it too.',
        },
        server: {
          type: 'string',
          pattern: '^https://',
          title: 'an address that begins with https://',
          default: 'https://kubernetes.default.svc',
          description: 'The API server that objects go to; the one that Argo CD runs on unless said.',
        },
        plugin: {
          type: 'string',
          pattern: '^[0-9a-f]{40}$',
          title: '40 lower-case hex digits, in quotes',
          description:
            'The git SHA of the plugin that runs there. A change has every Application rendered again: Argo CD keeps what another plugin rendered.',
        },
      },
    },
  },
} as const

export type Cluster = Static<typeof schema>

export const expand = expandCluster
