import { readFileSync } from 'node:fs'
import type { APIRequestContext, Locator, Page } from '@playwright/test'
import { expect, expectAccessible, hub, test } from './hub'

const RESNETS = 24

/** Make a project of its own with some runs, so that a test may change them. */
async function projectOf(request: APIRequestContext, name: string, runs: number): Promise<void> {
  const call = async (path: string, data: object): Promise<Record<string, never>> => {
    const answer = await request.post(`${hub()}/api/2.0/mlflow/${path}`, { data })
    expect(answer.ok(), await answer.text()).toBe(true)
    return (await answer.json()) as Record<string, never>
  }
  const { experiment_id } = await call('experiments/create', { name })
  for (let i = 0; i < runs; i++) {
    const made = await call('runs/create', {
      experiment_id,
      run_name: `try-${i}`,
      start_time: 1_750_000_000_000 + i * 1000,
    })
    const { run_id } = (made as unknown as { run: { info: { run_id: string } } }).run.info
    await call('runs/log-batch', {
      run_id,
      metrics: [{ key: 'loss', value: 1 / (i + 1), timestamp: 1_750_000_000_000, step: 0 }],
      params: [{ key: 'lr', value: i % 2 ? '0.1' : '0.2' }],
    })
    await call('runs/update', { run_id, status: 'FINISHED', end_time: 1_750_000_100_000 })
  }
}

const fresh = (name: string): string => `${name}-${Math.random().toString(36).slice(2, 8)}`
const names = (page: Page): Locator => page.locator('[data-r] a')
const head = (page: Page, name: string): Locator =>
  page.locator(`[role=columnheader][title="${name}"]`)
const filter = (page: Page): Locator => page.getByRole('combobox', { name: 'Filter' })

async function shown(page: Page): Promise<string[]> {
  const rows = await page
    .locator('[data-r]')
    .evaluateAll((all) =>
      all
        .sort((a, b) => Number(a.getAttribute('data-r')) - Number(b.getAttribute('data-r')))
        .map((row) => row.querySelector('a')?.textContent ?? ''),
    )
  return rows.map((name) => name.trim())
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await expect(page.locator('[data-r="0"] a, [data-r="0"] strong').first()).toBeVisible()
}

test('a click sorts, with shift by several columns, and the order is in the link', async ({
  page,
}) => {
  await open(
    page,
    '/projects/vision/runs?filter=name%20~%20resnet&columns=*name,params.lr,params.seed',
  )
  await head(page, 'params.lr').click()
  await expect(head(page, 'params.lr')).toHaveAttribute('aria-sort', 'ascending')
  await head(page, 'params.seed').click({ modifiers: ['Shift'] })
  await head(page, 'params.seed').click({ modifiers: ['Shift'] })
  await expect(head(page, 'params.seed')).toHaveAttribute('aria-sort', 'descending')
  await expect(head(page, 'params.seed')).toContainText('2')
  await expect(page).toHaveURL(/sort=params\.lr&sort=-params\.seed/)
  await page.goBack()
  await expect(head(page, 'params.seed')).toHaveAttribute('aria-sort', 'ascending')
})

