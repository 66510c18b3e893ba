/** How pods live on the rig's nodes; times in milliseconds. What is left out is half a second, and no crash. */
export interface Lifecycle {
  /** From the container's start to Ready; "never": it runs, and its readiness probe fails. */
  readyAfter?: number | 'never'
  /** From Ready to the container's end with exit code 1, CrashLoopBackOff, and a new start; a Job's pod fails. */
  crashAfter?: number
  /** From CrashLoopBackOff to the new start. */
  restartAfter?: number
  /** From Ready to the end of a Job's pod. */
  completeAfter?: number
  /** From the deletion to the end: how long the process takes after SIGTERM. */
  endAfter?: number
}

/** Which pods live so: all that is given must hold. */
export interface Selection {
  namespace?: string
  labels?: Record<string, string>
  /** A part of a container's image, such as "iam:4f1a". */
  image?: string
  /** A part of the pod's name. */
  name?: string
}

export interface Rule extends Lifecycle {
  pods: Selection
}
