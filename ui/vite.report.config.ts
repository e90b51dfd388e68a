import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'

/**
 * Write the script so that it may stand inside of a page: what would end a script element, or
 * change how its text is read, is written otherwise, which means the same in texts and patterns.
 */
function inline(): Plugin {
  return {
    name: 'inline',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue
        file.code = file.code.replace(/<(?=\/script|script|!--)/gi, '\\x3C')
      }
    },
  }
}

/** The viewer of built reports: one classic script and one style sheet, beside the static files. */
export default defineConfig({
  plugins: [svelte(), inline()],
  publicDir: false,
  build: {
    outDir: '../src/modelcompose/hub/static/report',
    emptyOutDir: true,
    target: 'es2022',
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    lib: {
      entry: 'src/report/viewer.ts',
      name: 'report',
      formats: ['iife'],
      fileName: () => 'viewer.js',
      cssFileName: 'viewer',
    },
  },
})
