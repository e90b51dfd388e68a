/** The pictures of the docs: each page in both themes. `npm run pictures` takes them. */

import type { Page } from '@playwright/test'
import { hub, runNamed, runOfStep } from './hub'

/** One picture. */
export interface Picture {
  /** Of the file: `docs/images/ui/NAME-light.png`. */
  name: string
  /** Gives the address, and may ask the hub for an id. */
  path: (page: Page) => Promise<string> | string
  /** What must be there before it is taken, and what is done before. */
  ready: (page: Page) => Promise<void>
  /** By default 1280 by 800. */
  size?: { width: number; height: number }
}

/** All pictures; each page adds its own. */
export const PICTURES: Picture[] = [
  {
    name: 'home',
    path: () => '/',
    ready: (page) =>
      page
        .getByRole('img', { name: /^evaluate.auc over/ })
        .first()
        .waitFor(),
  },
  {
    name: 'project',
    path: () => '/projects/flights',
    ready: (page) => page.getByRole('button', { name: /^step, train,/ }).waitFor(),
  },
  {
    name: 'project-step',
    path: () => '/projects/flights?node=step%3Atrain',
    ready: (page) => page.getByRole('heading', { name: 'Parameters' }).waitFor(),
  },
  {
    name: 'models',
    path: () => '/models',
    ready: (page) => page.getByRole('img', { name: 'evaluate.auc of 3 versions' }).waitFor(),
  },
  {
    name: 'model',
    path: () => '/models/arrivals',
    ready: (page) => page.getByRole('button', { name: 'Roll back to 1…' }).waitFor(),
  },
  {
    name: 'promote',
    path: () => '/models/arrivals',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Promote…' }).first().click()
      await page.getByText('Who sees it').waitFor()
    },
  },
  {
    name: 'model-version',
    path: () => '/models/arrivals/versions/2',
    ready: (page) => page.getByText('requirements.txt').waitFor(),
  },
  {
    name: 'data',
    path: () => '/projects/arrivals/data?dataset=data%2Fraw',
    ready: (page) => page.getByRole('img', { name: 'How the values of distance' }).waitFor(),
  },
  {
    name: 'data-changes',
    path: () => '/projects/arrivals/data?dataset=data%2Fraw&tab=changes',
    ready: (page) => page.getByRole('cell', { name: 'flights-03.csv' }).waitFor(),
  },
  {
    name: 'charts',
    path: () => '/projects/vision/runs?charts=62&c.o=e0.8',
    ready: async (page) => {
      await page.getByRole('application', { name: /^val\/loss: \d+ lines/ }).waitFor()
    },
  },
  {
    name: 'chart-full',
    path: () => '/projects/vision/runs?charts=62&c.o=e0.8&c.f=val%2Floss',
    ready: async (page) => {
      const chart = page.getByRole('dialog').getByRole('application', { name: /\d+ lines/ })
      await chart.hover({ position: { x: 700, y: 330 } })
    },
  },
  {
    name: 'run',
    path: async (page) => `/runs/${await runOfStep(page, 'train')}`,
    ready: (page) => page.getByText('modelcompose reproduce').waitFor(),
  },
  {
    name: 'run-phone',
    path: async (page) => `/runs/${await runOfStep(page, 'train')}`,
    ready: (page) => page.getByRole('region', { name: /^Metrics/ }).waitFor(),
    size: { width: 390, height: 844 },
  },
  {
    name: 'run-resources',
    path: async (page) => `/runs/${await runOfStep(page, 'train')}/resources`,
    ready: (page) => page.getByRole('img', { name: 'CPU over time' }).hover(),
  },
  {
    name: 'run-logs',
    path: async (page) => `/runs/${await runOfStep(page, 'train', 'failed')}/logs?find=error`,
    ready: (page) => page.getByText('ValueError').first().waitFor(),
  },
  {
    name: 'run-images',
    path: async (page) => {
      const series = encodeURIComponent('samples/grid_step_#.png')
      const run = await runNamed(page, 'resnet-00')
      return `/runs/${run}/artifacts?area=artifacts&series=${series}&step=20`
    },
    ready: (page) => page.getByText('96 × 96').waitFor(),
  },
  {
    name: 'run-table',
    path: async (page) =>
      `/runs/${await runNamed(page, 'resnet-00')}/artifacts?area=artifacts&path=predictions.csv`,
    ready: (page) => page.getByText('2,000 rows').waitFor(),
  },
  {
    name: 'run-code',
    path: async (page) => `/runs/${await runOfStep(page, 'train')}/code?path=train.py`,
    ready: (page) => page.getByText('import mlflow').waitFor(),
  },
  {
    name: 'run-lineage',
    path: async (page) => `/runs/${await runOfStep(page, 'train')}/lineage`,
    ready: (page) => page.getByText('models/delay').last().waitFor(),
  },
  {
    name: 'reports',
    path: () => '/projects/flights/reports',
    ready: (page) => page.getByRole('link', { name: 'Which flights arrive late?' }).waitFor(),
  },
  {
    name: 'report',
    path: () => '/projects/flights/reports/late-flights',
    ready: (page) => page.getByText('LR 0.1, DEPTH 8').waitFor(),
    size: { width: 1280, height: 1400 },
  },
  {
    name: 'report-editor',
    path: () => '/projects/flights/reports/late-flights?edit=1',
    ready: (page) =>
      page.getByRole('region', { name: 'Preview' }).getByText('AUC of the best model').waitFor(),
  },
  {
    name: 'runs',
    path: () => '/projects/vision/runs',
    ready: (page) => page.getByRole('link', { name: 'resnet-20' }).waitFor(),
  },
  {
    name: 'runs-filter',
    path: () => '/projects/vision/runs',
    ready: async (page) => {
      const field = page.getByRole('combobox', { name: 'Filter' })
      await field.click()
      await field.pressSequentially('params.lr > 0.01 and val')
      await page.getByRole('option', { name: /val\/auc/ }).waitFor()
    },
  },
  {
    name: 'runs-groups',
    path: () => '/projects/vision/runs?group=params.optimizer&charts=45',
    ready: async (page) => {
      await page
        .getByRole('button', { name: /^Open optimizer/ })
        .first()
        .click()
      await page
        .getByRole('link', { name: /resnet/ })
        .first()
        .waitFor()
      await page.locator('[data-panel]').first().waitFor()
    },
  },
  {
    name: 'compare',
    path: async (page) => {
      const filter = encodeURIComponent("step = 'evaluate'")
      const asked = `/api/v1/runs?project=flights&filter=${filter}&limit=3`
      const { runs } = await (await page.request.get(`${hub()}${asked}`)).json()
      return `/compare?${runs.map(({ id }: { id: string }) => `run=${id}`).join('&')}`
    },
    ready: (page) => page.getByText('★ best').first().waitFor(),
  },
  {
    name: 'compare-parallel',
    path: () =>
      '/compare?project=vision&tab=parallel&log=params.lr&range=metrics.val/accuracy~0.88~1',
    ready: (page) => page.getByRole('img', { name: /Parallel/ }).waitFor(),
  },
  {
    name: 'compare-scatter',
    path: () =>
      '/compare?project=vision&tab=scatter&x=params.dropout&y=params.lr&ylog=1&contour=metrics.val/loss',
    ready: (page) => page.locator('figure canvas').waitFor(),
  },
  {
    name: 'compare-importance',
    path: () => '/compare?project=vision&tab=importance&metric=metrics.val/loss',
    ready: (page) => page.getByRole('rowheader', { name: 'dropout' }).waitFor(),
  },
  {
    name: 'compare-distributions',
    path: () => '/compare?project=vision&tab=distributions&by=params.optimizer',
    ready: (page) => page.locator('figure canvas').waitFor(),
  },
  {
    name: 'compare-curves',
    path: async (page) => {
      const names = ['resnet-00', 'resnet-01', 'resnet-02', 'resnet-03']
      const ids = await Promise.all(names.map((name) => runNamed(page, name)))
      return `/compare?${ids.map((id) => `run=${id}`).join('&')}&tab=curves`
    },
    ready: (page) => page.locator('figure canvas').first().waitFor(),
    size: { width: 1280, height: 1300 },
  },
  {
    name: 'compare-images',
    path: async (page) => {
      const names = ['resnet-00', 'resnet-01', 'resnet-02', 'resnet-03']
      const ids = await Promise.all(names.map((name) => runNamed(page, name)))
      return `/compare?${ids.map((id) => `run=${id}`).join('&')}&tab=images`
    },
    ready: (page) => page.getByRole('img', { name: /of resnet-03/ }).waitFor(),
  },
  {
    name: 'runs-5000',
    path: () => '/projects/Default/runs?sort=-metrics.m0',
    ready: (page) => page.getByRole('link', { name: /^run-/ }).first().waitFor(),
  },
  {
    name: 'settings',
    path: () => '/settings',
    ready: async (page) => {
      await page.getByRole('button', { name: 'New token' }).waitFor()
    },
  },
  {
    name: 'settings-storage',
    path: () => '/settings/storage',
    ready: (page) => page.getByRole('region', { name: 'Storage by project' }).waitFor(),
  },
]
