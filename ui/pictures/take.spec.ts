import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { PICTURES } from '../e2e/pictures'

const FOLDER = '../docs/images/ui'
mkdirSync(FOLDER, { recursive: true })

for (const picture of PICTURES) {
  for (const theme of ['light', 'dark'] as const) {
    test(`${picture.name}, ${theme}`, async ({ browser }) => {
      const context = await browser.newContext({
        baseURL: process.env.HUB,
        colorScheme: theme,
        viewport: picture.size ?? { width: 1280, height: 800 },
        reducedMotion: 'reduce',
      })
      const page = await context.newPage()
      await page.goto(await picture.path(page))
      await picture.ready(page)
      await expect(page.locator('[data-exact="false"]')).toHaveCount(0) // all that is seen is drawn
      await page.evaluate(() => document.fonts.ready)
      const file = `${FOLDER}/${picture.name}-${theme}.png`
      await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' })
      shrink(file)
      await context.close()
    })
  }
}

/** Make a picture small: 256 colours are enough for a page of text and lines. */
function shrink(file: string): void {
  const python = process.env.PYTHON ?? '../.venv/bin/python'
  const script = `
import sys
from PIL import Image
image = Image.open(sys.argv[1]).convert("RGB")
image.quantize(256, dither=Image.Dither.NONE).save(sys.argv[1], optimize=True)`
  execFileSync(python, ['-c', script, file])
}
