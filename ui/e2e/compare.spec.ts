import type { Page } from '@playwright/test'
import { expect, expectAccessible, hub, runNamed, test } from './hub'

/** Give the address of the first trainings; those have files of every kind. */
async function trainings(page: Page, count: number, more = ''): Promise<string> {
  const ids: string[] = []
  for (let i = 0; i < count; i++) ids.push(await runNamed(page, `resnet-0${i}`))
  return `/compare?${ids.map((id) => `run=${id}`).join('&')}${more}`
}

async function evaluations(page: Page): Promise<string[]> {
  const filter = encodeURIComponent("step = 'evaluate'")
  const answer = await page.request.get(`${hub()}/api/v1/runs?project=flights&filter=${filter}`)
  const { runs } = (await answer.json()) as { runs: { id: string }[] }
  return runs.map((run) => run.id)
}

test('without runs the page says how to choose some', async ({ page }) => {
  await page.goto('/compare')
  await expect(page.getByRole('heading', { name: 'No runs are chosen' })).toBeVisible()
  await expectAccessible(page)
})

test('only differences are shown, until everything is asked for', async ({ page }) => {
  const ids = await evaluations(page)
  await page.goto(`/compare?${ids.slice(0, 3).map((id) => `run=${id}`).join('&')}`) // prettier-ignore
  const table = page.getByRole('region', { name: 'Differences of the runs' })
  await expect(table.getByRole('rowheader', { name: /^auc/ })).toBeVisible()
  await expect(table.getByText('★ best').first()).toBeVisible()
  await expect(table.getByRole('rowheader', { name: 'commit' })).toHaveCount(0)
  await expect(table.getByRole('link', { name: 'diff' }).first()).toBeVisible()
  await expectAccessible(page)
  await page.getByLabel('Only differences').uncheck()
  await expect(table.getByRole('rowheader', { name: 'commit' })).toBeVisible()
  await expect(page).toHaveURL(/all=1/)
})

test('the reference and the order of the runs are chosen by the keyboard', async ({ page }) => {
  await page.goto(await trainings(page, 3))
  const heads = page.getByRole('columnheader')
  await expect(heads.first()).toContainText('resnet-00')
  await expect(heads.first()).toContainText('reference')
  const menu = page.getByRole('button', { name: 'Column of resnet-00' })
  await menu.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Move right' }).press('Enter')
  await expect(heads.nth(1)).toContainText('resnet-00')
  await page.getByRole('button', { name: 'Column of resnet-02' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Make it the reference' }).press('Enter')
  await expect(heads.nth(2)).toContainText('reference')
  await page.reload()
  await expect(heads.nth(1)).toContainText('resnet-00')
  await expect(heads.nth(2)).toContainText('reference')
})

test('a run that is gone is named, and the others are compared', async ({ page }) => {
  const gone = 'f'.repeat(32)
  await page.goto(`${await trainings(page, 2)}&run=${gone}`)
  await expect(page.getByText(gone)).toBeVisible()
  await expect(page.getByRole('columnheader')).toHaveCount(2)
})

test('one run alone says what more is needed', async ({ page }) => {
  await page.goto(`${await trainings(page, 1)}&tab=parallel`)
  await expect(page.getByRole('heading', { name: 'Parallel needs 2 runs at least' })).toBeVisible()
})

test('ranges over parallel axes choose runs, by the keyboard too', async ({ page }) => {
  await page.goto('/compare?project=vision&tab=parallel')
  await expect(page.getByRole('img', { name: /Parallel coordinates/ })).toBeVisible()
  await expectAccessible(page)
  await page.getByText('Ranges by number').click()
  await page.getByRole('combobox', { name: 'optimizer' }).selectOption('sgd')
  await expect(page).toHaveURL(/range=params\.optimizer/)
  await expect(page.getByRole('link', { name: 'Open in the table' })).toBeVisible()
  await page.getByRole('button', { name: 'optimizer', exact: true }).press('ArrowLeft')
  await expect(page).toHaveURL(/axis=/)
})

test('a scatter plot draws contours, and is a table too', async ({ page }) => {
  await page.goto('/compare?project=vision&tab=scatter&contour=metrics.val/loss&line=1')
  const chart = page.getByRole('figure', { name: /val\/accuracy over/ })
  await expect(chart.locator('canvas')).toBeVisible()
  await expect(page.getByText(/R²/)).toBeVisible()
  await expectAccessible(page)
  await chart.getByRole('button', { name: 'As a table' }).click()
  await expect(chart.getByRole('cell', { name: 'resnet-07' })).toBeVisible()
  await chart.getByRole('button', { name: 'As a chart' }).click()
  await chart.getByRole('button', { name: 'Save the chart' }).click()
  const saved = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'SVG' }).click()
  expect((await saved).suggestedFilename()).toMatch(/\.svg$/)
})

test('parameters are weighed in a worker, which says its limits', async ({ page }) => {
  await page.goto('/compare?project=vision&tab=importance&metric=metrics.val/loss')
  await expect(page.getByRole('rowheader', { name: 'dropout' })).toBeVisible()
  await expect(page.getByText(/So few runs can mislead/)).toBeVisible()
  await expectAccessible(page)
})

test('a metric is shown as boxes by a parameter', async ({ page }) => {
  await page.goto('/compare?project=vision&tab=distributions&by=params.optimizer')
  const chart = page.getByRole('figure', { name: /by optimizer/ })
  await expect(chart.locator('canvas')).toBeVisible()
  await chart.getByRole('button', { name: 'As a table' }).click()
  await expect(chart.getByRole('cell', { name: 'adamw' })).toBeVisible()
  await expectAccessible(page)
})

test('curves lie over one another, and matrices side by side', async ({ page }) => {
  await page.goto(await trainings(page, 3, '&tab=curves'))
  await expect(page.getByRole('figure', { name: 'ROC' }).locator('canvas')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Precision and recall' })).toBeVisible()
  const areas = page.getByRole('region', { name: 'ROC of the runs' })
  await expect(areas.getByRole('row')).toHaveCount(4)
  const matrix = page.getByRole('region', { name: 'Confusion matrix of resnet-01' })
  await expect(matrix.getByRole('rowheader', { name: 'horse' })).toBeVisible()
  await page.getByLabel('Difference to the reference').check()
  await expect(matrix.getByText(/^\+/).first()).toBeVisible()
  await expectAccessible(page)
})

test('images share a step and a zoom', async ({ page }) => {
  await page.goto(await trainings(page, 3, '&tab=images'))
  const image = page.getByRole('img', { name: /of resnet-01, step 40/ })
  await expect(image).toBeVisible()
  await page.getByRole('slider').press('Home')
  await expect(page.getByRole('img', { name: /of resnet-02, step 0/ })).toBeVisible()
  await page.getByRole('group', { name: /of resnet-01, step 0/ }).press('+')
  await expect(page.getByText('125 %')).toBeVisible()
  await expectAccessible(page)
})

test('the charts of the runs are there', async ({ page }) => {
  await page.goto(await trainings(page, 2, '&tab=charts'))
  await expect(page.getByText('val/loss').first()).toBeVisible()
})

test('on a phone the names of the rows stay while the runs scroll', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(await trainings(page, 4))
  const table = page.getByRole('region', { name: 'Differences of the runs' })
  const name = table.getByRole('rowheader', { name: 'dropout' })
  const before = await name.boundingBox()
  await table.evaluate((element) => element.scrollBy(300, 0))
  expect((await name.boundingBox())?.x).toBe(before?.x)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await expectAccessible(page)
})
