import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { expect, expectAccessible, hub, test } from './hub'

const REPORTS = '/projects/flights/reports'
const file = (name: string) => join(process.env.HUB_PROJECT ?? '', 'reports', `${name}.md`)

/** Give how many charts of a page have a line drawn on them. */
async function drawn(page: Page): Promise<number> {
  return page.locator('canvas').evaluateAll(
    (all) =>
      all.filter((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement
        const context = (canvas as HTMLCanvasElement).getContext('2d')
        if (!context || !width || !height) return false
        return context.getImageData(0, 0, width, height).data.some((value) => value > 0)
      }).length,
  )
}

test.describe('reports of a project', () => {
  test('are listed by their titles, and shown with live blocks', async ({ page }) => {
    await page.goto(REPORTS)
    await expect(page.getByRole('heading', { name: 'Reports of flights' })).toBeVisible()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Which flights arrive late?' }).click()
    await expect(page.getByRole('heading', { name: 'How training went' })).toBeVisible()
    await expect(page.getByText('AUC of the best model')).toBeVisible()
    await expect.poll(() => drawn(page)).toBeGreaterThan(0)
    await expect(page.getByRole('link', { name: 'delay@1' })).toBeVisible()
    await expectAccessible(page)
  })

  test('are found on the page of all reports', async ({ page }) => {
    await page.goto('/reports')
    await expect(page.getByRole('link', { name: 'Which flights arrive late?' })).toBeVisible()
    await expectAccessible(page)
  })

  test('are read on a phone', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${REPORTS}/late-flights`)
    await expect(page.getByRole('heading', { name: 'The model', exact: true })).toBeVisible()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(390)
  })

  test('of a project that is elsewhere say where they are', async ({ page }) => {
    await page.goto('/projects/vision/reports')
    await expect(page.getByRole('heading', { name: /not here/ })).toBeVisible()
    await expect(page.getByText('modelcompose report build')).toBeVisible()
    await expectAccessible(page)
  })
})

test.describe('a report is written', () => {
  test.use({ allowed: [/status of 40[49]/] })
  const name = `written-${process.pid}`
  test.afterEach(() => rmSync(file(name), { force: true }))

  test('with its preview beside it, and saved into its file', async ({ page }) => {
    await page.goto(REPORTS)
    await page.getByRole('button', { name: 'New report' }).click()
    await page.getByLabel('Name').fill(name)
    await page.getByRole('button', { name: 'Write it' }).click()
    const text = page.getByLabel('Text of the report, in Markdown')
    await text.fill('# Mine\n\n```table\nlimt: 2\n```\n')
    await expect(page.getByRole('note')).toContainText('did you mean limit?')
    await expectAccessible(page)
    await text.fill('# Mine\n\n```table\nlimit: 2\n```\n')
    const preview = page.getByRole('region', { name: 'Preview' })
    await expect(preview.getByRole('row')).toHaveCount(3)
    await page.keyboard.press('ControlOrMeta+s')
    await expect(page.getByText(`Saved to reports/${name}.md`)).toBeVisible()
    await expect(text).toBeHidden()
    await expect(page.getByRole('heading', { name: 'Mine' })).toBeVisible()
    expect(readFileSync(file(name), 'utf8')).toContain('limit: 2')
  })

  test('with a block for what a page of runs shows', async ({ page }) => {
    writeFileSync(file(name), '# Mine\n')
    await page.goto(`${REPORTS}/${name}?edit=1`)
    await page.getByRole('button', { name: 'Insert' }).click()
    const dialog = page.getByRole('dialog', { name: 'Insert a block' })
    await dialog.getByLabel('What').selectOption('table')
    const address = `${hub()}/projects/flights/runs?filter=step+%3D+train&sort=-created`
    await dialog.getByLabel('Which runs').fill(address)
    await expect(dialog.getByText('runs: "step = train"')).toBeVisible()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Insert' }).click()
    const text = page.getByLabel('Text of the report, in Markdown')
    await expect(text).toHaveValue(/```table\nruns: "step = train"\nsort: \[-created\]/)
  })

  test('and what somebody else saved meanwhile is not lost', async ({ page }) => {
    writeFileSync(file(name), '# First\n')
    await page.goto(`${REPORTS}/${name}?edit=1`)
    const text = page.getByLabel('Text of the report, in Markdown')
    await expect(text).toHaveValue('# First\n')
    writeFileSync(file(name), '# Theirs\n')
    await text.fill('# Yours\n')
    await page.getByRole('button', { name: 'Save' }).click()
    const dialog = page.getByRole('dialog', { name: /Somebody else/ })
    await expect(dialog.getByLabel('The file’s version')).toHaveValue('# Theirs\n')
    await expect(dialog.getByLabel('Your version')).toHaveValue('# Yours\n')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Go on writing' }).click()
    expect(readFileSync(file(name), 'utf8')).toBe('# Theirs\n')
    await page.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('button', { name: 'Save yours over it' }).click()
    await expect.poll(() => readFileSync(file(name), 'utf8')).toBe('# Yours\n')
    await expect(page.getByRole('heading', { name: 'Yours' })).toBeVisible()
  })

  test('and what was not saved is there after a reload', async ({ page }) => {
    writeFileSync(file(name), '# First\n')
    await page.goto(`${REPORTS}/${name}?edit=1`)
    await page.getByLabel('Text of the report, in Markdown').fill('# Draft\n')
    await expect(page.getByRole('region', { name: 'Preview' })).toContainText('Draft')
    page.on('dialog', (dialog) => void dialog.accept())
    await page.reload()
    await expect(page.getByLabel('Text of the report, in Markdown')).toHaveValue('# Draft\n')
    await page.getByRole('button', { name: 'Discard' }).click()
    await expect(page.getByRole('heading', { name: 'First' })).toBeVisible()
  })
})

