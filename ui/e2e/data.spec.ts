import { expect, expectAccessible, test } from './hub'

const RAW = '/projects/arrivals/data?dataset=data%2Fraw'

test('data is listed by what it is for, and found by its steps', async ({ page }) => {
  await page.goto('/data')
  const raw = page.getByRole('row').filter({ hasText: 'arrivals' }).filter({ hasText: 'data/raw' })
  await expect(raw).toContainText('versioned')
  await expect(raw).toContainText('train')
  await page.getByRole('link', { name: /^Made by steps/ }).click()
  await expect(page).toHaveURL(/kind=result/)
  await expect(page.getByRole('link', { name: 'data/prepared' })).toBeVisible()
  await page.getByRole('searchbox', { name: 'Search data' }).fill('calibration')
  await expect(page.getByRole('link', { name: 'plots/calibration.csv' })).toBeVisible()
})

test('versions come with their commits; the newest is profiled', async ({ page }) => {
  await page.goto(RAW)
  const versions = page.getByRole('region', { name: '3 versions' }).getByRole('listitem')
  await expect(versions).toHaveCount(3)
  await expect(versions.first()).toContainText('Flights of month 3')
  await expect(versions.first()).toContainText('current')
  await expect(page.getByText('of all 2,900 rows')).toBeVisible()
  const columns = page.getByRole('region', { name: 'Columns' })
  await expect(columns.getByRole('row').filter({ hasText: 'dep_delay' })).toContainText('3.03 %')
  await expect(
    columns.getByRole('img', { name: 'How the values of distance are spread' }),
  ).toBeVisible()
  await expect(columns.getByRole('row').filter({ hasText: 'day' })).toContainText('2013-03-01')
  await page.getByRole('button', { name: 'Show rows' }).click()
  await expect(page.getByRole('region', { name: 'Rows' }).getByRole('row')).toHaveCount(21)
})

test('another version is chosen, and a link to it shows the same', async ({ page }) => {
  await page.goto(RAW)
  await page.getByRole('link', { name: /Flights of month 1/ }).click()
  await expect(page).toHaveURL(/version=sha256/)
  await expect(page.getByText('of all 2,300 rows')).toBeVisible()
  await page.reload()
  await expect(page.getByText('of all 2,300 rows')).toBeVisible()
})

test('what changed is told in files, rows and bytes', async ({ page }) => {
  await page.goto(`${RAW}&tab=changes`)
  await expect(page.getByText('2 added', { exact: true })).toBeVisible()
  const added = page.getByRole('row').filter({ hasText: 'flights-03.csv' })
  await expect(added).toContainText('2,900 rows')
})

test('who uses it: runs, models made from it, and services', async ({ page }) => {
  await page.goto(`${RAW}&tab=users`)
  const models = page.getByRole('region', { name: 'Models made from it' })
  await expect(models.getByRole('row').filter({ hasText: 'arrivals/api' })).toBeVisible()
  await page
    .getByRole('region', { name: 'Runs' })
    .getByRole('link', { name: 'train' })
    .first()
    .click()
  await expect(page).toHaveURL(/\/runs\/[0-9a-f]{32}/)
})

test.describe('what is not there', () => {
  test.use({ allowed: [/404/] })

  test('is said to be missing', async ({ page }) => {
    await page.goto('/projects/arrivals/data?dataset=none')
    await expect(page.getByRole('alert')).toContainText('no run read or wrote it')
  })
})

for (const path of ['/data', RAW, `${RAW}&tab=changes`, `${RAW}&tab=users`]) {
  test(`${path} is accessible, and fits a phone`, async ({ page }) => {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await page.waitForLoadState('networkidle')
    await expectAccessible(page)
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  })
}
