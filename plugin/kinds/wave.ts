import type { Static } from 'typebox'
import { expandWave } from '../wave/expand.ts'
import { name } from '../name-schema.ts'

const namespace = {
  type: 'string',
  pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
  title: 'at most 63 of a-z, 0-9 and dashes',
} as const

const chart = {
  type: 'object',
  additionalProperties: false,
  required: ['repository', 'name', 'version'],
  description: 'The Helm chart that the component is; without it, it is the folder overlays/<env>/<wave>/<component>.',
  properties: {
    repository: { type: 'string', pattern: '\\S', description: 'Where the chart is; the AppProject names it too.' },
    name: { type: 'string', pattern: '\\S', description: 'Name of the chart there.' },
    version: {
      type: 'string',
      pattern: '^v?[0-9]+\\.[0-9]+\\.[0-9]+([-+][0-9A-Za-z.+-]+)?$',
      title: 'one version, as 1.21.0: a range moves',
      description: 'One version of it.',
    },
    values: { type: 'object', description: 'Its values, as in a values file.' },
  },
} as const

const ignoreDifferences = {
  type: 'array',
  description: 'Fields that others write, as in an Application.',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['kind'],
    properties: {
      group: { type: 'string', description: 'API group; the core group unless said.' },
      kind: { type: 'string', pattern: '\\S' },
      name: { type: 'string' },
      namespace: { type: 'string' },
      jsonPointers: { type: 'array', items: { type: 'string' } },
      jqPathExpressions: { type: 'array', items: { type: 'string' } },
      managedFieldsManagers: { type: 'array', items: { type: 'string' } },
    },
  },
} as const

const component = {
  type: 'object',
  additionalProperties: false,
  description: 'An Application of the same name.',
  properties: {
    after: {
      type: 'array',
      items: { ...name },
      description: 'Components of this wave that have to be done with a change before this one gets it.',
    },
    environments: {
      type: 'array',
      minItems: 1,
      items: { ...name },
      description: 'The environments that have it already; all of them unless said.',
    },
    namespace: { ...namespace, description: 'Where its objects go unless they say so; that of the wave unless said.' },
    deadlineSeconds: {
      type: 'integer',
      minimum: 5,
      maximum: 86400,
      description: 'Seconds that a change of it may take until it counts as failed; 600 unless said.',
    },
    retries: {
      type: 'integer',
      minimum: 0,
      maximum: 20,
      description:
        'How often a sync that failed is tried again, after 5 s, 10 s, 20 s and so on to 60 s; 5 times unless said. No other commit gets in meanwhile.',
    },
    paused: {
      type: 'boolean',
      description: 'True to leave it as it is in the cluster: no change reaches it, and nothing waits for it.',
    },
    chart,
    ignoreDifferences,
  },
} as const

export const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Wave',
  description: 'What is deployed together, and after what. An AppProject of the same name says what it may touch.',
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { const: 'platform.septemcore.com/v1alpha1' },
    kind: { const: 'Wave' },
    metadata: {
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: { name: { ...name, description: 'Name of the folder of its components, below overlays/<env>.' } },
    },
    spec: {
      type: 'object',
      additionalProperties: false,
      required: ['namespace', 'components'],
      properties: {
        after: { ...name, description: 'The wave that has to be done with a change before this one gets it.' },
        namespace: { ...namespace, description: 'Where objects go unless the component or the object says so.' },
        components: {
          type: 'object',
          propertyNames: name,
          description: 'Every component by name; {} where nothing is to say. A cluster leaves one out with null.',
          additionalProperties: component,
        },
      },
    },
  },
} as const

export type Wave = Static<typeof schema>
export type Component = Wave['spec']['components'][string]

export const expand = expandWave
