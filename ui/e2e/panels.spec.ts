import { readFileSync } from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import { expect, expectAccessible, runNamed, runOfStep, test } from './hub'

async function open(page: Page, query = '', run = 'resnet-07'): Promise<void> {
  await page.goto(`/runs/${await runNamed(page, run)}/charts${query}`)
  await expect(page.locator('[data-panel]').first()).toBeVisible({ timeout: 20_000 })
}

function panel(page: Page, name: string): Locator {
  return page.getByRole('article', { name, exact: true })
}

async function order(page: Page): Promise<(string | null)[]> {
  return page
    .locator('[data-panel]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-panel')))
}

async function drag(page: Page, from: Locator, to: Locator, share: number): Promise<void> {
  const held = await from.getByRole('heading').boundingBox()
  const over = await to.boundingBox()
  if (!held || !over) throw new Error('a panel is out of view')
  await page.mouse.move(held.x + 10, held.y + held.height / 2)
  await page.mouse.down()
  await page.mouse.move(held.x + 30, held.y + 30, { steps: 3 })
  await page.mouse.move(over.x + over.width * share, over.y + over.height / 2, { steps: 4 })
  await page.mouse.up()
}

test('metrics stand in sections by their prefix, and sections close', async ({ page }) => {
  await open(page)
  const layer = page.getByRole('region', { name: 'layer' })
  await expect(layer.getByRole('article')).toHaveCount(8)
  await layer.getByRole('button', { name: 'layer 8' }).click()
  await expect(layer.getByRole('article')).toHaveCount(0)
  await expect(page).toHaveURL(/c\.k=layer/)
})

test('words and expressions find metrics, and say how many', async ({ page }) => {
  await open(page)
  const field = page.getByRole('textbox', { name: 'Search metrics' })
  await field.fill('mean 3')
  await expect(panel(page, 'layer/3/mean')).toBeVisible()
  await expect(page.locator('[data-panel]')).toHaveCount(1)
  await expect(page.locator('mark').first()).toHaveText('3')
  await field.fill('/layer/[01]/')
  await expect(page.getByRole('search')).toContainText(/2 of \d+/)
  await expect(page).toHaveURL(/c\.q=.*01/)
  await page.reload()
  await expect(page.locator('[data-panel]')).toHaveCount(2)
})

test('an expression that cannot be read says so, and a search without a fit can be cleared', async ({
  page,
}) => {
  await open(page)
  const field = page.getByRole('textbox', { name: 'Search metrics' })
  await field.fill('/layer(/')
  await expect(page.getByRole('search')).toContainText('unterminated group')
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await field.fill('nothing is called so')
  await page.getByRole('button', { name: 'Clear the search', exact: true }).last().click()
  await expect(panel(page, 'lr')).toBeVisible()
})

test('settings of all panels and of one are in the link, and the link shows the same', async ({
  page,
}) => {
  await open(page)
  await page.getByRole('button', { name: 'Settings' }).click()
  const all = page.getByRole('dialog', { name: 'Settings of all panels' })
  const across = all.getByLabel('Across', { exact: true })
  await across.selectOption('relative')
  await all.getByLabel('Smoothing').selectOption('ema')
  await all.getByLabel('How smooth').press('ArrowRight')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(all).toBeHidden()
  await expect(page).toHaveURL(/c\.o=xr~e0\.61/)
  await panel(page, 'lr').getByRole('button', { name: 'lr: more' }).click()
  await page.getByRole('menuitem', { name: 'Settings of this panel' }).click()
  const own = page.getByRole('dialog', { name: 'Settings of lr' })
  await own.getByLabel('Logarithmic up').check()
  await own.getByLabel('Smoothing').selectOption('none')
  await expect(page).toHaveURL(/c\.p=lr\*\.ly~\.e/)
  await page.goto(page.url())
  await page.getByRole('button', { name: 'Settings' }).click()
  await expect(across).toHaveValue('relative')
  await expect(all.getByLabel('Logarithmic up')).not.toBeChecked()
})

