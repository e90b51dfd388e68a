// Writes src/api/schema.d.ts from the hub's OpenAPI document; `--check` only says whether it is so.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'
import * as prettier from 'prettier'

const target = new URL('../src/api/schema.d.ts', import.meta.url)
const python = process.env.PYTHON ?? new URL('../../.venv/bin/python', import.meta.url).pathname
const text = execFileSync(python, ['-m', 'modelcompose.hub.api.openapi'], {
  encoding: 'utf8',
  maxBuffer: 1 << 26,
})
const head = '/* Made from the hub by `npm run api`. Do not edit. */\n\n'
const types =
  head + astToString(await openapiTS(text, { alphabetize: true, defaultNonNullable: false }))
const options = await prettier.resolveConfig(target.pathname)
const made = await prettier.format(types, { ...options, parser: 'typescript' })

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== made) {
    console.error('ui/src/api/schema.d.ts is not of this API: run `npm run api` in ui/')
    process.exit(1)
  }
} else {
  writeFileSync(target, made)
}
