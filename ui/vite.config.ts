import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { compressed } from './scripts/compressed.js'

const hub = process.env.HUB ?? 'http://127.0.0.1:4750'

export default defineConfig({
  plugins: [svelte(), compressed()],
  build: {
    outDir: '../src/modelcompose/hub/static',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // The hub's Content-Security-Policy takes no data: scripts or styles.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  server: {
    // The hub takes calls of its own origin alone.
    proxy: { '/api': { target: hub, changeOrigin: true, headers: { origin: hub } } },
  },
  test: { include: ['src/**/*.test.ts'] },
})