test('panels are moved, joined and sized by dragging', async ({ page }) => {
  await open(page, '?c.q=layer')
  const before = (await order(page)).filter((name) => name?.startsWith('layer/'))
  await drag(page, panel(page, 'layer/2/mean'), panel(page, 'layer/0/mean'), 0.1)
  await expect
    .poll(async () => (await order(page)).find((name) => name?.startsWith('layer/')))
    .toBe('layer/2/mean')
  await drag(page, panel(page, 'layer/1/mean'), panel(page, 'layer/0/mean'), 0.5)
  await expect(panel(page, 'layer/0/mean layer/1/mean')).toBeVisible()
  const corner = page.getByRole('button', { name: 'Size of layer/2/mean: arrow keys' })
  await corner.focus()
  await corner.press('ArrowRight')
  await corner.press('ArrowDown')
  await expect(page).toHaveURL(/c\.z=layer\/2\/mean\*\.2x7/)
  await page.getByRole('button', { name: 'Layout', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Reset the layout' }).click()
  await expect
    .poll(async () => (await order(page)).filter((name) => name?.startsWith('layer/')))
    .toEqual(before)
})

test('panels are moved by the keyboard alone', async ({ page }) => {
  await open(page, '?c.q=layer')
  const grip = page.getByRole('button', { name: 'Move layer/0/mean: arrow keys' })
  await grip.focus()
  await grip.press('ArrowRight')
  await expect(grip).toBeFocused()
  await expect(page.getByText('layer/0/mean: place 2 of 8')).toBeAttached()
  const layers = (await order(page)).filter((name) => name?.startsWith('layer/'))
  expect(layers.slice(0, 2)).toEqual(['layer/1/mean', 'layer/0/mean'])
})

test('a panel fills the screen; arrow keys go on, Escape leaves', async ({ page }) => {
  await open(page, '?c.q=layer')
  await panel(page, 'layer/0/mean').hover()
  await page.getByRole('button', { name: 'layer/0/mean in full screen' }).click()
  await expect(page.getByRole('dialog', { name: 'layer/0/mean' })).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('dialog', { name: 'layer/1/mean' })).toBeVisible()
  await expectAccessible(page)
  const link = page.url()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.goto(link)
  await expect(page.getByRole('dialog', { name: 'layer/1/mean' })).toBeVisible()
})

test('a panel is saved as PNG, SVG and CSV', async ({ page }) => {
  await open(page)
  await expect(panel(page, 'lr').getByText('No points yet')).toHaveCount(0)
  for (const kind of ['PNG', 'SVG', 'CSV']) {
    await panel(page, 'lr').getByRole('button', { name: 'lr: more' }).click()
    const saved = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: `Save as ${kind}` }).click()
    const file = await saved
    expect(file.suggestedFilename()).toBe(`lr.${kind.toLowerCase()}`)
    const bytes = readFileSync(await file.path())
    if (kind === 'CSV') expect(bytes.toString().trim().split('\n').length).toBe(201)
    if (kind === 'SVG') expect(bytes.toString()).toMatch(/^<svg[^]*<\/svg>\s*$/)
    if (kind === 'PNG') expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  }
})

test('a panel is shown as a table, hidden, and shown again', async ({ page }) => {
  await open(page)
  await panel(page, 'lr').getByRole('button', { name: 'lr: more' }).click()
  await page.getByRole('menuitem', { name: 'Show as a table' }).click()
  const table = panel(page, 'lr').getByRole('table')
  await expect(table.getByRole('row')).toHaveCount(2)
  await expect(table).toContainText('200')
  await panel(page, 'lr').getByRole('button', { name: 'lr: more' }).click()
  await page.getByRole('menuitem', { name: 'Hide' }).click()
  await expect(panel(page, 'lr')).toHaveCount(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(panel(page, 'lr')).toBeVisible()
})

test('metrics of one value are told in words, and not as empty charts', async ({ page }) => {
  await page.goto(`/runs/${await runOfStep(page, 'evaluate')}/charts`)
  const auc = page.locator('dl div').filter({ hasText: /^auc/ })
  await expect(auc).toContainText(/0\.\d{4}/)
  await expect(page.getByRole('application')).toHaveCount(0)
})

test('charts stand beside the table, of many runs and of their groups', async ({ page }) => {
  test.slow()
  await page.goto('/projects/vision/runs?charts=60&c.q=val')
  await expect(panel(page, 'val/loss').getByRole('application')).toHaveAccessibleName(
    /[2-9]\d lines/,
  )
  await page
    .getByRole('region', { name: 'Charts' })
    .getByRole('button', { name: 'Settings' })
    .click()
  const all = page.getByRole('dialog', { name: 'Settings of all panels' })
  await all.getByLabel('Mean of each group').check()
  await all.getByLabel('Single runs beneath').check()
  await expect(page).toHaveURL(/c\.o=g~s/)
  await page.keyboard.press('Escape')
  await panel(page, 'val/loss').getByRole('application').hover()
  await expectAccessible(page)
})

test('single values of many runs are bars, the best first', async ({ page }) => {
  await page.goto("/projects/flights/runs?charts=60&filter=step+%3D+'evaluate'")
  const bars = page.getByRole('table', { name: 'auc', exact: true }).getByRole('row')
  await expect(bars).toHaveCount(5)
  const values = await bars.evaluateAll((rows) =>
    rows.map((row) => Number(row.lastElementChild?.textContent)),
  )
  expect(values).toEqual([...values].sort((a, b) => b - a))
})

test('what few runs used stands below their metrics, over time', async ({ page }) => {
  await page.goto("/projects/flights/runs?charts=60&filter=step+%3D+'train'")
  const resources = page.getByRole('region', { name: 'Resources' })
  await resources.scrollIntoViewIfNeeded()
  await expect(resources.getByRole('application', { name: /^CPU: \d lines/ })).toBeVisible()
})

test('a run that goes on is drawn on while it writes', async ({ page }) => {
  await open(page, '', 'live')
  const points = async (): Promise<number> => {
    const shown = page.locator('[data-panel]').first().getByRole('figure').getByRole('row').last()
    return Number((await shown.getByRole('cell').last().textContent())?.replaceAll(',', ''))
  }
  await page.locator('[data-panel]').first().locator('summary').focus()
  await page.keyboard.press('Enter')
  const before = await points()
  await expect.poll(points, { timeout: 15_000 }).toBeGreaterThan(before)
})

test('a run without metrics says how to log them', async ({ page }) => {
  await page.goto(`/runs/${await runOfStep(page, 'fetch')}/charts`)
  await expect(page.getByRole('heading', { name: 'This run has no metrics' })).toBeVisible()
  await expectAccessible(page)
})

test('charts are usable on a phone, and accessible', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await open(page)
  await expect(page.getByText('Loading')).toHaveCount(0)
  await expectAccessible(page)
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(390)
})
