import type { Static } from 'typebox'
import type { Expansion } from '../kind.ts'
import { name as serviceName } from '../name-schema.ts'
import { expandService } from '../service/expand.ts'

const variable = {
  type: 'string',
  pattern: '^[A-Z][A-Z0-9_]*$',
  title: 'A-Z, 0-9 and _, a letter first',
  description: 'Name of an environment variable.',
} as const

const cpu = {
  type: 'string',
  pattern: '^[0-9]+(\\.[0-9]+)?m?$',
  title: "a number of cores in quotes, as '1', or of thousandths, as 100m",
  description: 'A quantity: 100m is a tenth of a core.',
} as const

const memory = {
  type: 'string',
  pattern: '^[0-9]+(\\.[0-9]+)?(k|Ki|M|Mi|G|Gi)?$',
  title: 'a number with its unit, as 128Mi or 1Gi',
  description: 'A quantity: 128Mi is 128 × 2^20 bytes.',
} as const

const resourceAmounts = {
  type: 'object',
  additionalProperties: false,
  required: ['cpu', 'memory'],
  properties: { cpu, memory },
} as const

const resources = {
  type: 'object',
  additionalProperties: false,
  required: ['requests', 'limits'],
  description: 'What one replica is promised and may use at most.',
  properties: {
    requests: { ...resourceAmounts, description: 'Promised to each replica.' },
    limits: { ...resourceAmounts, description: 'At most for each replica; a process above its memory is killed.' },
  },
} as const

const port = {
  type: 'object',
  additionalProperties: false,
  properties: {
    port: { type: 'integer', minimum: 1024, maximum: 65535, description: 'The port the binary listens on.' },
    env: { ...variable, description: 'The variable that tells the binary this port.' },
    appProtocol: {
      enum: ['http', 'grpc', 'tcp'],
      description: 'What is spoken there; http and grpc ports know it by their name.',
    },
  },
} as const

const path = { type: 'string', pattern: '^/[A-Za-z0-9/._-]*$', title: 'a path alone, as /health/live' } as const

const topicName = {
  type: 'string',
  pattern: '^([a-zA-Z0-9._-]{1,249}|\\*)$',
  title: 'A-Z, a-z, 0-9, dots, dashes and _; * is any topic',
  description: 'Name of a Kafka topic.',
} as const

const topic = {
  type: 'object',
  additionalProperties: false,
  properties: {
    retentionHours: {
      type: 'integer',
      minimum: 1,
      description: 'How long events are kept; 168 unless said. Said by one service per topic.',
    },
    partitions: { type: 'integer', minimum: 1, description: '6 unless said. Said by one service per topic.' },
  },
} as const

const topics = {
  type: 'object',
  title: 'a map, as platform.orders.events: {}',
  propertyNames: topicName,
  additionalProperties: topic,
} as const

const labelKey = {
  type: 'string',
  pattern: '^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$',
  title: 'at most 63 of A-Z, a-z, 0-9, dots, dashes and _; a domain and a slash may stand before it',
} as const

const labelValue = {
  type: 'string',
  pattern: '^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$',
  title: 'at most 63 of A-Z, a-z, 0-9, dots, dashes and _',
} as const

const environment = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'stores', 'vault'],
  description: 'Facts of the environment, said once in overlays/<env>/shared.',
  properties: {
    name: { type: 'string', pattern: '\\S', description: 'Name of the environment, as in overlays/<env>.' },
    requireDigests: { type: 'boolean', default: false, description: 'Whether a pin needs a digest beside the SHA.' },
    vault: {
      type: 'object',
      additionalProperties: false,
      required: ['address', 'image'],
      properties: {
        address: { type: 'string', pattern: '^https://', title: 'an address that begins with https://' },
        image: { type: 'string', description: 'The image of the Vault Proxy, with version and digest.' },
      },
    },
    stores: {
      type: 'object',
      propertyNames: serviceName,
      description: 'Every store that services may use, by name.',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['address'],
        properties: {
          address: { type: 'string', pattern: '\\S' },
          env: { ...variable, description: 'The variable in which every service finds the address.' },
          external: { type: 'boolean', description: 'True when this repository does not run the store.' },
        },
      },
    },
  },
} as const

