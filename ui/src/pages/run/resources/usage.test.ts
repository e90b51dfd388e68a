import { describe, expect, it } from 'vitest'
import { clockTime, niceTicks, rates, timeTicks, usageOf } from './usage'

const NONE = { cpus: null, memoryBytes: null, hostCpus: null, hostMemoryBytes: null }

describe('what was used', () => {
  it('has rates out of counters', () => {
    expect(rates([10, 12, 13, 14], [0, 4, null, 10])).toEqual([null, 2, null, 3])
    expect(rates([10, 11, 12], [5, 1, 2])).toEqual([null, null, 1])
  })

  it('has no chart of what was never measured', () => {
    const found = usageOf({ time: [1, 2], memory_bytes: [5, 6], gpu_percent: [null, null] }, NONE)
    expect(found.map((usage) => usage.title)).toEqual(['Memory'])
  })

  it('has the limit of the service, else what the machine has', () => {
    const columns = { time: [1, 2], cpu_s: [0, 1], memory_bytes: [5, 6] }
    const [cpu, memory] = usageOf(columns, { ...NONE, hostCpus: 8, memoryBytes: 100 })
    expect(cpu?.limit?.value).toBe(8)
    expect(memory?.limit).toEqual({ value: 100, label: 'limit' })
  })
})

describe('ticks', () => {
  it('are easy to read', () => {
    expect(niceTicks(0, 2.3, 4)).toEqual([0, 1, 2])
    expect(niceTicks(0, 1000, 4, 1024)).toEqual([0, 256, 512, 768])
    expect(niceTicks(1, 1, 4)).toEqual([1])
  })

  it('are whole minutes and hours of a time', () => {
    expect(timeTicks(0, 300, 6)).toEqual([0, 60, 120, 180, 240, 300])
    expect(timeTicks(0, 7200, 4)).toEqual([0, 1800, 3600, 5400, 7200].slice(0, 5))
    expect(clockTime(65)).toBe('1:05')
    expect(clockTime(7380)).toBe('2:03:00')
    expect(clockTime(1.5)).toBe('0:01.5')
  })
})
