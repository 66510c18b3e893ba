import { describe } from 'vitest'
import { commandRefuses } from './harness.ts'

describe('wrong words for render', () => {
  commandRefuses(
    'an environment with a slip',
    'render prd',
    'prd  there is no such environment',
    '  did you mean prod?',
  )
  commandRefuses(
    'an environment of others',
    'render production',
    'production  there is no such environment',
    '  did you mean prod?',
  )
  commandRefuses(
    'no environment',
    'render',
    'npm run -s render <environment> [component]',
    '  prints what Argo CD receives: all services of the environment, or one component (a service, infra/<component>,',
    '  mesh/<component>), or root: the Applications of the cluster of that name, stamped with the last commit',
  )
  commandRefuses(
    'a service first',
    'render iam prod',
    'iam  is no environment',
    '  write the environment first: npm run -s render prod iam',
  )
  commandRefuses('a service with a slip', 'render prod ima', 'ima  prod has no such component', '  did you mean iam?')
  commandRefuses(
    'a service that does not exist',
    'render prod users',
    'users  prod has no such component',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, iam, integration-hub, module-registry, money, notify, root',
  )
  commandRefuses(
    'two services',
    'render prod iam notify',
    'npm run -s render <environment> [component]',
    '  prints what Argo CD receives: all services of the environment, or one component (a service, infra/<component>,',
    '  mesh/<component>), or root: the Applications of the cluster of that name, stamped with the last commit',
  )
  commandRefuses(
    'a path for an environment',
    'render overlays/prod',
    'overlays/prod  there is no such environment',
    '  allowed: dev, prod, staging',
  )
  commandRefuses(
    'a path for a service',
    'render prod overlays/prod/services/iam',
    'overlays/prod/services/iam  prod has no such component',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, iam, integration-hub, module-registry, money, notify, root',
  )
  commandRefuses(
    'a folder that is no service',
    'render prod shared',
    'shared  prod has no such component',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, iam, integration-hub, module-registry, money, notify, root',
  )
  commandRefuses(
    'the file of the list',
    'render prod kustomization.yaml',
    'kustomization.yaml  prod has no such component',
    '  allowed: audit, billing, data-layer, domain-resolver, event-bus, files, gateway, iam, integration-hub, module-registry, money, notify, root',
  )
  commandRefuses(
    'a flag for the environment',
    'render --env=prod',
    '--env=prod  there is no such environment',
    '  allowed: dev, prod, staging',
  )
  commandRefuses('an empty word', "render ''", "''  there is no such environment", '  allowed: dev, prod, staging')
})

describe('wrong words for check', () => {
  commandRefuses(
    'two words',
    'check HEAD^ prod',
    'npm run check [base]',
    '  refuses everything that can be refused before a commit, in every environment, all findings together;',
    '  base (default HEAD^) is the commit whose pins are compared with those of now',
  )
  commandRefuses(
    'an environment',
    'check prod',
    'prod  there is no such commit',
    '  write a branch or commit; all environments are checked, whatever the words',
  )
  commandRefuses(
    'a commit that does not exist',
    'check 0000000',
    '0000000  there is no such commit',
    '  write a branch or commit; all environments are checked, whatever the words',
  )
  commandRefuses(
    'a flag',
    'check --all',
    'npm run check [base]',
    '  refuses everything that can be refused before a commit, in every environment, all findings together;',
    '  base (default HEAD^) is the commit whose pins are compared with those of now',
  )
})

const noKubeconfig = [
  'kubeconfig  has no context',
  '  get one from who runs the cluster, and name its file with KUBECONFIG',
]

describe('wrong words for bootstrap', () => {
  const usage = [
    'npm run bootstrap <cluster> <context>',
    '  brings Argo CD and the root of clusters/<cluster> to the cluster that the context of your kubeconfig leads to, after it has',
    '  checked all that it can, and shows the waves until everything runs; safe to run again (docs/bootstrap.md)',
  ]
  commandRefuses('no cluster', 'bootstrap', ...usage)
  commandRefuses('two contexts', 'bootstrap prod a b', ...usage)
  commandRefuses('no kubeconfig', 'bootstrap prod prod', ...noKubeconfig)
  commandRefuses(
    'a cluster with a slip',
    'bootstrap prdo prod',
    'prdo  there is no clusters/prdo',
    '  did you mean prod?',
    ...noKubeconfig,
  )
})

describe('wrong words for break-glass', () => {
  const usage = [
    'npm run break-glass <cluster> <component> <sha> <context>',
    "  has one component go to a commit of this repository while the root is blocked, and changes nothing else; the root's next",
    '  sync that gets there takes it back to what git says (docs/break-glass.md)',
  ]
  commandRefuses('no commit', 'break-glass prod iam', ...usage)
  commandRefuses('a word too many', 'break-glass prod iam a b c', ...usage)
  commandRefuses('no context', `break-glass prod iam ${'a'.repeat(40)}`, ...noKubeconfig)
})

describe('a wrong command', () => {
  commandRefuses('has a slip', 'rendr prod', 'rendr  there is no such command', '  did you mean render?')
  commandRefuses('has a slip of another kind', 'chekc', 'chekc  there is no such command', '  did you mean check?')
})
