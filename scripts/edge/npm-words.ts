import type { Finding } from '../../plugin/finding.ts'
import { knownFlags, wordForFlag } from '../flags.ts'

/**
 * Takes the environment, returns a refusal for every flag that npm kept for itself: `bump iam <sha> --dry-run` arrives
 * as `bump iam <sha>`, with `npm_config_dry_run` beside it.
 */
export function eatenFlags(env: NodeJS.ProcessEnv): Finding[] {
  const whole = letters(env)
  if (whole === undefined) return [...knownFlags.flatMap((name) => eaten(env, name)), ...production(env)]
  const fact = `npm took ${whole} for itself, letter by letter, as short flags of its own`
  const others = knownFlags.filter((name) => name !== 'all' && name !== 'yes')
  return [
    { at: command(env), fact, remedy: wordForFlag(whole) },
    ...others.flatMap((name) => eaten(env, name)),
    ...production(env),
  ]
}

function eaten(env: NodeJS.ProcessEnv, name: string): Finding[] {
  const variable = `npm_config_${name}`
  const value = env[variable]
  // npm leaves '' for what is switched off, as `yes` and `fund` in an .npmrc
  if (value === undefined || ['', 'false', 'null'].includes(value)) return []
  const flag = `--${name.replaceAll('_', '-')}${value === 'true' ? '' : `=${value}`}`
  const fact = `npm took ${flag} for itself, so the command never saw it`
  const remedy = `${wordForFlag(name)} (or unset ${variable}, if .npmrc or the shell sets it)`
  return [{ at: command(env), fact, remedy }]
}

/** npm reads an unknown flag made of its own short ones as those: --plan is -p -l -a -n, --apply is -a -p -p -l -y. */
function letters(env: NodeJS.ProcessEnv): string | undefined {
  const isOn = (name: string) => env[`npm_config_${name}`] === 'true'
  if (!['all', 'long', 'parseable'].every(isOn)) return undefined
  return isOn('yes') ? '--apply' : '--plan'
}

/** --prod, --production and --only=prod leave nothing behind but NODE_ENV. */
function production(env: NodeJS.ProcessEnv): Finding[] {
  if (env.npm_lifecycle_event === undefined || env.NODE_ENV !== 'production') return []
  const fact = 'NODE_ENV is production: npm sets it when it takes --prod for itself'
  return [{ at: command(env), fact, remedy: `${wordForFlag('prod')} (or unset NODE_ENV, if the shell sets it)` }]
}

function command(env: NodeJS.ProcessEnv): { file: string } {
  return { file: `npm run ${env.npm_lifecycle_event ?? '<command>'}` }
}
