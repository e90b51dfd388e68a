/** The worker that weighs, as a promise. */

import type { Parameter, Weighed } from './importance'

/** Weigh parameters for a metric in a worker; the signal ends it. */
export function weighBeside(
  parameters: readonly Parameter[],
  metric: readonly (number | null)[],
  signal: AbortSignal,
): Promise<Weighed> {
  const worker = new Worker(new URL('./importance.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<Weighed>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Weighed>) => resolve(data)
    worker.onerror = (event) => reject(new Error(event.message || 'the worker could not start'))
    signal.addEventListener('abort', () => reject(new DOMException('outdated', 'AbortError')))
    worker.postMessage({ parameters: [...parameters], metric: [...metric] })
  }).finally(() => worker.terminate())
}
