interface Schema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly const?: string
  readonly anyOf?: readonly Schema[]
  readonly description?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
}

/** Takes the schema of a definition and an example of one, returns the page that explains every field, in the schema's words. */
export function definitionPage(schema: Schema, example: string): string {
  const spec = schema.properties?.spec ?? {}
  return `# The definition of a service

Written by \`npm run build\` from the schema in \`plugin/kinds/service-definition.ts\`.

A definition says what a service is and needs. Everything in it is a map, so that an overlay can change one entry without
repeating the others: what is listed by name here is changed by that name there, and \`null\` removes it. This is iam:

\`\`\`yaml
${example.split('\n').slice(1).join('\n').trim()}
\`\`\`

## Fields of \`spec\`

\`<name>\` is a name you choose; a field marked * must be there (\`environment\` comes from \`base/shared\` and \`overlays/<env>/shared\`).

| field | value | meaning |
|---|---|---|
${rows(spec, []).join('\n')}

## What becomes of it

| of a definition | come |
|---|---|
| any | a ServiceAccount \`platform-<service>\`, a Deployment, a Service with its ports by name |
| \`autoscaling\` | a HorizontalPodAutoscaler; the Deployment then says no \`replicas\` |
| more than one replica | a PodDisruptionBudget: a drain takes one replica at a time |
| \`database\` | a login of the service's own, leased from Vault, as a Secret that Vault Secrets Operator writes |
| \`secrets\` | the named keys of a Vault path, as a Secret that Vault Secrets Operator writes |
| \`vault\` | a Vault Proxy in each pod, which logs in as the service; the binary needs no token |
| \`calls\`, \`stores\`, port \`env\` | variables with the addresses |
| \`topics\`, \`egress\`, \`createsSchemas\` | no object yet: \`npm run check\` compares them, and topics, rights and network rules are to be computed from them |
| \`patches\` | whatever a Kustomize patch makes of the objects above |
`
}

function rows(schema: Schema, path: readonly string[]): string[] {
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const required = schema.required?.includes(name) ? ' *' : ''
    const here = [...path, name]
    return [row(here, required, field), ...rows(field, here)]
  })
  const { additionalProperties } = schema
  if (typeof additionalProperties !== 'object')
    return [...named, ...(schema.anyOf ?? []).flatMap((choice) => rows(choice, path))]
  const here = [...path, '<name>']
  const entry =
    additionalProperties.description || !additionalProperties.properties ? [row(here, '', additionalProperties)] : []
  return [...named, ...entry, ...rows(additionalProperties, here)]
}

const row = (path: readonly string[], required: string, field: Schema): string =>
  `| \`${path.join('.')}\`${required} | ${valueOf(field)} | ${field.description ?? ''} |`

function valueOf({ type, enum: allowed, const: only, anyOf }: Schema): string {
  if (allowed) return allowed.map((word) => `\`${word}\``).join(', ')
  if (only !== undefined) return `\`${only}\``
  if (anyOf) return anyOf.map(valueOf).join(' or ')
  return { object: 'map', integer: 'number', boolean: 'true or false', string: 'text' }[type ?? ''] ?? ''
}
