/** How charts of ECharts look in a theme: our colours, small type, quiet lines. */

import type { EChartsCoreOption } from 'echarts/core'
import type { Theme } from '../app/theme.svelte'

/** The colours of a theme. */
export interface ChartLook {
  text: string
  dim: string
  grid: string
  strong: string
  surface: string
  raised: string
  accent: string
  isDark: boolean
}

/** Give the colours of a theme, which must be the one that is shown. */
export function chartLook(theme: Theme): ChartLook {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  return {
    text: colour('--text'),
    dim: colour('--text-dim'),
    grid: colour('--border'),
    strong: colour('--border-strong'),
    surface: colour('--surface'),
    raised: colour('--surface-raised'),
    accent: colour('--accent'),
    isDark: theme === 'dark',
  }
}

/** Give what holds of every chart. Tooltips are drawn: the page takes no markup of theirs. */
export function baseOption(look: ChartLook): EChartsCoreOption {
  return {
    animation: false,
    aria: { enabled: true },
    backgroundColor: look.surface,
    textStyle: { color: look.text, fontFamily: 'system-ui, sans-serif', fontSize: 11 },
    grid: { left: 64, right: 24, top: 24, bottom: 52 },
    tooltip: {
      renderMode: 'richText',
      confine: true,
      backgroundColor: look.raised,
      borderColor: look.strong,
      borderWidth: 1,
      padding: [6, 9],
      textStyle: { color: look.text, fontSize: 12 },
    },
  }
}

/** Give what holds of every axis, with its name along it. */
export function axisLook(look: ChartLook, name: string, isVertical = false): object {
  return {
    name,
    nameLocation: 'middle',
    nameGap: isVertical ? 46 : 30,
    nameTextStyle: { color: look.text, fontSize: 12, fontWeight: 500 },
    axisLabel: { color: look.dim, fontSize: 11, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: look.strong } },
    axisTick: { lineStyle: { color: look.strong } },
    splitLine: { lineStyle: { color: look.grid } },
  }
}
