import { defineConfig } from '@playwright/test'
import tests from './playwright.config'

/** Takes the pictures of the docs: `npm run pictures`, over a hub that is filled as for the tests. */
export default defineConfig({
  ...tests,
  testDir: 'pictures',
  timeout: 60_000,
})
