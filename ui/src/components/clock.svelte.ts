/** The present time as reactive state, so that ages and durations move by themselves. */

const clock = $state({ now: Date.now() / 1000 })

setInterval(() => (clock.now = Date.now() / 1000), 1000)

/** Seconds since the epoch, moving once a second. */
export function now(): number {
  return clock.now
}
