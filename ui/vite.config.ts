import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build, type Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { compressed } from './scripts/compressed.js'

const hub = process.env.HUB ?? 'http://127.0.0.1:4750'

/** Build the viewer of reports with the pages, whose build empties the folder of both. */
function viewer(): Plugin {
  return {
    name: 'viewer',
    apply: 'build',
    closeBundle: async () => {
      await build({ configFile: 'vite.report.config.ts' })
    },
  }
}

export default defineConfig({
  plugins: [svelte(), compressed(), viewer()],
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
  // Logic without a state of its own: one process for all is four times as fast.
  test: { include: ['src/**/*.test.ts'], pool: 'threads', isolate: false },
})