test('Escape closes a dialog and leaves the chosen runs', async ({ page }) => {
  await open(page, '/projects/vision/runs')
  await page.locator('[data-r="1"] [data-do=select]').click()
  await page.getByRole('button', { name: 'Group', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Group by' })
  await dialog.getByRole('button', { name: 'Close' }).focus()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(page.getByText('1 run selected')).toBeVisible()
  await page.keyboard.press('d')
  await expect(page.getByText('Choose 2 to 50 runs to compare: 1 run chosen.')).toBeVisible()
})

test('a view is found among those of all projects', async ({ page, request }) => {
  const project = fresh('seen')
  await projectOf(request, project, 1)
  const view = { name: `best of ${project}`, query: 'sort=-metrics.loss' }
  const root = `${hub()}/api/v1/projects/${project}/views`
  expect((await request.post(root, { data: view })).ok()).toBe(true)
  await open(page, '/runs')
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('link', { name: view.name }).click()
  await expect(page).toHaveURL(new RegExp(`/projects/${project}/runs\\?sort=-metrics.loss`))
})

test('groups are drawn as their mean, until they are no groups', async ({ page }) => {
  await open(page, '/projects/vision/runs?filter=name%20~%20resnet')
  await page.keyboard.press('b')
  await page.getByRole('checkbox', { name: /optimizer/ }).check()
  await expect(page).toHaveURL(/c\.o=g/)
  await page.getByRole('checkbox', { name: /optimizer/ }).uncheck()
  await expect(page).not.toHaveURL(/c\.o/)
})

test('a filter is completed with names, operators and values', async ({ page }) => {
  await open(page, '/projects/vision/runs')
  await filter(page).click()
  await filter(page).pressSequentially('optim')
  await page.getByRole('option', { name: /params\.optimizer/ }).click()
  await filter(page).press('ArrowDown')
  await filter(page).press('Enter')
  await filter(page).pressSequentially('ada')
  await expect(page.getByRole('option', { name: 'adam', exact: true })).toBeVisible()
  await page.getByRole('option', { name: 'adam', exact: true }).click()
  await filter(page).press('Escape')
  await filter(page).press('Enter')
  await expect(page).toHaveURL(/filter=params\.optimizer/)
  await expect(page.getByText(/^\d+ runs?$/)).toBeVisible()
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await expect(page).not.toHaveURL(/filter=/)
})

test.describe('a filter that is wrong', () => {
  test.use({ allowed: [/400/] })

  test('says what is wrong and where, and which name is near', async ({ page }) => {
    await open(page, '/projects/vision/runs')
    await filter(page).fill('step = run and parms.lr > 1 ')
    await filter(page).press('Escape')
    await expect(page.getByRole('alert')).toContainText("no field 'parms.lr'")
    await expect(page.getByRole('alert')).toContainText('Did you mean params.lr?')
    await expect(page.locator('.wrong')).toHaveText('parms.lr')
  })
})

test('a filter that no run fits is cleared by a button', async ({ page }) => {
  await page.goto('/projects/vision/runs?filter=name%20%3D%20nobody')
  await expect(page.getByRole('heading', { name: 'No run fits the filter' })).toBeVisible()
  await page.getByRole('main').getByRole('button', { name: 'Clear the filter' }).last().click()
  await expect(names(page).first()).toBeVisible()
})

test('a cell makes the filter: only these', async ({ page }) => {
  await open(page, '/projects/vision/runs?filter=name%20~%20resnet&columns=*name,params.optimizer')
  const cell = page.locator('[data-r="0"] [data-c="1"]')
  const value = (await cell.textContent())?.trim() ?? ''
  await cell.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Only these' }).click()
  await expect(filter(page)).toHaveValue(`name ~ resnet and params.optimizer = ${value}`)
})

test('groups have a count and means, and open to their runs', async ({ page }) => {
  await open(
    page,
    '/projects/vision/runs?filter=name%20~%20resnet&columns=*name,metrics.`val/loss`',
  )
  await page.getByRole('button', { name: 'Group' }).click()
  await page.getByRole('checkbox', { name: /optimizer/ }).check()
  await page.getByRole('button', { name: 'Done' }).click()
  const first = page.locator('[data-r="0"]')
  await expect(first).toContainText('optimizer')
  await expect(first).toContainText('±')
  await expect(first).toHaveAttribute('aria-expanded', 'false')
  await first.getByRole('button', { name: /^Open/ }).click()
  await expect(first).toHaveAttribute('aria-expanded', 'true')
  await expect(page.locator('[data-r="1"] a')).toContainText('resnet-')
  await page.reload()
  await expect(page.locator('[data-r="1"] a')).toContainText('resnet-')
})

test('columns are found, added, moved by keys and shown as another number', async ({ page }) => {
  await open(page, '/projects/vision/runs?columns=*name,step')
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('searchbox', { name: 'Search columns' }).fill('val/auc')
  await page.getByRole('checkbox', { name: 'val/auc' }).check()
  await page
    .getByRole('combobox', { name: /Which number of metrics\.val\/auc/ })
    .selectOption('max')
  await page.getByRole('button', { name: /^Move metrics\.val\/auc\.max/ }).focus()
  await page.keyboard.press('ArrowUp')
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page).toHaveURL(/columns=.*name.*metrics\.val.*auc\.max.*step/)
  await expect(head(page, 'metrics.val/auc.max')).toHaveAttribute('aria-colindex', '3')
})

test('a column is resized and moved with the pointer', async ({ page }) => {
  await open(page, '/projects/vision/runs?columns=*name,step,created,duration')
  const box = await head(page, 'step').boundingBox()
  if (!box) throw new Error('no head')
  await page.mouse.move(box.x + box.width - 1, box.y + 10)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width + 59, box.y + 10, { steps: 4 })
  await page.mouse.up()
  await expect(page).toHaveURL(/step~/)
  expect((await head(page, 'step').boundingBox())?.width).toBeCloseTo(box.width + 60, -1)
  await head(page, 'duration').dragTo(head(page, 'step'))
  await expect(head(page, 'duration')).toHaveAttribute('aria-colindex', '3')
})

