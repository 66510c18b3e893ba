import { startRig } from './rig.ts'

// A process of its own, to be killed: prints the rig's folder once the rig runs.
const rig = await startRig()
console.log(rig.folder)
setInterval(() => {}, 60_000)
