import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, expectAccessible, runNamed, runOfStep, test } from './hub'

const EVIL = '<img src=x onerror=alert(1)>'
const TABS = ['', 'charts', 'resources', 'logs', 'artifacts', 'code', 'lineage']

/** Write a log as a step would, in the home of the tests' hub. */
function writeLog(run: string, text: string): void {
  const folder = join(process.env.HUB_HOME ?? '', 'runs', run.slice(0, 2), run)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'output.log'), text)
}

test('the overview says how a run went and what made it', async ({ page }) => {
  const run = await runOfStep(page, 'train')
  await page.goto(`/runs/${run}`)
  await expect(page.getByRole('heading', { name: 'train', level: 1 })).toBeVisible()
  await expect(page.getByText('succeeded').first()).toBeVisible()
  await expect(page.getByRole('region', { name: /^Metrics/ })).toContainText('loss')
  await expect(page.getByRole('region', { name: /^Parameters/ })).toContainText('DEPTH')
  await expect(page.getByRole('region', { name: 'What made it' })).toContainText('python train.py')
  await expect(page.getByText(`modelcompose reproduce ${run.slice(0, 8)}`)).toBeVisible()
  await expect(page.getByRole('region', { name: /^Inputs/ })).toContainText('data/prepared')
})

test('on a phone, how a run went stands first, then its metrics', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`/runs/${await runOfStep(page, 'train')}`)
  const titles = page.locator('article section h2')
  await expect(titles.first()).toHaveText('How it went')
  await expect(titles.nth(1)).toContainText('Metrics')
})

test.describe('a run that is gone', () => {
  test.use({ allowed: [/404/] })

  test('says so, and where to look', async ({ page }) => {
    await page.goto(`/runs/${'f'.repeat(32)}`)
    await expect(page.getByRole('heading', { name: 'There is no such run' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'Look in the trash' })).toBeVisible()
  })
})

test('a run that failed says so first', async ({ page }) => {
  const run = await runOfStep(page, 'train', 'failed')
  await page.goto(`/runs/${run}`)
  await expect(page.getByRole('status').filter({ hasText: 'It failed' })).toBeVisible()
  await page.getByRole('link', { name: 'See the end of its log' }).click()
  await expect(page.getByRole('log')).toContainText('ValueError')
})

test('a note and tags are written, and undone', async ({ page }) => {
  const run = await runNamed(page, 'resnet-05')
  await page.goto(`/runs/${run}`)
  await page.getByRole('button', { name: 'Write the note' }).click()
  await page.getByRole('textbox', { name: 'Note, in Markdown' }).fill('The **best** of them')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.locator('strong', { hasText: 'best' })).toBeVisible()
  await page.getByRole('button', { name: 'Add a tag' }).click()
  await page.getByRole('textbox', { name: 'A tag as name=value' }).fill('owner=ana')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Remove the tag owner' }).click()
  await expect(page.getByRole('button', { name: 'Remove the tag owner' })).toBeHidden()
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect(page.getByRole('button', { name: 'Remove the tag owner' })).toBeVisible()
})

