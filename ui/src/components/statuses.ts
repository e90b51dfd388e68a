/** How states look: a word, an icon and a colour, never a colour alone. */

import type { IconName } from './icons'

/** The tone of a state. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm'

/** A state as it is shown. */
export interface Look {
  tone: Tone
  icon: IconName
}

const LOOKS: Record<string, Look> = {
  running: { tone: 'busy', icon: 'play' },
  restarting: { tone: 'warn', icon: 'refresh' },
  pending: { tone: 'calm', icon: 'clock' },
  queued: { tone: 'calm', icon: 'clock' },
  scheduled: { tone: 'calm', icon: 'clock' },
  succeeded: { tone: 'good', icon: 'check' },
  finished: { tone: 'good', icon: 'check' },
  fresh: { tone: 'good', icon: 'check' },
  healthy: { tone: 'good', icon: 'check' },
  ready: { tone: 'good', icon: 'check' },
  passed: { tone: 'good', icon: 'check' },
  failed: { tone: 'bad', icon: 'close' },
  killed: { tone: 'bad', icon: 'stop' },
  lost: { tone: 'bad', icon: 'offline' },
  unhealthy: { tone: 'bad', icon: 'alert' },
  rejected: { tone: 'bad', icon: 'close' },
  stale: { tone: 'warn', icon: 'clock' },
  modified: { tone: 'warn', icon: 'edit' },
  missing: { tone: 'warn', icon: 'alert' },
  blocked: { tone: 'warn', icon: 'stop' },
  cancelled: { tone: 'calm', icon: 'stop' },
  stopped: { tone: 'calm', icon: 'stop' },
  exited: { tone: 'calm', icon: 'stop' },
  skipped: { tone: 'calm', icon: 'skip' },
}

/** Give how a state looks; one that nobody knows is calm. */
export function lookOf(status: string): Look {
  return LOOKS[status.toLowerCase()] ?? { tone: 'calm', icon: 'info' }
}
