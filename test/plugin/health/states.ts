import { application } from './application.states.ts'
import { gateway } from './gateway.states.ts'
import { istio } from './istio.states.ts'
import type { State } from './state.ts'
import { vaultSecretsOperator } from './vault-secrets-operator.states.ts'

/** What each script of plugin/install/health has to say: run by `npm test`, and by Argo CD itself in `npm run e2e`. */
export const statesOfScript: Record<string, readonly State[]> = {
  'application.lua': application,
  'gateway.lua': gateway,
  'istio.lua': istio,
  'vault-secrets-operator.lua': vaultSecretsOperator,
}