test('runs are chosen one by one and in ranges, also by keys alone', async ({ page }) => {
  await open(page, '/projects/vision/runs?filter=name%20~%20resnet')
  await page.locator('[data-r="1"] [data-do=select]').click()
  await page.locator('[data-r="4"] [data-do=select]').click({ modifiers: ['Shift'] })
  await expect(page.getByText('4 runs selected')).toBeVisible()
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await page.getByRole('grid').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByText('3 runs selected')).toBeVisible()
  await page.keyboard.press('Shift+ArrowUp')
  await expect(page.getByText('2 runs selected')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page).not.toHaveURL(/selected=/)
  await page.keyboard.press('Control+a')
  await expect(page.getByText(`${RESNETS} runs selected`)).toBeVisible()
  await expect(page).toHaveURL(/selected=/)
  await page.reload()
  await expect(page.getByText(`${RESNETS} runs selected`)).toBeVisible()
})

test('keys move in the grid, sort and open', async ({ page }) => {
  await open(
    page,
    '/projects/vision/runs?filter=name%20~%20resnet&columns=*status,*name,step,created',
  )
  const grid = page.getByRole('grid')
  await expect(grid).toHaveAttribute('aria-rowcount', String(RESNETS + 1))
  await expect(grid).toHaveAttribute('aria-colcount', '5')
  await grid.focus()
  const active = async (): Promise<string | null> => {
    const id = await grid.getAttribute('aria-activedescendant')
    return id?.replace(/^[^-]*-/, '') ?? null
  }
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await expect.poll(active).toMatch(/0-1$/)
  await page.keyboard.press('Control+End')
  await expect.poll(active).toMatch(/23-3$/)
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect(head(page, 'name')).toHaveAttribute('aria-sort', 'ascending')
  await expect.poll(() => shown(page).then((all) => all[0])).toBe('resnet-00')
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/runs\/[0-9a-f]{32}/)
})

test('a run is renamed in its row, and many by a pattern', async ({ page, request }) => {
  const project = fresh('named')
  await projectOf(request, project, 3)
  await open(page, `/projects/${project}/runs`)
  await page.getByRole('grid').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('the best')
  await page.keyboard.press('Enter')
  await expect(names(page).first()).toHaveText('the best')
  await page.getByRole('checkbox', { name: 'Select all runs' }).click()
  await page.keyboard.press('r')
  await page.getByRole('textbox', { name: 'Name' }).fill('sweep-{n}')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect
    .poll(async () => (await shown(page)).sort())
    .toEqual(['sweep-1', 'sweep-2', 'sweep-3'])
})

test('runs are tagged and noted', async ({ page, request }) => {
  const project = fresh('tagged')
  await projectOf(request, project, 2)
  await open(page, `/projects/${project}/runs?columns=*name,tags.team,note`)
  await page.getByRole('checkbox', { name: 'Select all runs' }).click()
  await page.getByRole('button', { name: 'Tag', exact: true }).click()
  await page.getByLabel('Tag to set').fill('team')
  await page.getByLabel('Its value').fill('blue')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('[data-r="1"] [data-c="1"]')).toHaveText('blue')
  await page.getByRole('button', { name: 'Note', exact: true }).click()
  await page.getByLabel('Note, in Markdown').fill('<b>not bold</b>')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('[data-r="1"] [data-c="2"]')).toHaveText('<b>not bold</b>')
})

