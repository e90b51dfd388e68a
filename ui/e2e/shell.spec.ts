import { expect, expectAccessible, hub, test } from './hub'

test('the ways to go are there, and the present one is marked', async ({ page }) => {
  await page.goto('/models')
  const ways = page.getByRole('navigation', { name: 'Main' })
  await expect(ways.getByRole('link', { name: 'Models' })).toHaveAttribute('aria-current', 'page')
  await ways.getByRole('link', { name: 'Runs', exact: true }).click()
  await expect(page).toHaveURL(/\/runs$/)
})

test('a page that is not there says where to go', async ({ page }) => {
  await page.goto('/nowhere')
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible()
  await expectAccessible(page)
})

test('the palette finds a run by its name, by the keyboard alone', async ({ page }) => {
  await page.goto('/nowhere')
  await page.keyboard.press('/')
  const field = page.getByRole('combobox', { name: /Find a page/ })
  await expect(field).toBeFocused()
  await expectAccessible(page)
  await field.fill('resnet-07')
  await expect(page.getByRole('option', { name: /resnet-07/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/runs\/[0-9a-f]{32}/)
})

test('the keys of a page are shown by a question mark', async ({ page }) => {
  await page.goto('/nowhere')
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await expect(page).toHaveURL(/\/settings/)
})

test('the theme that was chosen is there after a reload, before anything is drawn', async ({
  page,
}) => {
  await page.goto('/nowhere')
  await page.getByRole('button', { name: 'Dark theme' }).click()
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})

test('every answer of a page carries the policy that lets no other script run', async ({
  request,
}) => {
  const answer = await request.get(`${hub()}/runs/anything`)
  const policy = answer.headers()['content-security-policy'] ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).not.toContain('unsafe')
})

test('on a phone the ways to go open from a button', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/nowhere')
  await page.getByRole('button', { name: 'Navigation' }).click()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Models' }).click()
  await expect(page).toHaveURL(/\/models$/)
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeHidden()
})
