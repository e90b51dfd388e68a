import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { expect, expectAccessible, hub, test } from './hub'

const node = (page: Page, name: string): Locator =>
  page.getByRole('group', { name: /^Graph of/ }).getByRole('button', { name })

async function tell(page: Page, project: string, plan: object): Promise<void> {
  const url = `${hub()}/api/v1/projects/${project}/plan`
  const answer = await page.request.put(url, { data: { taken_at: Date.now() / 1000, ...plan } })
  expect(answer.ok()).toBe(true)
}

test('the Compose file is one picture: steps, data, models', async ({ page }) => {
  await page.goto('/projects/flights')
  await expect(page.getByText(/^live from/)).toBeVisible()
  for (const name of [
    /^step, prepare,/,
    /^step, evaluate,/,
    /^data, raw/,
    /^model, delay, version/,
  ]) {
    await expect(page.getByRole('button', { name })).toBeVisible()
  }
})

test('a file that changes is seen without a reload', async ({ page }) => {
  const file = join(process.env.HUB_PROJECT ?? '', 'fetch.py')
  const before = readFileSync(file)
  await page.goto('/projects/flights')
  await expect(page.getByText(/^live from/)).toBeVisible()
  try {
    appendFileSync(file, '\n# another line\n')
    await expect(
      page.getByRole('button', { name: /fetch, stale, .*fetch.py changed/ }),
    ).toBeVisible({ timeout: 20_000 })
  } finally {
    writeFileSync(file, before)
  }
})

test('a node opens a panel that leads on, and the address holds it', async ({ page }) => {
  await page.goto('/projects/flights')
  await page.getByRole('button', { name: /^step, train,/ }).click()
  await expect(page).toHaveURL(/node=step(:|%3A)train/)
  const panel = page.getByRole('complementary', { name: 'step train' })
  await expect(panel.getByRole('heading', { name: 'Parameters' })).toBeVisible()
  await expect(panel.getByText('modelcompose run train')).toBeVisible()
  await panel.getByRole('button', { name: /^writes models/ }).click()
  await expect(page.getByRole('complementary', { name: /^data/ })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('complementary', { name: /^data/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('complementary', { name: /^data/ })).toBeHidden()
  await page.getByRole('button', { name: /^step, train,/ }).click()
  await panel.getByRole('link', { name: 'Logs' }).click()
  await expect(page).toHaveURL(/\/runs\/[0-9a-f]{32}\/logs/)
})

test('arrow keys walk along the graph, Enter opens', async ({ page }) => {
  await page.goto('/projects/flights')
  const fetch = page.getByRole('button', { name: /^step, fetch,/ })
  await fetch.focus()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('button', { name: /^data, raw/ })).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('button', { name: /^step, prepare,/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary', { name: 'step prepare' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByRole('button', { name: /^data, raw/ })).toBeFocused()
})

test('zooming keeps to the keyboard and the buttons', async ({ page }) => {
  await page.goto('/projects/flights')
  const box = page.getByRole('button', { name: /^step, fetch,/ })
  const before = await box.boundingBox()
  await page.getByRole('button', { name: 'Zoom in' }).click()
  await expect.poll(async () => (await box.boundingBox())?.width).not.toBe(before?.width)
  await page.getByRole('button', { name: 'Fit into the window' }).click()
  await expect(page.getByRole('button', { name: /^step, test,/ })).toBeInViewport()
})

test('the list tells the same, by a key', async ({ page }) => {
  await page.goto('/projects/flights')
  await expect(page.getByText(/^live from/)).toBeVisible()
  await page.keyboard.press('v')
  await expect(page).toHaveURL(/view=list/)
  await expect(page.getByRole('heading', { name: /^Steps/ })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: /^prepare/ }).click()
  await expect(page.getByRole('complementary', { name: 'step prepare' })).toBeVisible()
})

test('what another machine told says when and where, and how to tell it anew', async ({ page }) => {
  await tell(page, 'told', {
    host: 'far-away',
    folder: '/srv/told',
    steps: [
      { name: 'fetch', action: 'skip', state: 'fresh' },
      {
        name: 'train',
        action: 'run',
        state: 'blocked',
        cause: 'data is missing',
        after: ['fetch'],
      },
    ],
    services: ['api'],
    details: [{ name: 'api', state: 'running', health: 'unhealthy', image: '<img src=x>' }],
    edges: [{ source: 'step:fetch', target: 'step:train', kind: 'after' }],
  })
  await page.goto('/projects/told')
  const note = page.getByRole('note')
  await expect(note).toContainText('on far-away')
  await expect(note).toContainText('modelcompose status')
  await expect(node(page, 'step, train, blocked, data is missing')).toBeVisible()
  await node(page, 'service, api, unhealthy').click()
  await expect(page.getByText('<img src=x>')).toBeVisible()
})

test('a project that nobody told of says what to do', async ({ page }) => {
  await page.goto('/projects/vision')
  await expect(page.getByRole('heading', { name: /^Nobody told yet/ })).toBeVisible()
  await expect(page.getByText('modelcompose status')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Recent runs' })).toBeVisible()
})

test('a large file is drawn, and can be walked', async ({ page }) => {
  const steps = Array.from({ length: 200 }, (_, i) => ({
    name: `s${i}`,
    action: 'skip',
    state: 'fresh',
    after: i > 9 ? [`s${i - 10}`] : [],
  }))
  await tell(page, 'large', { steps, host: 'box' })
  await page.goto('/projects/large')
  await expect(page.getByRole('button', { name: 'step, s0, fresh', exact: true })).toBeVisible()
})

test('the page is accessible, with a panel and on a phone', async ({ page }) => {
  await page.goto('/projects/flights?node=step%3Atrain')
  await expect(page.getByRole('heading', { name: 'Parameters' })).toBeVisible()
  await expectAccessible(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/projects/flights')
  await expect(page.getByRole('heading', { name: /^Steps/ })).toBeVisible()
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(390)
})
