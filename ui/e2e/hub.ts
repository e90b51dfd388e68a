/** What every test of a page begins with: a page of the hub, on which nothing may go wrong unseen. */

import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'

/** The address of the hub. */
export const hub = (): string => process.env.HUB ?? ''

/** A page that fails its test on errors, on what the Content-Security-Policy stopped, and on calls to other hosts. */
export const test = base.extend<{ page: Page; allowed: RegExp[] }>({
  /** Errors of the console that a test wants, such as that of a call that is refused. */
  allowed: [[], { option: true }],
  baseURL: async ({ baseURL: _ }, use) => use(hub()),
  page: async ({ page, allowed }, use) => {
    const wrong: string[] = []
    page.on('pageerror', (error) => wrong.push(`error: ${error.message}`))
    page.on('console', (message) => {
      // Other programs of the machine bring networks up and down, such as Docker's.
      if (message.text().includes('ERR_NETWORK_CHANGED')) return
      if (message.type() === 'error') wrong.push(`console: ${message.text()}`)
    })
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url())
      if (protocol.startsWith('http') && origin !== hub()) wrong.push(`call: ${request.url()}`)
    })
    await use(page)
    const left = wrong.filter((one) => !allowed.some((pattern) => pattern.test(one)))
    expect(left).toEqual([])
  },
})

/** Check a page against WCAG 2.2 AA, in both themes. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.evaluate((name) => (document.documentElement.dataset.theme = name), theme)
    const found = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze()
    const told = found.violations.map((one) => ({
      rule: one.id,
      theme,
      nodes: one.nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
    }))
    expect(told).toEqual([])
  }
}

/** Give the id of a run by its name. */
export async function runNamed(page: Page, name: string): Promise<string> {
  const filter = encodeURIComponent(`name = '${name}'`)
  const answer = await page.request.get(`${hub()}/api/v1/runs?filter=${filter}&limit=1`)
  const { runs } = (await answer.json()) as { runs: { id: string }[] }
  if (!runs[0]) throw new Error(`there is no run ${name}`)
  return runs[0].id
}

/** Give the id of the newest run of a step of the flights example. */
export async function runOfStep(page: Page, step: string, status = 'succeeded'): Promise<string> {
  const filter = encodeURIComponent(`step = '${step}' and status = '${status}'`)
  const answer = await page.request.get(
    `${hub()}/api/v1/runs?filter=${filter}&project=flights&limit=1`,
  )
  const { runs } = (await answer.json()) as { runs: { id: string }[] }
  if (!runs[0]) throw new Error(`there is no run of ${step}`)
  return runs[0].id
}

export { expect }
