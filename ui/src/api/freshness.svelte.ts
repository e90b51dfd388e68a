/** What no event tells of: loaded again when people come back to the page, and now and then. */

const EVERY_MS = 30_000

/**
 * Load again while the page is looked at: when its window is entered, and every half minute. To be
 * called while a component is made.
 *
 * @param reload keeps what is shown until the newer is there
 */
export function keepFresh(reload: () => void): void {
  $effect(() => {
    const look = (): void => {
      if (!document.hidden) reload()
    }
    const timer = window.setInterval(look, EVERY_MS)
    window.addEventListener('focus', look)
    document.addEventListener('visibilitychange', look)
    return () => {
      window.clearInterval(timer)
      window.removeEventListener('focus', look)
      document.removeEventListener('visibilitychange', look)
    }
  })
}
