/** What is in view, or nearly: panels beyond it are only frames of their size. */

import { SvelteSet } from 'svelte/reactivity'

/** So far beyond the view things are made ready, in pixels. */
const MARGIN_PX = 500
const RESTS_MS = 120

/** Tells which elements are near the view. */
export class Near {
  readonly #shown = new SvelteSet<string>()
  readonly #coming = new Set<string>()
  #due = 0
  #heardAt = -Infinity
  #observer: IntersectionObserver | null = null

  /** Whether the thing of a key is near. */
  has(key: string): boolean {
    return this.#shown.has(key)
  }

  /** Give what watches the element of a key while it is there. */
  watch(key: string): (element: HTMLElement) => () => void {
    return (element) => {
      element.dataset.near = key
      const observer = (this.#observer ??= this.#observe(element))
      observer.observe(element)
      return () => {
        observer.unobserve(element)
        this.#leave(key)
      }
    }
  }

  close(): void {
    clearTimeout(this.#due)
    this.#observer?.disconnect()
  }

  #observe(element: HTMLElement): IntersectionObserver {
    const options = { root: scrollParent(element), rootMargin: `${MARGIN_PX}px 0px` }
    return new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const key = (target as HTMLElement).dataset.near ?? ''
        if (isIntersecting) this.#coming.add(key)
        else this.#leave(key)
      }
      // What only passes by while one scrolls fast is not worth making.
      const isScrolling = performance.now() - this.#heardAt < RESTS_MS
      this.#heardAt = performance.now()
      clearTimeout(this.#due)
      this.#due = window.setTimeout(() => this.#come(), isScrolling ? RESTS_MS / 2 : 0)
    }, options)
  }

  #come(): void {
    for (const key of this.#coming) this.#shown.add(key)
    this.#coming.clear()
  }

  #leave(key: string): void {
    this.#coming.delete(key)
    this.#shown.delete(key)
  }
}

/** Give what an element scrolls in; null for the window. */
export function scrollParent(element: HTMLElement): HTMLElement | null {
  for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at
  }
  return null
}
