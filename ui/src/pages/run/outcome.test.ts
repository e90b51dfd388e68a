import { describe, expect, it } from 'vitest'
import { cpuLimit, exitWords, failureOf, memoryLimit, sizeOf } from './outcome'
import type { RunDoc } from './run'

function run(fields: Partial<RunDoc>): RunDoc {
  return {
    status: 'failed',
    oom_killed: false,
    timed_out: false,
    error: null,
    exit_code: null,
    service: {},
    ...fields,
  } as RunDoc
}

describe('how a run ended', () => {
  it('is nothing where it succeeded or goes on', () => {
    expect(failureOf(run({ status: 'succeeded', exit_code: 0 }))).toBeNull()
    expect(failureOf(run({ status: 'running' }))).toBeNull()
  })

  it('is said with the limit that was reached', () => {
    const service = { deploy: { resources: { limits: { memory: '536870912', cpus: 1.5 } } } }
    expect(failureOf(run({ oom_killed: true, service }))).toBe('out of memory: the limit is 537 MB')
    expect(cpuLimit(run({ service }))).toBe(1.5)
  })

  it('is said by the signal where one ended it', () => {
    expect(exitWords(137)).toBe('exit code 137 (SIGKILL)')
    expect(failureOf(run({ exit_code: 2 }))).toBe('exit code 2')
    expect(failureOf(run({ error: 'the image is not there' }))).toBe('the image is not there')
  })
})

describe('sizes as Compose writes them', () => {
  it('are read', () => {
    expect(sizeOf('512m')).toBe(536_870_912)
    expect(sizeOf('1.5gb')).toBe(1_610_612_736)
    expect(sizeOf(1024)).toBe(1024)
    expect(sizeOf('much')).toBeNull()
    expect(memoryLimit(run({ service: { mem_limit: '1g' } }))).toBe(1_073_741_824)
    expect(memoryLimit(run({}))).toBeNull()
  })
})
