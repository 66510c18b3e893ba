// Takes how each run ended, such as test=0 e2e=1; prints what they came to as the last line, and fails if anything failed.
import { readFileSync } from 'node:fs'

const folder = new URL('../node_modules/.cache/platform-kernel/results/', import.meta.url)
const total = { passed: 0, failed: 0 }
for (const word of process.argv.slice(2)) {
  const [run, code] = word.split('=')
  const result = read(run)
  const { numPassedTests: passed = 0, numFailedTests = 0, testResults = [] } = result ?? {}
  // A file that fails before its tests has none that failed, and so has a run that fails before or beside vitest.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(failed),
  )
  const counted = numFailedTests + broken.length
  for (const { name } of broken) console.log(`${name}  failed beside its tests: counted as 1 failed`)
  const isBroken = counted === 0 && (code !== '0' || !result)
  if (isBroken) console.log(`npm run ${run}  failed beside its tests: counted as 1 failed`)
  total.passed += passed
  total.failed += counted + Number(isBroken)
}
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.passed > 0 && total.failed === 0 ? 0 : 1

function failed({ status }) {
  return status === 'failed'
}

function read(run) {
  try {
    return JSON.parse(readFileSync(new URL(`${run}.json`, folder), 'utf8'))
  } catch {
    return undefined
  }
}
