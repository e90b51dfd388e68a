import type { Locator, Page } from '@playwright/test'
import { expect, expectAccessible, hub, runNamed, test } from './hub'

const FINISHED = 'resnet-07'

/** Open one chart in full screen, with options in their compact form; wait for its exact lines. */
async function opened(page: Page, options = '', metric = 'train/loss'): Promise<Locator> {
  const run = await runNamed(page, FINISHED)
  const query = new URLSearchParams({ 'c.f': metric, ...(options ? { 'c.o': options } : {}) })
  await page.goto(`/runs/${run}/charts?${query}`)
  const chart = page.getByRole('dialog').getByRole('figure')
  await exact(chart)
  return chart
}

/** Wait for the exact lines of a chart. */
async function exact(chart: Locator): Promise<void> {
  await expect(chart.locator('.picture')).toHaveAttribute('data-exact', 'true')
}

/** Give how many pixels of the picture of a chart are drawn on. */
function inked(chart: Locator): Promise<number> {
  return chart.locator('.u-over canvas').evaluateAll((all) => {
    let count = 0
    for (const canvas of all as HTMLCanvasElement[]) {
      if (canvas.style.visibility !== 'visible' || canvas.width === 0) continue
      const context = canvas.getContext('2d')
      const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
      for (let i = 3; i < data.length; i += 4) if (data[i]) count++
    }
    return count
  })
}

test('a chart draws its line, and tells the nearest point in words', async ({ page }) => {
  const chart = await opened(page)
  expect(await inked(chart)).toBeGreaterThan(300)
  await chart.locator('.u-over').hover()
  await expect(chart.locator('.readout')).toContainText(/step \d+/)
  await expectAccessible(page)
})

test('a box zooms in to the very points, and a double click shows all again', async ({ page }) => {
  const chart = await opened(page)
  const box = await chart.locator('.u-over').boundingBox()
  if (!box) throw new Error('there is no picture')
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * 0.4, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.42, y, { steps: 4 })
  await page.mouse.up()
  await exact(chart)
  await expect(page).toHaveURL(/c\.(o|p)=[^&]*r[\d.]+%3A[\d.]+|c\.(o|p)=[^&]*r[\d.]+:[\d.]+/)
  await page.mouse.dblclick(box.x + box.width / 2, y)
  await exact(chart)
  await expect(page).not.toHaveURL(/r[\d.]+(:|%3A)[\d.]+/)
})

test('the keyboard moves and zooms', async ({ page }) => {
  const chart = await opened(page)
  const picture = chart.getByRole('application')
  await picture.focus()
  await page.keyboard.press('+')
  await page.keyboard.press('ArrowRight')
  await exact(chart)
  await expect(page).toHaveURL(/r\d+(\.\d+)?(:|%3A)/)
  await page.keyboard.press('0')
  await exact(chart)
  await expect(page).not.toHaveURL(/r\d+(\.\d+)?(:|%3A)/)
})

for (const [options, words] of [
  ['e0.9', 'smoothed'],
  ['m10~w0', 'by a moving mean'],
  ['xt', 'over wall time'],
  ['xr', 'over relative time'],
  ['lx', 'over the logarithm of steps'],
  ['xmtrain/accuracy', 'over another metric'],
  ['ly~o', 'over a logarithm, without outliers'],
] as const) {
  test(`a chart is drawn ${words}`, async ({ page }) => {
    const chart = await opened(page, options)
    expect(await inked(chart)).toBeGreaterThan(300)
  })
}

test('last values are a table for those who do not see the picture', async ({ page }) => {
  const chart = await opened(page)
  const values = chart.getByText('Last values')
  await values.focus()
  await page.keyboard.press('Enter')
  await expect(chart.getByRole('row')).toHaveCount(2)
  await expect(chart.getByRole('rowheader')).toContainText(FINISHED)
})

test('a chart grows while its run writes', async ({ page }) => {
  const run = await runNamed(page, 'live')
  await page.goto(`/runs/${run}/charts?c.f=train/loss`)
  const chart = page.getByRole('dialog').getByRole('figure')
  await exact(chart)
  await chart.getByText('Last values').focus()
  await page.keyboard.press('Enter')
  const step = async () => Number(await chart.getByRole('cell').last().textContent())
  const before = await step()
  await expect.poll(step).toBeGreaterThan(before)
})

test('the hub gives columns that are those of its JSON', async ({ page }) => {
  const run = await runNamed(page, FINISHED)
  const query = `run=${run}&name=train/loss`
  const json = await (await page.request.get(`${hub()}/api/v1/series?${query}`)).json()
  const body = await (await page.request.get(`${hub()}/api/v1/series/columns?${query}`)).body()
  const length = body.readUInt32LE(0)
  const header = JSON.parse(body.subarray(4, 4 + length).toString())
  const { size, at } = header.series[0]
  const values = Array.from({ length: size }, (_, i) =>
    body.readDoubleLE(4 + length + at[1] + i * 8),
  )
  expect(values).toEqual(json.series[0].points.values)
})
