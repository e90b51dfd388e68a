import { expect, expectAccessible, hub, test } from './hub'
import type { Page } from '@playwright/test'

test.describe.configure({ mode: 'serial' })

/** Point an alias of the model somewhere, past the pages. */
async function point(page: Page, alias: string, version: number): Promise<void> {
  const url = `${hub()}/api/v1/models/arrivals`
  const { model } = (await (await page.request.get(url)).json()) as {
    model: { aliases: Record<string, number> }
  }
  const expected = model.aliases[alias] ?? null
  const data = { version, expected, reason: 'by a test' }
  const answer = await page.request.put(`${url}/aliases/${alias}`, { data })
  expect(answer.ok()).toBe(true)
}

test.beforeEach(async ({ page }) => {
  await point(page, 'champion', 1)
  await point(page, 'champion', 2)
})

test('the list tells newest versions, aliases and how the metric went; a search is in the address', async ({
  page,
}) => {
  await page.goto('/models')
  const row = page.getByRole('row').filter({ hasText: 'arrivals' })
  await expect(row.getByRole('img', { name: 'evaluate.auc of 3 versions' })).toBeVisible()
  await expect(row.getByRole('link', { name: '@champion 2' })).toBeVisible()
  await page.getByRole('searchbox', { name: 'Search models' }).fill('nothing-like-it')
  await expect(page.getByText('No model has “nothing-like-it”')).toBeVisible()
  await expect(page).toHaveURL(/q=nothing-like-it/)
  await page.getByRole('searchbox', { name: 'Search models' }).fill('@champion arr')
  await page.getByRole('link', { name: 'arrivals', exact: true }).first().click()
  await expect(page).toHaveURL(/\/models\/arrivals$/)
})

test('promoting says what will happen, and then it has happened', async ({ page }) => {
  await page.goto('/models/arrivals')
  const newest = page
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: '3', exact: true }) })
  await newest.getByRole('button', { name: 'Promote…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(
    dialog.getByText('arrivals@champion moves from version 2 to version 3.'),
  ).toBeVisible()
  await expect(dialog.getByText('The gate of version 3 holds today')).toBeVisible()
  await expect(dialog.getByRole('link', { name: 'arrivals/api' })).toBeVisible()
  await expect(
    dialog.getByText('served gets the files of arrivals@3 within moments; then api is restarted'),
  ).toBeVisible()
  await expect(dialog.getByText('modelcompose alias set arrivals@3 champion')).toBeVisible()
  await dialog.getByLabel('Reason').fill('it is better')
  await dialog.getByRole('button', { name: 'Move @champion to version 3' }).click()
  await expect(dialog).toBeHidden()
  await expect(newest.getByText('@champion')).toBeVisible()
  await page.getByRole('link', { name: /^Moves/ }).click()
  const moved = page.getByRole('row').filter({ hasText: 'it is better' }).first()
  await expect(moved).toContainText('version 3')
})

test('rolling back leads to the version before, and says that its gate would not hold', async ({
  page,
}) => {
  await page.goto('/models/arrivals')
  await page.getByRole('button', { name: 'Roll back to 1…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(
    dialog.getByText('arrivals@champion goes back from version 2 to version 1.'),
  ).toBeVisible()
  await expect(dialog.getByText('The gate of version 1 does not hold today')).toBeVisible()
  await dialog.getByRole('button', { name: 'Go back to version 1' }).click()
  await expect(dialog).toBeHidden()
  const alias = page.getByRole('listitem').filter({ hasText: '@champion' })
  await expect(alias.getByText('before: version 2')).toBeVisible()
})

test.describe('somebody else', () => {
  test.use({ allowed: [/409/] })

  test('who moved the alias meanwhile is not overruled', async ({ page }) => {
    await page.goto('/models/arrivals')
    await page.getByRole('button', { name: 'Roll back to 1…' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByText(/goes back from version 2/)).toBeVisible()
    await point(page, 'champion', 3)
    await dialog.getByRole('button', { name: 'Go back to version 1' }).click()
    await expect(dialog.getByText(/somebody else moved it; nothing was changed/)).toBeVisible()
    await expect(dialog.getByText('moves from version 3 to version 1')).toBeVisible()
  })
})

test('what changed elsewhere is there when one comes back to the page', async ({ page }) => {
  await page.goto('/models/arrivals')
  await expect(page.getByRole('heading', { name: 'arrivals', level: 1 })).toBeVisible()
  const set = async (value: string | null): Promise<void> => {
    const url = `${hub()}/api/v1/models/arrivals/edit`
    await page.request.post(url, { data: { tags: { elsewhere: value } } })
  }
  await set('yes')
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await expect(page.getByRole('button', { name: 'Remove the tag elsewhere' })).toBeVisible()
  await set(null)
})

test('a deleted version comes back by the way back, with its alias', async ({ page }) => {
  await page.goto('/models/arrivals')
  await page.getByRole('button', { name: 'Delete version 3' }).click()
  await expect(page.getByText('arrivals@3 is in the trash')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Delete version 3' })).toBeHidden()
  await page.getByRole('button', { name: 'Undo' }).click()
  const back = page
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: '3', exact: true }) })
  await expect(back.getByText('@challenger')).toBeVisible()
})

