/** The environments in their order of promotion; the first is where a bump goes unless told otherwise. */
export const environments = ['dev', 'staging', 'prod'] as const
