/** The ways to compare runs; each is loaded when it is first shown. */

import type { Component } from 'svelte'
import type { Chosen } from './points/loading'

/** What each way is given. */
export interface WayProps {
  chosen: Chosen
}

/** One way. */
export interface CompareTab {
  /** In the address; empty for the first. */
  name: string
  label: string
  /** Fewer runs than this have nothing to show. */
  least: number
  load: () => Promise<{ default: Component<WayProps> }>
}

/** All of them in order. */
export const TABS: readonly CompareTab[] = [
  {
    name: '',
    label: 'Differences',
    least: 1,
    load: () => import('./differences/Differences.svelte'),
  },
  { name: 'charts', label: 'Charts', least: 1, load: () => import('./Charts.svelte') },
  {
    name: 'parallel',
    label: 'Parallel',
    least: 2,
    load: () => import('./parallel/Parallel.svelte'),
  },
  { name: 'scatter', label: 'Scatter', least: 2, load: () => import('./scatter/Scatter.svelte') },
  {
    name: 'importance',
    label: 'Importance',
    least: 3,
    load: () => import('./importance/Importance.svelte'),
  },
  {
    name: 'distributions',
    label: 'Distributions',
    least: 2,
    load: () => import('./distributions/Distributions.svelte'),
  },
  {
    name: 'curves',
    label: 'Curves & matrices',
    least: 1,
    load: () => import('./curves/Curves.svelte'),
  },
  { name: 'images', label: 'Images', least: 1, load: () => import('./images/Images.svelte') },
]

/** Find a way by its name in the address. */
export function tabNamed(name: string): CompareTab | undefined {
  return TABS.find((tab) => tab.name === name)
}
