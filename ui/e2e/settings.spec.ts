import { expect, expectAccessible, test } from './hub'

test('a token is shown once when it is made, and is refused when it was revoked', async ({
  page,
  request,
}) => {
  await page.goto('/settings')
  await page.getByRole('button', { name: 'New token' }).click()
  await page.getByLabel('Name').fill('trainer')
  await page.getByLabel('Role').selectOption('reader')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Make it' }).click()
  const secret = await page.getByRole('dialog').locator('code').first().innerText()
  await page.getByRole('button', { name: 'Done' }).click()
  const row = page.getByRole('row', { name: /trainer/ })
  await expect(row).toContainText('reader of all projects')
  const headers = { authorization: `Bearer ${secret}` }
  expect((await request.get('/api/v1/projects', { headers })).status()).toBe(200)
  await row.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await expect(page.getByRole('row', { name: /trainer.*revoked/ })).toBeVisible()
  await expect
    .poll(async () => (await request.get('/api/v1/projects', { headers })).status(), {
      timeout: 8000,
    })
    .toBe(401)
})

test('a project goes into the trash, and comes back by undo', async ({ page }) => {
  await page.goto('/settings/projects')
  await page.getByRole('button', { name: 'Delete the project Default' }).click()
  await page.getByRole('button', { name: 'Put into the trash' }).click()
  await expect(page.getByRole('link', { name: 'Default', exact: true })).toBeHidden()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('link', { name: 'Default', exact: true })).toBeVisible()
  await expectAccessible(page)
})

test('what is on disk is measured, and told by project', async ({ page }) => {
  await page.goto('/settings/storage')
  await expect(page.getByText('Database')).toBeVisible({ timeout: 15_000 })
  await expect(page.getByRole('region', { name: 'Storage by project' })).toContainText('vision')
  await expectAccessible(page)
})

test('a model that was deleted comes back out of the trash', async ({ page, request }) => {
  const origin = { origin: process.env.HUB ?? '' }
  const name = `spare-${Date.now()}`
  const root = '/api/2.0/mlflow/registered-models'
  await request.post(`${root}/create`, { data: { name }, headers: origin })
  await request.delete(`${root}/delete`, { data: { name }, headers: origin })
  await page.goto('/settings/trash')
  const row = page.getByRole('row', { name: new RegExp(name) })
  await expectAccessible(page)
  await row.getByRole('button', { name: 'Bring back' }).click()
  await expect(page.getByText(`${name} is back`)).toBeVisible()
  await expect(row).toBeHidden()
})

test('a token opens a hub that wants one, for this browser alone', async ({ browser, request }) => {
  const made = await request.post('/api/v1/tokens', {
    data: { name: 'browser', grants: { '': 'reader' } },
    headers: { origin: process.env.HUB ?? '' },
  })
  const { secret } = (await made.json()) as { secret: string }
  // A proxy's header makes a call one from elsewhere, for which the hub wants a token.
  const context = await browser.newContext({ extraHTTPHeaders: { 'x-forwarded-for': '192.0.2.1' } })
  const page = await context.newPage()
  await page.goto('/settings')
  await page.getByLabel('Token').fill('mc_wrong')
  await page.getByRole('button', { name: 'Enter' }).click()
  await expect(page.getByRole('alert')).toContainText('not valid')
  await page.getByLabel('Token').fill(secret)
  await page.getByRole('button', { name: 'Enter' }).click()
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  expect((await context.cookies())[0]).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
  await page.goto('/settings/projects')
  await expect(page.getByRole('link', { name: 'flights' })).toBeVisible()
  await page.getByRole('button', { name: "Forget this browser's token" }).click()
  await expect(page.getByLabel('Token')).toBeVisible()
  await context.close()
})
