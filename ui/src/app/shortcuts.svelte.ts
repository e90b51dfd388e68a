/** Keys that do something anywhere on a page, and the list of them that `?` shows. */

import { untrack } from 'svelte'

/** A key, or two in a row such as `g r`; `mod` is ⌘ on a Mac and Ctrl elsewhere. */
export interface Shortcut {
  keys: string
  says: string
  run: () => void
}

const known = $state<Shortcut[]>([])
let before = ''
let beforeAt = 0
const TOGETHER_MS = 1000

/** Take a key while a component lives: call it in `$effect` and return what it gives. */
export function onKey(keys: string, says: string, run: () => void): () => void {
  const shortcut = { keys, says, run }
  // The effect that takes a key shall not run again because others do.
  untrack(() => known.push(shortcut))
  return () =>
    untrack(() => {
      const place = known.findIndex((one) => one.run === run && one.keys === keys)
      if (place >= 0) known.splice(place, 1)
    })
}

/** The keys of the present page. */
export function shortcuts(): readonly Shortcut[] {
  return known
}

/** Run what a key is taken for; keys typed into fields are text, and a dialog keeps its own. */
export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const hasMod = event.metaKey || event.ctrlKey
  if (event.altKey || (isTyping(event.target) && !hasMod) || isUnderDialog()) return
  const key = (hasMod ? 'mod+' : '') + event.key.toLowerCase()
  const pair = event.timeStamp - beforeAt < TOGETHER_MS ? `${before} ${key}` : key
  const found =
    known.findLast((one) => one.keys === pair) ?? known.findLast((one) => one.keys === key)
  before = key
  beforeAt = event.timeStamp
  if (!found) return
  event.preventDefault()
  before = ''
  found.run()
}

/** Give how a shortcut is written on this machine. */
export function keysShown(keys: string): string[] {
  const isMac = navigator.platform.startsWith('Mac')
  return keys.split(' ').map((key) => key.replace('mod+', isMac ? '⌘' : 'Ctrl '))
}

/** Whether a dialog is open, over which the page does nothing: Escape closes it and no more. */
function isUnderDialog(): boolean {
  return document.querySelector('dialog:modal') !== null
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  )
}
