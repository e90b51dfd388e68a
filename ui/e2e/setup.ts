/** Starts the hub that the tests look at: filled once by real runs, served while they run. */

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Fill and serve a hub; `HUB_FOLDER` keeps it for the next time, `HUB` names one that is served,
 * `HUB_MORE` wants so many short runs beside. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.HUB) return undefined
  const kept = process.env.HUB_FOLDER
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'hub-'))
  const python = process.env.PYTHON ?? '../.venv/bin/python'
  const more = process.env.HUB_MORE ?? '0'
  // In a group of its own, and with an input that ends with this process, however that ends.
  const words = ['e2e/filled_hub.py', folder, '--more', more, '--ends-with-input']
  const hub = spawn(python, words, {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => {
    hub.once('exit', () => resolve())
    hub.once('error', () => resolve())
  })
  const stop = async (): Promise<void> => {
    hub.kill('SIGTERM')
    await ended
    if (!kept) rmSync(folder, { recursive: true, force: true })
  }
  try {
    const lines = createInterface({ input: hub.stdout })[Symbol.asyncIterator]()
    const address = await lines.next()
    const facts = await lines.next()
    if (!address.value || !facts.value) throw new Error('the hub of the tests did not start')
    process.env.HUB = address.value
    Object.assign(process.env, {
      HUB_HOME: JSON.parse(facts.value).home,
      HUB_PROJECT: JSON.parse(facts.value).folder,
    })
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}
