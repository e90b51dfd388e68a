/**
 * The table of pages: a path, a title and what draws it, loaded when it is first gone to.
 *
 * Sweeps, deployments, features and monitoring come with their own capabilities: a folder below
 * `pages/` and a line here each.
 */

import type { Component } from 'svelte'
import { match, type Params } from './routes'

/** What a page is given. */
export interface PageProps {
  params: Params
}

/** One page. */
export interface Page {
  path: string
  title: (params: Params) => string
  load: () => Promise<{ default: Component<PageProps> }>
  /** Whether it uses the window's whole width and height, and scrolls inside itself. */
  isWide?: boolean
}

const PAGES: Page[] = [
  { path: '/', title: () => 'Home', load: () => import('../pages/home/HomePage.svelte') },
  {
    path: '/projects/:project',
    title: ({ project }) => project ?? '',
    load: () => import('../pages/project/ProjectPage.svelte'),
  },
  {
    path: '/projects/:project/runs',
    title: ({ project }) => `Runs of ${project}`,
    load: () => import('../pages/runs/RunsPage.svelte'),
    isWide: true,
  },
  {
    path: '/projects/:project/data',
    title: ({ project }) => `Data of ${project}`,
    load: () => import('../pages/data/DataPage.svelte'),
  },
  {
    path: '/projects/:project/reports/:name?',
    title: ({ project, name }) => name ?? `Reports of ${project}`,
    load: () => import('../pages/reports/ReportsPage.svelte'),
  },
  {
    path: '/runs',
    title: () => 'Runs',
    load: () => import('../pages/runs/RunsPage.svelte'),
    isWide: true,
  },
  {
    path: '/runs/:run/:tab?',
    title: () => 'Run',
    load: () => import('../pages/run/RunPage.svelte'),
  },
  {
    path: '/compare',
    title: () => 'Compare runs',
    load: () => import('../pages/compare/ComparePage.svelte'),
  },
  {
    path: '/models/:model?',
    title: ({ model }) => model ?? 'Models',
    load: () => import('../pages/models/ModelsPage.svelte'),
  },
  {
    path: '/models/:model/versions/:version',
    title: ({ model, version }) => `${model} ${version}`,
    load: () => import('../pages/models/ModelsPage.svelte'),
  },
  { path: '/data', title: () => 'Data', load: () => import('../pages/data/DataPage.svelte') },
  {
    path: '/reports',
    title: () => 'Reports',
    load: () => import('../pages/reports/ReportsPage.svelte'),
  },
  {
    path: '/settings/:section?',
    title: () => 'Settings',
    load: () => import('../pages/settings/SettingsPage.svelte'),
  },
]

/** Find the page of a path. */
export function pageAt(path: string): { page: Page; params: Params } | null {
  for (const page of PAGES) {
    const params = match(page.path, path)
    if (params) return { page, params }
  }
  return null
}
