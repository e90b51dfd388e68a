/** Resizing and moving columns with the pointer. */

import { clampWidth } from './columns'
import type { Layout } from './view.svelte'

const FAR_ENOUGH = 6

/** What a drag of a column's head does. */
export interface HeadActions {
  resize: (name: string, width: number) => void
  move: (name: string, to: number) => void
  click: (name: string, isAlso: boolean) => void
}

/** A drag of a column's head, as reactive state while it goes on. */
export class HeadDrag {
  /** The width that a column has while it is resized. */
  resizing = $state.raw<{ name: string; width: number } | null>(null)
  moving = $state.raw<{ name: string; to: number } | null>(null)

  /** Begin with a press on a head; what it comes to is known when the pointer is let go. */
  begin(event: PointerEvent, layout: Layout, actions: HeadActions): void {
    const head = (event.target as Element).closest<HTMLElement>('[data-h]')
    const place = Number(head?.dataset.h ?? -1)
    const column = [...layout.pinned, ...layout.others].find((one) => one.place === place)
    if (!head || !column || event.button !== 0) return
    const isResize = (event.target as HTMLElement).dataset.do === 'resize'
    const startX = event.clientX
    const move = (now: PointerEvent): void => {
      const by = now.clientX - startX
      if (isResize) {
        this.resizing = { name: column.name, width: clampWidth(column.width + by) }
      } else if (this.moving || (Math.abs(by) > FAR_ENOUGH && now.pointerType === 'mouse')) {
        this.moving = { name: column.name, to: placeUnder(now) ?? place }
      }
    }
    const stop = (): void => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', end)
      window.removeEventListener('pointercancel', stop)
      this.resizing = null
      this.moving = null
    }
    const end = (now: PointerEvent): void => {
      const { resizing, moving } = this
      stop()
      if (resizing) actions.resize(resizing.name, resizing.width)
      else if (moving) actions.move(moving.name, moving.to)
      else if (!isResize && head.contains(now.target as Node))
        actions.click(column.name, now.shiftKey)
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', end)
    window.addEventListener('pointercancel', stop)
  }
}

function placeUnder(event: PointerEvent): number | null {
  const under = document.elementFromPoint(event.clientX, event.clientY)
  const head = under?.closest<HTMLElement>('[data-h]')
  return head ? Number(head.dataset.h) : null
}
