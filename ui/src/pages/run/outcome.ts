/** How a run went, in words. */

import { bytes } from '../../format/sizes'
import { duration } from '../../format/times'
import { objectOf, type RunDoc } from './run'

const SIGNALS: Record<number, string> = { 1: 'SIGHUP', 2: 'SIGINT', 9: 'SIGKILL', 15: 'SIGTERM' }

/** Say how a run ended, or null for one that goes on or succeeded. */
export function failureOf(run: RunDoc): string | null {
  if (run.status !== 'failed' && run.status !== 'killed') return null
  if (run.oom_killed) {
    const limit = memoryLimit(run)
    return `out of memory${limit ? `: the limit is ${bytes(limit)}` : ''}`
  }
  if (run.timed_out) return 'it took longer than its timeout'
  return run.error ?? (run.exit_code === null ? 'it was ended' : exitWords(run.exit_code))
}

/** Give an exit code with what it means. */
export function exitWords(code: number): string {
  const signal = code > 128 ? SIGNALS[code - 128] : undefined
  return signal ? `exit code ${code} (${signal})` : `exit code ${code}`
}

/** Give how long a run took, or has been going. */
export function tookOf(run: RunDoc, now: number): string {
  if (run.duration_s !== null) return duration(run.duration_s)
  return run.started_at === null ? '–' : duration(Math.max(0, now - run.started_at))
}

/** Give the most memory that a run's service may use, in bytes; null where nothing says. */
export function memoryLimit(run: RunDoc): number | null {
  return sizeOf(limitsOf(run).memory) ?? sizeOf(run.service.mem_limit) ?? null
}

/** Give how many CPUs a run's service may use; null where nothing says. */
export function cpuLimit(run: RunDoc): number | null {
  const said = limitsOf(run).cpus ?? run.service.cpus
  const cpus = Number(said ?? 0)
  return Number.isFinite(cpus) && cpus > 0 ? cpus : null
}

/** Read a size as Compose writes it: a number of bytes, or `512m`, `2gb`. */
export function sizeOf(value: unknown): number | null {
  if (typeof value === 'number') return value > 0 ? value : null
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i.exec(value) : null
  if (!match) return null
  const power = ['', 'k', 'm', 'g', 't'].indexOf((match[2] ?? '').toLowerCase())
  const size = Number(match[1]) * 1024 ** power
  return size > 0 ? size : null
}

function limitsOf(run: RunDoc): Record<string, unknown> {
  const deploy = objectOf(run.service.deploy)
  return objectOf(objectOf(deploy.resources).limits)
}
