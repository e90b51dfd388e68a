import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const KINDS = /\.(js|css|html|svg|json|webmanifest)$/
const LEAST_BYTES = 1024

/**
 * Write a Brotli and a gzip form beside each text file that was built, so that the hub compresses
 * nothing while it answers.
 * @returns {import('vite').Plugin}
 */
export function compressed() {
  let folder = ''
  return {
    name: 'compressed',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir)
    },
    closeBundle() {
      for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (KINDS.test(path)) compress(join(folder, path))
      }
    },
  }
}

/** @param {string} file */
function compress(file) {
  const content = readFileSync(file)
  if (content.length < LEAST_BYTES) return
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params: quality }))
  writeFileSync(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }))
}
