import type { ServiceDefinition } from '../kinds/service-definition.ts'

/** A port of a service with everything that was left to its default filled in. */
export interface Port {
  readonly name: string
  readonly port: number
  readonly appProtocol: string
  readonly env?: string
}

/** Ports that every service has unless it says otherwise (deployment guide: EXPOSE 8080 50050). */
const standard: Readonly<Record<string, { port: number; appProtocol: string }>> = {
  http: { port: 8080, appProtocol: 'http' },
  grpc: { port: 50050, appProtocol: 'grpc' },
}

type Ports = Pick<ServiceDefinition['spec'], 'ports'>

/** Takes a port's name, returns the number every service has it at unless it says otherwise, if there is one. */
export const standardPort = (name: string): number | undefined => standard[name]?.port

/** Takes a definition's ports, returns them by name with defaults filled in; a port still lacking its number has 0. */
export function portsOf({ ports = {} }: Ports): Port[] {
  const names = [...new Set([...Object.keys(standard), ...Object.keys(ports)])].sort()
  return names.map((name) => {
    const {
      port = standardPort(name) ?? 0,
      appProtocol = standard[name]?.appProtocol ?? 'tcp',
      env,
    } = ports[name] ?? {}
    return { name, port, appProtocol, ...(env !== undefined && { env }) }
  })
}
