import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatFindings } from '../../plugin/finding.ts'
import { eatenFlags } from '../../scripts/edge/npm-words.ts'

const folder = fs.mkdtempSync(join(tmpdir(), 'npm-words-'))

beforeAll(() => {
  fs.writeFileSync(join(folder, 'env.mjs'), 'console.log(JSON.stringify(process.env))')
  fs.writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { bump: 'node env.mjs' } }))
  fs.writeFileSync(join(folder, 'npmrc'), 'yes=false\nfund=false\nsave-exact=true\n')
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

/** What a command finds in its environment when a person types this after `npm run bump iam <sha>`. */
function environmentAfter(flags: string[]): NodeJS.ProcessEnv {
  // what the outer npm left behind must not be taken for what this one does
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_ENV$|^NODE_OPTIONS$/i.test(name))
  const text = execFileSync('npm', ['run', '-s', 'bump', 'iam', 'abc', ...flags], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...Object.fromEntries(own), npm_config_userconfig: join(folder, 'npmrc') },
  })
  return JSON.parse(text) as NodeJS.ProcessEnv
}

describe('what a real npm eats is refused, with the word to use', { timeout: 60_000 }, () => {
  const plan = 'write the word `plan`, last'
  const environment = 'write the environment as a word, last: dev, staging, prod'
  const rows: [flags: string, took: string, remedy: string][] = [
    ['--dry-run', 'npm took --dry-run for itself, so the command never saw it', plan],
    ['--plan', 'npm took --plan for itself, letter by letter, as short flags of its own', plan],
    ['--diff word', 'npm took --diff=word for itself', plan],
    ['--env=prod', 'npm took --env=prod for itself', environment],
    ['--env prod', 'npm took --env for itself', environment],
    ['--to prod', 'npm took --token-description=prod for itself', environment],
    ['--prod', 'NODE_ENV is production: npm sets it when it takes --prod for itself', 'write the word `prod`, last'],
    ['-P', 'npm took --save-prod for itself', 'write the word `prod`, last'],
    ['--staging', 'npm took --staging for itself', 'write the word `staging`, last'],
    ['--tag=abc', 'npm took --tag=abc for itself', 'write it as words: <service> <sha>[@sha256:<digest>]'],
    ['-f', 'npm took --force for itself', 'leave it out: no command asks a question or needs to be forced'],
    ['--yes', 'npm took --yes for itself', 'leave it out: no command asks a question or needs to be forced'],
    ['--json', 'npm took --json for itself', 'write the word `json`'],
  ]
  it.each(rows)('npm run bump iam <sha> %s', (flags, took, remedy) => {
    const findings = eatenFlags(environmentAfter(flags.split(' ')))
    expect(formatFindings(findings)).toContain(`npm run bump  ${took}`)
    expect(formatFindings(findings)).toContain(`\n  ${remedy}`)
    expect(findings).toHaveLength(1)
  })

  it('what npm sets by itself and from an .npmrc is not refused', () => {
    expect(eatenFlags(environmentAfter([]))).toEqual([])
  })

  it('--no-dry-run is not refused', () => {
    expect(eatenFlags(environmentAfter(['--no-dry-run']))).toEqual([])
  })
})

describe('eatenFlags', () => {
  it('reports all flags together', () => {
    expect(eatenFlags({ npm_config_env: 'prod', npm_config_push: 'true', npm_config_dry_run: 'true' })).toHaveLength(3)
    expect(
      eatenFlags({
        npm_config_all: 'true',
        npm_config_long: 'true',
        npm_config_parseable: 'true',
        npm_config_pr: 'true',
      }),
    ).toHaveLength(2)
  })

  it.each(['', 'false', 'null'])('takes %j for switched off', (value) => {
    expect(eatenFlags({ npm_config_json: value, npm_config_yes: value })).toEqual([])
  })

  it('leaves NODE_ENV alone outside npm', () => {
    expect(eatenFlags({ NODE_ENV: 'production' })).toEqual([])
  })
})