export const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'ServiceDefinition',
  description: 'What a service is and needs; the plugin turns it into Kubernetes objects.',
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { const: 'platform.septemcore.com/v1alpha1' },
    kind: { const: 'ServiceDefinition' },
    metadata: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'namespace'],
      properties: {
        name: serviceName,
        namespace: {
          type: 'string',
          pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
          title: 'at most 63 of a-z, 0-9 and dashes',
        },
        labels: { type: 'object', propertyNames: labelKey, additionalProperties: labelValue },
        annotations: { type: 'object', propertyNames: labelKey, additionalProperties: { type: 'string' } },
      },
    },
    spec: {
      type: 'object',
      additionalProperties: false,
      required: ['description', 'image', 'resources', 'environment'],
      properties: {
        description: { type: 'string', pattern: '\\S', description: 'What the service does, in one sentence.' },
        image: { type: 'string', pattern: '\\S', description: 'The image; its tag is the pin in the overlay.' },
        replicas: { type: 'integer', minimum: 1, maximum: 100, description: '3 unless said; not with autoscaling.' },
        autoscaling: {
          type: 'object',
          description: 'Replicas by load, measured on the container of the service alone.',
          additionalProperties: false,
          required: ['minReplicas', 'maxReplicas', 'averageUtilization'],
          properties: {
            minReplicas: { type: 'integer', minimum: 1, maximum: 100, description: 'Replicas at rest.' },
            maxReplicas: { type: 'integer', minimum: 1, maximum: 100, description: 'Replicas at most.' },
            averageUtilization: {
              type: 'object',
              additionalProperties: false,
              minProperties: 1,
              title: 'a map, as { cpu: 60 }',
              description: 'Percent of the requests above which replicas are added.',
              properties: {
                cpu: { type: 'integer', minimum: 1, maximum: 100, description: 'Percent of the requested cores.' },
                memory: { type: 'integer', minimum: 1, maximum: 100, description: 'Percent of the requested memory.' },
              },
            },
          },
        },
        resources,
        ports: {
          type: 'object',
          propertyNames: {
            type: 'string',
            pattern: '^[a-z]([a-z0-9-]{0,13}[a-z0-9])?$',
            title: 'at most 15 of a-z, 0-9 and dashes, a letter first',
          },
          title: 'a map, as metrics: { port: 9090 }',
          description: 'http (8080) and grpc (50050) are there unless changed; others are added.',
          additionalProperties: port,
        },
        probes: {
          type: 'object',
          additionalProperties: false,
          title: 'a map, as { liveness: /live, readiness: /ready }',
          description: 'Paths on the http port; /health/live and /health/ready unless said.',
          properties: {
            liveness: { ...path, description: 'Fails: the process is started anew.' },
            readiness: { ...path, description: 'Fails: nobody is sent here.' },
          },
        },
        terminationGracePeriodSeconds: {
          type: 'integer',
          minimum: 1,
          maximum: 3600,
          description: 'From the order to stop until the process is killed; 45 unless said.',
        },
        preStopSleepSeconds: {
          type: 'integer',
          minimum: 1,
          maximum: 300,
          description: 'How long a stopping replica still serves while others learn that it leaves; 10 unless said.',
        },
        progressDeadlineSeconds: {
          type: 'integer',
          minimum: 1,
          maximum: 3600,
          description: 'After this long without progress a rollout counts as failed; 300 unless said.',
        },
        tmpSizeLimit: {
          ...memory,
          description: 'Size of /tmp, the only folder that can be written; 64Mi unless said.',
        },
        env: {
          type: 'object',
          propertyNames: variable,
          title: "a map, as CACHE_TTL: '30'",
          description: 'Environment variables; each value is a string.',
          additionalProperties: { type: 'string' },
        },
        secrets: {
          type: 'object',
          propertyNames: variable,
          title: 'a map, as API_KEY: { path: platform/iam/provider, key: api-key }',
          description: 'Environment variables whose value is a key of a Vault secret.',
          additionalProperties: {
            type: 'object',
            title: '{ path: <path in Vault>, key: <key> }, and rotate a secret that stood here: git keeps it',
            writeOnly: true,
            additionalProperties: false,
            required: ['path', 'key'],
            properties: {
              path: {
                type: 'string',
                pattern: '^[a-z0-9]([a-z0-9_-]|/(?=[a-z0-9_-]))*[a-z0-9]$',
                title: 'a path such as platform/iam/keys: a-z, 0-9, dashes, _ and slashes, none at its ends',
                description: 'Path under the mount secret.',
              },
              key: {
                type: 'string',
                pattern: '^[A-Za-z0-9._-]+$',
                title: 'A-Z, a-z, 0-9, dots, dashes and _',
                description: 'Key in that secret.',
              },
            },
          },
        },
        vault: {
          type: 'object',
          minProperties: 1,
          propertyNames: {
            type: 'string',
            pattern: '^[a-z0-9-]+(/[a-z0-9-]+)+$',
            title: 'the mount and the path, as secret/platform/iam: a-z, 0-9, dashes and slashes',
          },
          title: 'a map, as secret/platform/iam/keys: read',
          description: 'Vault paths (mount first) that the binary itself reads or writes; gives it a Vault Proxy.',
          additionalProperties: { enum: ['read', 'write'], description: 'write includes read.' },
        },
        database: {
          type: 'object',
          title: 'a map, as { name: platform_orders }',
          description: 'The PostgreSQL database of the service; its login comes from Vault.',
          additionalProperties: false,
          required: ['name'],
          properties: {
            name: {
              type: 'string',
              pattern: '^[a-z][a-z0-9_]{0,62}$',
              title: 'at most 63 of a-z, 0-9 and _, a letter first',
              description: 'Name of the database.',
            },
            env: { ...variable, description: 'The variable of the address; DATABASE_URL unless said.' },
            migrations: {
              enum: ['self', 'job'],
              description:
                'Who changes the tables: the service at its start (self, unless said); job is refused until there is one.',
            },
            createsSchemas: { type: 'boolean', description: 'Whether the login may create schemas in the database.' },
          },
        },
        stores: {
          type: 'object',
          title: 'a map, as valkey: {}',
          description: 'Stores the service uses, by the name the environment gives them.',
          additionalProperties: {
            type: 'object',
            additionalProperties: false,
            properties: { env: { ...variable, description: 'The variable in which this service finds the address.' } },
          },
        },
        topics: {
          type: 'object',
          additionalProperties: false,
          description: 'Kafka topics.',
          properties: { publishes: topics, consumes: topics },
        },
        calls: {
          type: 'object',
          propertyNames: serviceName,
          title: 'a map, as iam: { http: { env: IAM_URL } }',
          description: 'Other services, then their ports, that this service calls.',
          additionalProperties: {
            type: 'object',
            minProperties: 1,
            additionalProperties: {
              type: 'object',
              additionalProperties: false,
              properties: {
                port: {
                  type: 'integer',
                  minimum: 1024,
                  maximum: 65535,
                  description: 'Where the other one listens, if not at 8080 (http) or 50050 (grpc).',
                },
                env: { ...variable, description: 'The variable in which this service finds the address.' },
                optional: { type: 'boolean', description: 'Whether the service works without the other one.' },
              },
            },
          },
        },
        egress: {
          title: 'any, or a map of hosts, as api.example.com: {}',
          description: 'Hosts outside the cluster, or any.',
          anyOf: [
            { const: 'any' },
            {
              type: 'object',
              minProperties: 1,
              propertyNames: {
                type: 'string',
                pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$',
                title: 'the name of a host alone, as api.example.com',
              },
              additionalProperties: {
                type: 'object',
                additionalProperties: false,
                properties: { port: { type: 'integer', minimum: 1, maximum: 65535, description: '443 unless said.' } },
              },
            },
          ],
        },
        patches: {
          type: 'object',
          description: 'What a definition cannot say: Kustomize patches on the objects made from it.',
          additionalProperties: {
            type: 'object',
            additionalProperties: false,
            required: ['target', 'patch'],
            properties: {
              target: {
                type: 'object',
                additionalProperties: false,
                required: ['kind'],
                properties: { kind: { type: 'string', pattern: '\\S' }, name: { type: 'string', pattern: '\\S' } },
              },
              patch: {
                type: 'string',
                pattern: '\\S',
                description: 'The text of a Kustomize patch (a block after a bar).',
              },
            },
          },
        },
        environment,
      },
    },
  },
} as const

export type ServiceDefinition = Static<typeof schema>

/** Takes a valid definition, returns the objects that run the service, or what contradicts itself in it. */
export function expand(definition: ServiceDefinition): Expansion {
  return expandService(definition)
}
