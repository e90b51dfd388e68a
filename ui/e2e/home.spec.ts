import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, expectAccessible, test } from './hub'

test('each project says what changed last, and leads there', async ({ page }) => {
  await page.goto('/')
  const flights = page.getByRole('article').filter({ hasText: 'flights' })
  await expect(flights.getByRole('img', { name: /^evaluate.auc over the last/ })).toBeVisible()
  await expect(flights.getByText('version 1', { exact: true })).toBeVisible()
  await expect(flights.getByText(/^@champion: version/)).toBeVisible()
  await flights.getByRole('link', { name: 'flights', exact: true }).click()
  await expect(page).toHaveURL(/\/projects\/flights$/)
})

test('a run that goes on shows how far it is', async ({ page }) => {
  await page.goto('/')
  const vision = page.getByRole('article').filter({ hasText: 'vision' })
  await expect(vision.getByRole('link', { name: 'live', exact: true }).first()).toBeVisible()
  await expect(vision.getByRole('progressbar').first()).toBeVisible()
})

test('a pinned project comes first, also after a reload', async ({ page }) => {
  await page.goto('/')
  const first = page.getByRole('article').first()
  await expect(first).not.toContainText('flights')
  await page.getByRole('button', { name: 'Pin flights', exact: true }).click()
  await expect(first).toContainText('flights')
  await page.reload()
  await expect(first).toContainText('flights')
  await page.getByRole('button', { name: 'Unpin flights' }).click()
  await expect(first).not.toContainText('flights')
})

test('the page is accessible, on a phone too', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('article').first()).toBeVisible()
  await expectAccessible(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await expect(page.getByRole('article').first()).toBeVisible()
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(390)
})

test.describe('an empty hub', () => {
  let hub: ChildProcess
  let home: string
  let address: string

  test.beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'empty-'))
    hub = spawn(
      process.env.PYTHON ?? '../.venv/bin/python',
      ['-m', 'modelcompose', 'hub', '--port', '0'],
      { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, MODELCOMPOSE_HOME: home } },
    )
    if (!hub.stdout) throw new Error('the hub has no output')
    const line = await createInterface({ input: hub.stdout })[Symbol.asyncIterator]().next()
    address = String(line.value)
  })

  test.afterAll(() => {
    hub.kill('SIGTERM')
    rmSync(home, { recursive: true, force: true })
  })

  test('tells how to begin, with commands to copy', async ({ browser }) => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(address)
    await expect(page.getByRole('heading', { name: 'Nothing was recorded yet' })).toBeVisible()
    await expect(page.getByText('modelcompose demo')).toBeVisible()
    await expect(page.getByText(`export MLFLOW_TRACKING_URI=${address}`)).toBeVisible()
    await expectAccessible(page)
    await context.close()
  })
})