test.describe('a built report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-'))
  test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Build a report by the command, and give the file's address. */
  function build(name: string): string {
    const python = resolve(process.env.PYTHON ?? '../.venv/bin/python')
    const html = join(folder, `${name}.html`)
    execFileSync(python, ['-m', 'modelcompose', 'report', 'build', name, '-o', html], {
      cwd: process.env.HUB_PROJECT,
      env: { ...process.env, MODELCOMPOSE_HOME: process.env.HUB_HOME },
      stdio: 'ignore',
    })
    expect(existsSync(html)).toBe(true)
    return `file://${html}`
  }

  test('opens from a disk with the network off, draws its charts and asks for nothing', async () => {
    const address = build('late-flights')
    const browser = await chromium.launch(test.info().project.use.launchOptions)
    try {
      const context = await browser.newContext({ offline: true })
      const page = await context.newPage()
      const asked: string[] = []
      const wrong: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      page.on('pageerror', (error) => wrong.push(error.message))
      page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()))
      await page.goto(address)
      await expect(page.getByRole('heading', { name: 'How training went' })).toBeVisible()
      await expect.poll(() => drawn(page)).toBeGreaterThan(0)
      await expect(page.getByText('LR 0.1, DEPTH 8')).toBeVisible()
      await expectAccessible(page)
      await page.getByRole('button', { name: /^(Dark|Light)$/ }).click()
      await expect.poll(() => drawn(page)).toBeGreaterThan(0)
      await page.emulateMedia({ media: 'print' })
      await expect(page.getByRole('button', { name: /^(Dark|Light)$/ })).toBeHidden()
      expect(await page.pdf({ format: 'A4' })).not.toHaveLength(0)
      expect(wrong).toEqual([])
      expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([address])
    } finally {
      await browser.close()
    }
  })

  test('is had from the page of the report', async ({ page }) => {
    await page.goto(`${REPORTS}/late-flights`)
    const saving = page.waitForEvent('download')
    await page.getByRole('link', { name: 'HTML' }).click()
    const saved = await saving
    expect(saved.suggestedFilename()).toBe('late-flights.html')
    expect(readFileSync(await saved.path(), 'utf8')).toContain("default-src 'none'")
  })
})
