/** What the palette finds beside pages, projects, runs and models: what a page can do now. */

import { untrack } from 'svelte'
import type { IconName } from '../components/icons'

/** Something that the palette offers. */
export interface Command {
  label: string
  /** What it belongs to, such as a project. */
  detail?: string
  icon: IconName
  run: () => void
}

const offered = $state<Command[]>([])

/** Offer commands while a component lives: call it in `$effect` and return what it gives. */
export function offer(commands: Command[]): () => void {
  untrack(() => offered.push(...commands))
  return () =>
    untrack(() => {
      for (const command of commands) {
        const place = offered.findIndex((one) => one.run === command.run)
        if (place >= 0) offered.splice(place, 1)
      }
    })
}

/** The commands of the present page. */
export function commands(): readonly Command[] {
  return offered
}
