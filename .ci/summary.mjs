// Prints what the tests came to, as the last line; without a result this fails.
import { readFileSync } from 'node:fs'

const folder = new URL('../node_modules/.cache/platform-kernel/results/', import.meta.url)
const runs = ['test.json'].map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')))
const sum = (field) => runs.reduce((total, run) => total + run[field], 0)
console.log(`${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed`)
