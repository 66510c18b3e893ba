import { environments } from './environments.ts'

const plan = 'write the word `plan`, last'
const environment = `write the environment as a word, last: ${environments.join(', ')}`
const pin = 'write it as words: <service> <sha>[@sha256:<digest>]'
const drop = 'leave it out: no command asks a question or needs to be forced'
const json = 'write the word `json`, where `help` of the command offers it'

// names as in npm_config_<name>
const remedies: Readonly<Record<string, string>> = {
  dry_run: plan,
  dryrun: plan,
  dry: plan,
  n: plan,
  diff: plan,
  preview: plan,
  plan,
  env: environment,
  environment,
  e: environment,
  in: environment,
  to: environment,
  // npm completes --to to this one
  token_description: environment,
  target: environment,
  cluster: environment,
  context: 'write the context as a word, last',
  prod: 'write the word `prod`, last',
  production: 'write the word `prod`, last',
  // npm's own meaning of -P and -D
  save_prod: 'write the word `prod`, last',
  save_dev: 'write the word `dev`, last',
  dev: 'write the word `dev`, last',
  stage: 'write the word `staging`, last',
  staging: 'write the word `staging`, last',
  sha: pin,
  tag: pin,
  pin,
  digest: pin,
  image: pin,
  service: pin,
  json,
  output: json,
  format: json,
  force: drop,
  f: drop,
  yes: drop,
  y: drop,
  all: 'name each service as a word',
  a: 'name each service as a word',
  push: 'write the word `push`, where `help` of the command offers it',
  commit: 'write the word `push`, where `help` of the command offers it',
  pr: 'write the word `pr`, where `help` of the command offers it',
  pull_request: 'write the word `pr`, where `help` of the command offers it',
  help: 'write the word `help`',
  h: 'write the word `help`',
  message: 'leave it out: the command writes the message',
  branch: 'leave it out: the command works on the branch that is checked out',
  base: 'write it as a word',
  wait: 'leave it out',
  watch: 'leave it out',
}

/** The flags we know a word for, named as npm names them in `npm_config_<name>`. */
export const knownFlags: readonly string[] = Object.keys(remedies).filter((name) => name.length > 1)

/** Takes a flag with or without dashes and value, returns which word to type instead. */
export function wordForFlag(flag: string): string {
  const [name = ''] = flag.replace(/^-+/, '').toLowerCase().replaceAll('-', '_').split('=')
  return (Object.hasOwn(remedies, name) && remedies[name]) || 'commands take words, not flags: leave it out'
}
