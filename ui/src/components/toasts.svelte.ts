/** Short words about what was done, with a way back where there is one. */

/** One of them. */
export interface Toast {
  id: number
  text: string
  tone: 'calm' | 'bad'
  undo?: () => void
}

const SHOWN_MS = 6000
const WITH_UNDO_MS = 12_000

const shown = $state<Toast[]>([])
let next = 0

/** Those that are shown. */
export function toasts(): readonly Toast[] {
  return shown
}

/** Say what was done; with `undo` it stays longer. */
export function toast(
  text: string,
  { undo, tone = 'calm' }: { undo?: () => void; tone?: 'calm' | 'bad' } = {},
): void {
  const id = next++
  shown.push({ id, text, tone, undo })
  setTimeout(() => dismiss(id), undo ? WITH_UNDO_MS : SHOWN_MS)
}

/** Take one away. */
export function dismiss(id: number): void {
  const place = shown.findIndex((one) => one.id === id)
  if (place >= 0) shown.splice(place, 1)
}
