/** Takes the name of a kind and what its ConfigMap says, returns the schema of a kind without a spec: the definitions say it all. */
export const computedSchema = <Kind extends string>(kind: Kind, description: string) =>
  ({
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: kind,
    description,
    type: 'object',
    additionalProperties: false,
    required: ['apiVersion', 'kind', 'metadata'],
    properties: {
      apiVersion: { const: 'platform.septemcore.com/v1alpha1' },
      kind: { const: kind },
      metadata: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'namespace'],
        properties: {
          name: {
            type: 'string',
            pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
            title: 'at most 63 of a-z, 0-9 and dashes',
            description: 'Name of the ConfigMap.',
          },
          namespace: { type: 'string', pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$', title: 'a namespace' },
        },
      },
    },
  }) as const