test('the gate tells whom it turned away, with both numbers', async ({ page }) => {
  await page.goto('/models/arrivals?tab=gate')
  const refused = page.getByRole('row').filter({ hasText: 'rejected' })
  await expect(refused).toContainText('evaluate.auc > @champion.evaluate.auc: 0.55 against 0.61')
})

test('a version tells its gate, numbers, signature and needs', async ({ page }) => {
  await page.goto('/models/arrivals/versions/2')
  await expect(page.getByText('@champion is this version')).toBeVisible()
  const inputs = page.getByRole('region', { name: 'Inputs' })
  await expect(inputs.getByRole('row').filter({ hasText: 'hour' })).toContainText('optional')
  await expect(page.getByText('scikit-learn==1.9.0')).toBeVisible()
  await page.getByRole('link', { name: 'Files', exact: true }).click()
  await expect(page.getByRole('link', { name: 'settings.json', exact: true })).toBeVisible()
  await page.getByRole('link', { name: 'Card', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'arrivals, version 2' })).toBeVisible()
  await page.getByRole('link', { name: 'Lineage', exact: true }).click()
  await expect(page.getByText('holds it in served')).toBeVisible()
  await page.getByRole('link', { name: 'data/raw' }).click()
  await expect(page).toHaveURL(/\/projects\/arrivals\/data\?dataset=data%2Fraw&version=sha256/)
})

test('two versions are compared with the differences of their numbers', async ({ page }) => {
  await page.goto('/models/arrivals/versions/3?tab=compare&against=1')
  const auc = page.getByRole('row').filter({ hasText: 'evaluate.auc' })
  await expect(auc).toContainText('+0.13 better')
  await expect(page.getByRole('link', { name: 'See the changed lines' })).toBeVisible()
  await expect(page.getByText('AUC: 0.61 → 0.74')).toBeVisible()
  await expect(page.getByRole('row').filter({ hasText: 'weights.bin' })).toContainText('changed')
})

test('descriptions are Markdown, and tags come and go', async ({ page }) => {
  await page.goto('/models/arrivals/versions/1')
  await page.getByRole('button', { name: /Describe this version|Edit the description/ }).click()
  await page
    .getByLabel(/Description of this version/)
    .fill('The **first** <img src=x onerror=alert(1)>')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('strong', { hasText: 'first' })).toBeVisible()
  await expect(page.locator('main img')).toHaveCount(0)
  await page.getByRole('button', { name: 'Tag', exact: true }).click()
  await page.getByLabel('A tag, as name=value').fill('reviewed=yes')
  await page.keyboard.press('Enter')
  await expect(page.getByText('reviewed: yes')).toBeVisible()
  await page.getByRole('button', { name: 'Remove the tag reviewed' }).click()
  await expect(page.getByText('reviewed: yes')).toBeHidden()
})

test.describe('what is not there', () => {
  test.use({ allowed: [/404/] })

  test('is said to be missing', async ({ page }) => {
    await page.goto('/models/nobody')
    await expect(page.getByRole('alert')).toContainText('no model nobody')
  })
})

for (const path of ['', '/arrivals', '/arrivals/versions/2', '/arrivals/versions/3?tab=compare']) {
  test(`/models${path} is accessible, and fits a phone`, async ({ page }) => {
    await page.goto(`/models${path}`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await page.waitForLoadState('networkidle')
    await expectAccessible(page)
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  })
}

test('the question before a move is accessible', async ({ page }) => {
  await page.goto('/models/arrivals')
  await page.getByRole('button', { name: 'Roll back to 1…' }).click()
  await expect(page.getByRole('dialog').getByText(/goes back/)).toBeVisible()
  await expectAccessible(page)
})