test('keys go through the parts of a run and its neighbours', async ({ page }) => {
  const run = await runOfStep(page, 'evaluate')
  await page.goto(`/runs/${run}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('4')
  await expect(page).toHaveURL(new RegExp(`/runs/${run}/logs$`))
  await expect(page.getByRole('link', { name: 'The run before of this step' })).toBeVisible()
  await page.keyboard.press('[')
  await expect(page).not.toHaveURL(new RegExp(run))
  await expect(page).toHaveURL(/\/logs$/)
})

test('a log of a hundred megabytes opens at once, at any line', async ({ page }) => {
  const run = await runNamed(page, 'resnet-06')
  const line = (at: number): string => `step ${at} \u001b[32mloss\u001b[0m ${'x'.repeat(70)}\n`
  const block = Array.from({ length: 10_000 }, (_, at) => line(at)).join('')
  writeLog(run, block.repeat(110) + 'here is a NEEDLE\n' + block)
  await page.goto(`/runs/${run}/logs`)
  await expect(page.getByText('1,110,001 lines')).toBeVisible({ timeout: 5000 })
  await expect(page.getByRole('log')).toContainText('step 9999')
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('needle')
  await expect(page.getByText('1 of 1 line')).toBeVisible()
  await expect(page.getByText('here is a NEEDLE')).toBeInViewport()
  expect(await page.getByRole('log').locator('code').count()).toBeLessThan(120)
  await page.goto(`/runs/${run}/logs?line=500000`)
  await expect(page.getByRole('link', { name: 'Line 500000' })).toBeInViewport()
})

test('a log is followed while its run goes on', async ({ page }) => {
  const run = await runNamed(page, 'live')
  writeLog(run, 'first\n')
  await page.goto(`/runs/${run}/logs`)
  await expect(page.getByRole('log')).toContainText('first')
  writeLog(run, `first\n${'between\n'.repeat(300)}last\n`)
  await expect(page.getByText('last', { exact: true })).toBeInViewport()
})

test('files of every kind are looked at', async ({ page }) => {
  const run = await runNamed(page, 'resnet-00')
  const shown = `/runs/${run}/artifacts?area=artifacts`
  await page.goto(`/runs/${run}/artifacts`)
  const files = page.getByRole('navigation', { name: 'Files of the run' })
  await files.getByRole('link', { name: /predictions.csv/ }).click()
  await expect(page.getByText('2,000 rows, 5 columns')).toBeVisible()
  await expect(page.getByRole('columnheader', { name: 'predicted' })).toBeVisible()
  await page.getByRole('table').evaluate((box) => (box.scrollTop = box.scrollHeight))
  await expect(page.getByRole('cell', { name: '1999', exact: true })).toBeVisible()
  await files.getByRole('link', { name: /grid_step_#/ }).click()
  const slider = page.getByRole('slider', { name: 'Step' })
  await slider.fill('1')
  await expect(page.getByText('step 10', { exact: true })).toBeVisible()
  await expect(page).toHaveURL(/step=10/)
  await page.goto(`${shown}&path=report.html`)
  await expect(page.frameLocator('iframe').getByText('made by script')).toBeVisible()
  await page.goto(`${shown}&path=config.json`)
  await expect(page.getByText('depth')).toBeVisible()
  await page.goto(`${shown}&path=notes.md`)
  await expect(page.locator('strong', { hasText: 'idea' })).toBeVisible()
  await page.goto(`${shown}&path=sound.wav`)
  const audio = page.locator('audio')
  await expect.poll(() => audio.evaluate((one: HTMLAudioElement) => one.duration)).toBeCloseTo(0.5)
})

test('outputs of a step are files too', async ({ page }) => {
  const run = await runOfStep(page, 'evaluate')
  await page.goto(`/runs/${run}/artifacts?area=outputs&path=plots%2Froc.csv`)
  await expect(page.getByRole('columnheader').first()).toBeVisible()
})

test('the code is read, and compared with the run before', async ({ page }) => {
  const run = await runOfStep(page, 'train')
  await page.goto(`/runs/${run}/code`)
  await page.getByRole('link', { name: 'train.py' }).click()
  await expect(page.getByText('import mlflow')).toBeVisible()
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption('previous')
  await expect(page.getByText('The code is the same')).toBeVisible()
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption('commit')
  await expect(page.getByText('The code is the same')).toBeVisible()
})

test('what a run used is drawn over one time', async ({ page }) => {
  const run = await runOfStep(page, 'train')
  await page.goto(`/runs/${run}/resources`)
  const cpu = page.getByRole('img', { name: 'CPU over time' })
  const box = await cpu.boundingBox()
  if (!box) throw new Error('there is no chart')
  await page.mouse.move(box.x + box.width / 2, box.y + 60)
  await expect(page.locator('svg .cursor')).not.toHaveCount(0)
  const charts = await page.getByRole('img', { name: /over time/ }).count()
  await expect(page.locator('svg .cursor')).toHaveCount(charts)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.8, box.y + 60)
  await page.mouse.up()
  await page.getByRole('button', { name: 'All of it' }).click()
  await expect(page.getByRole('button', { name: 'All of it' })).toBeHidden()
})

test('the lineage leads to what a run came of', async ({ page }) => {
  const run = await runOfStep(page, 'train')
  await page.goto(`/runs/${run}/lineage`)
  const graph = page.getByRole('region', { name: 'Lineage' })
  await expect(graph.getByText('data/prepared', { exact: true })).toBeVisible()
  await graph.getByRole('link', { name: /^prepare succeeded/ }).click()
  await expect(page.getByRole('heading', { name: 'prepare', level: 1 })).toBeVisible()
})

test.describe('a run that tries to be markup', () => {
  // Scripts of a sandboxed drawing are refused, which the console says.
  test.use({ allowed: [/sandbox|Content Security Policy|Blocked (script|a frame)|404/i] })

  test('stays text everywhere', async ({ page }) => {
    const run = await runNamed(page, EVIL)
    const dialogs: string[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    writeLog(
      run,
      '<script>alert(1)</script>\n\u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007\n' +
        '\u001b[38;2;1;2;3;url(//evil.example)mtext\n\u001b]0;title\u0007end\n',
    )
    for (const tab of TABS) {
      await page.goto(`/runs/${run}/${tab}`)
      await expect(page.getByRole('heading', { name: EVIL, level: 1 })).toBeVisible()
    }
    await page.goto(`/runs/${run}/logs`)
    await expect(page.getByRole('log')).toContainText('<script>alert(1)</script>')
    await expect(page.getByRole('log').locator('a[href^="javascript"], script, img')).toHaveCount(0)
    await page.goto(`/runs/${run}/artifacts?area=artifacts&path=evil.html`)
    await expect(page.frameLocator('iframe').getByText('page')).toBeVisible()
    await page.goto(`/runs/${run}/artifacts?area=artifacts&path=evil.svg`)
    await expect(page.getByRole('group', { name: /evil.svg/ })).toBeVisible()
    expect(await page.title()).not.toBe('owned')
    expect(dialogs).toEqual([])
  })

  test('cannot act as a page of the hub where its files are opened by themselves', async ({
    page,
  }) => {
    const run = await runNamed(page, EVIL)
    for (const name of ['evil.html', 'evil.svg']) {
      const dialogs: string[] = []
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message())
        void dialog.dismiss()
      })
      await page.goto(`/api/v1/runs/${run}/artifacts/file?path=${name}`)
      expect(await page.evaluate(() => self.origin)).toBe('null')
      expect(dialogs).toEqual([])
    }
  })
})

test('every part is accessible, in both themes', async ({ page }) => {
  test.slow()
  const run = await runOfStep(page, 'evaluate')
  for (const tab of TABS) {
    await page.goto(`/runs/${run}/${tab}`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page.getByRole('status').filter({ hasText: '…' })).toHaveCount(0)
    await expectAccessible(page)
  }
})

test('every part fits a phone in portrait', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  const run = await runOfStep(page, 'train')
  for (const tab of TABS) {
    await page.goto(`/runs/${run}/${tab}`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page.getByRole('link', { name: 'Overview' })).toBeAttached()
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(wide, tab).toBeLessThanOrEqual(390)
  }
})
