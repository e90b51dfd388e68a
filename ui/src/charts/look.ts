/** How the axes look in a theme: canvases know nothing of style sheets. */

import type { FrameLook } from './frame'
import type { Theme } from '../app/theme.svelte'

/** Give the colours and the font of axes in a theme, which must be the one that is shown. */
export function lookAt(_theme: Theme): FrameLook {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  return {
    text: colour('--text-dim'),
    grid: colour('--border'),
    font: `11px ${colour('--font') || 'sans-serif'}`,
  }
}
