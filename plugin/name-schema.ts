/** A name of ours in a schema: Kubernetes takes it for an object, and there is room for what is put behind it. */
export const name = {
  type: 'string',
  pattern: '^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$',
  title: 'at most 40 of a-z, 0-9 and dashes, a letter first',
} as const