test('what was deleted or archived comes back', async ({ page, request }) => {
  const project = fresh('deleted')
  await projectOf(request, project, 3)
  await open(page, `/projects/${project}/runs`)
  await page.locator('[data-r="0"] [data-do=select]').click()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await expect(page.getByText('2 runs', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByText('3 runs', { exact: true })).toBeVisible()
  await expect(names(page)).toHaveText(['try-2', 'try-1', 'try-0'])
  await page.locator('[data-r="1"] [data-do=select]').click()
  await page.keyboard.press('x')
  await expect(page.getByText('2 runs', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Only the archived' }).click()
  await expect(names(page)).toHaveText(['try-1'])
})

test('a view is saved, shown, made anew and deleted', async ({ page, request }) => {
  const project = fresh('viewed')
  await projectOf(request, project, 3)
  await open(page, `/projects/${project}/runs?filter=params.lr%20%3D%200.1&sort=metrics.loss`)
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByLabel('Save the table as it is now').fill('best of 0.1')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByRole('button', { name: 'best of 0.1', exact: true })).toBeVisible()
  await page.goto(`/projects/${project}/runs`)
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('button', { name: 'best of 0.1', exact: true }).click()
  await expect(filter(page)).toHaveValue('params.lr = 0.1')
  await expect(page.getByText('1 run', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('button', { name: 'Delete best of 0.1' }).click()
  await expect(page.getByText('No view was saved yet')).toBeVisible()
})

test('the table is downloaded as CSV: its filter, order and columns', async ({ page }) => {
  await open(
    page,
    '/projects/vision/runs?filter=name%20~%20resnet-0&sort=name&columns=*name,params.lr',
  )
  await page.getByRole('button', { name: 'More' }).click()
  const coming = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Download as CSV' }).click()
  const lines = readFileSync(await (await coming).path(), 'utf8')
    .trim()
    .split(/\r?\n/)
  expect(lines[0]).toBe('id,name,params.lr')
  expect(lines).toHaveLength(11)
  expect(lines[1]).toContain('resnet-00')
})

test('charts stand beside the table, and the eye takes a run out of them', async ({ page }) => {
  await open(page, '/projects/vision/runs?filter=name%20~%20resnet')
  await page.getByRole('button', { name: 'Charts' }).click()
  await expect(page.locator('[data-panel]').first()).toBeVisible()
  await expect(page.getByText(`${RESNETS} runs`).first()).toBeVisible()
  await page.locator('[data-r="0"] [data-do=eye]').click()
  await expect(page).toHaveURL(/hidden=\d+/)
  const edge = page.getByRole('separator', { name: 'Width of the charts' })
  await edge.focus()
  await page.keyboard.press('ArrowLeft')
  await expect(page).toHaveURL(/charts=55/)
})

test('two chosen runs are compared', async ({ page }) => {
  await open(page, '/projects/vision/runs?filter=name%20~%20resnet')
  await page.locator('[data-r="0"] [data-do=select]').click()
  await page.locator('[data-r="2"] [data-do=select]').click()
  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  await expect(page).toHaveURL(/\/compare\?run=[0-9a-f]{32}&run=[0-9a-f]{32}/)
})

test('new runs are told of, and what is read stays in its place', async ({ page, request }) => {
  const project = fresh('coming')
  await projectOf(request, project, 60)
  await open(page, `/projects/${project}/runs`)
  await page.getByRole('grid').evaluate((grid) => (grid.scrollTop = 560))
  const first = page.locator('[data-r="20"] a')
  await expect(first).toBeVisible()
  const name = (await first.textContent()) ?? ''
  const top = (await first.boundingBox())?.y ?? 0
  const found = await request.get(
    `${hub()}/api/2.0/mlflow/experiments/get-by-name?experiment_name=${project}`,
  )
  const { experiment } = (await found.json()) as { experiment: { experiment_id: string } }
  await request.post(`${hub()}/api/2.0/mlflow/runs/create`, {
    data: { experiment_id: experiment.experiment_id, run_name: 'new one', start_time: Date.now() },
  })
  await page.getByRole('button', { name: '1 new run' }).click()
  await expect(page.getByText('61 runs', { exact: true })).toBeVisible()
  const now = await page.getByRole('link', { name, exact: true }).boundingBox()
  expect(Math.abs((now?.y ?? 0) - top)).toBeLessThan(3)
})

test('names of runs are text, whatever they are', async ({ page }) => {
  await open(page, '/projects/vision/runs?filter=name%20~%20onerror')
  await expect(names(page).first()).toHaveText('<img src=x onerror=alert(1)>')
  await expect(page.locator('main img')).toHaveCount(0)
})

test.describe('without the hub', () => {
  test.use({ allowed: [/ERR_FAILED/] })

  test('what is there stays, and the hub is tried again', async ({ page, context }) => {
    await open(page, '/projects/vision/runs')
    await context.route('**/api/v1/runs/order*', (route) => route.abort())
    await head(page, 'step').click()
    await expect(page.getByRole('grid')).toBeVisible() // what is there stays
    await context.unroute('**/api/v1/runs/order*')
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Load again' }).click()
    await expect(head(page, 'step')).toHaveAttribute('aria-sort', 'ascending')
  })
})

test('the table is accessible', async ({ page }) => {
  await open(page, '/projects/vision/runs?filter=name%20~%20resnet&columns=*status,*name,step')
  await expectAccessible(page)
})

test('groups are accessible', async ({ page }) => {
  await open(page, '/projects/vision/runs?group=params.optimizer&columns=*status,*name,step')
  await page.getByRole('button', { name: /^Open/ }).first().click()
  await expect(page.locator('[data-r="1"] a')).toBeVisible()
  await expectAccessible(page)
})

test('the page is accessible on a phone, and not wider than it', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await open(page, '/projects/vision/runs')
  await expectAccessible(page)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(390)
})
