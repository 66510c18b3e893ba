// Plain JavaScript: an older Node must be able to read this far, to say what is missing.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  console.error(
    `Node ${process.versions.node} is too old: 24 or newer is needed\n  npm ci, then npm run … (it brings its own Node on Linux); elsewhere install Node 24`,
  )
  process.exit(1)
}
await import('./run.ts')
