/** The parts of a run's page; each is loaded when it is first shown. */

import type { Component } from 'svelte'
import type { Relatives, RunDoc } from './run'

/** What a part is given. */
export interface TabProps {
  run: RunDoc
  /** Null until it is loaded. */
  relatives: Relatives | null
}

/** One part. */
export interface Tab {
  /** In the address; empty for the first. */
  name: string
  label: string
  load: (() => Promise<{ default: Component<TabProps> }>) | null
}

/** All of them in order. */
export const TABS: readonly Tab[] = [
  { name: '', label: 'Overview', load: null },
  { name: 'charts', label: 'Charts', load: () => import('./charts/Charts.svelte') },
  { name: 'resources', label: 'Resources', load: () => import('./resources/Resources.svelte') },
  { name: 'logs', label: 'Logs', load: () => import('./logs/Logs.svelte') },
  { name: 'artifacts', label: 'Artifacts', load: () => import('./files/Files.svelte') },
  { name: 'code', label: 'Code', load: () => import('./code/Code.svelte') },
  { name: 'lineage', label: 'Lineage', load: () => import('./lineage/Lineage.svelte') },
]

/** Find a part by its name in the address. */
export function tabNamed(name: string): Tab | undefined {
  return TABS.find((tab) => tab.name === name)
}
