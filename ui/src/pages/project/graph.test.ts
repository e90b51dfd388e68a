import { describe, expect, it } from 'vitest'
import {
  type BriefRun,
  type GraphNode,
  commandOf,
  counts,
  lineage,
  quoted,
  shareDone,
  stateOf,
  stateWords,
} from './graph'

const run = { started_at: 100, expected_s: 10 } as BriefRun
const node = (kind: GraphNode['kind'], rest: Partial<GraphNode> = {}): GraphNode => ({
  id: `${kind}:x`,
  kind,
  name: 'x',
  ...rest,
})

describe('progress', () => {
  it('is the time so far of the time that earlier runs took', () => {
    expect(shareDone(run, 105)).toBe(0.5)
  })

  it('is never whole while the run goes on', () => {
    expect(shareDone(run, 1000)).toBe(0.97)
  })

  it('is not known where no earlier run went well', () => {
    expect(shareDone({ ...run, expected_s: null }, 105)).toBeNull()
    expect(shareDone(null, 105)).toBeNull()
  })

  it('counts from when the run was made, while its record does not say when it began', () => {
    expect(shareDone({ ...run, started_at: null, created_at: 102 }, 107)).toBe(0.5)
  })

  it('does not run backwards where clocks differ', () => {
    expect(shareDone(run, 90)).toBe(0)
  })
})

describe('states', () => {
  it('of a running service are its health, where it has a check', () => {
    expect(stateOf(node('service', { state: 'running', health: 'unhealthy' }))).toBe('unhealthy')
    expect(stateOf(node('service', { state: 'running' }))).toBe('running')
    expect(stateOf(node('service', { state: 'exited', health: '' }))).toBe('exited')
  })

  it('of services that nobody asked after are not given as good or bad', () => {
    expect(stateWords(node('service'))).toBe('not asked')
    expect(stateWords(node('service', { state: 'absent' }))).toBe('not started')
  })

  it('are counted over steps alone, the worst first', () => {
    const nodes = [
      node('step', { state: 'fresh' }),
      node('step', { state: 'failed' }),
      node('step', { state: 'fresh' }),
      node('service', { state: 'running' }),
    ]
    expect(counts(nodes)).toEqual([
      ['failed', 1],
      ['fresh', 2],
    ])
  })
})

describe('lineage', () => {
  const edges = [
    { source: 'a', target: 'b', kind: 'reads' },
    { source: 'b', target: 'c', kind: 'writes' },
    { source: 'x', target: 'c', kind: 'writes' },
  ]

  it('goes both ways, and not to what stands beside', () => {
    expect(lineage('b', edges)).toEqual(new Set(['a', 'b', 'c']))
  })

  it('ends in a circle', () => {
    const circle = [...edges, { source: 'c', target: 'a', kind: 'after' }]
    expect(lineage('a', circle)).toContain('x')
  })
})

describe('commands', () => {
  it('name what they are about', () => {
    expect(commandOf(node('step', { name: 'train' }))).toBe('modelcompose run train')
    expect(commandOf(node('data', { path: 'data/a b' }))).toBe("modelcompose data log 'data/a b'")
    expect(commandOf(node('data', { path: 'out' }), 'train')).toBe('modelcompose run train')
  })

  it('quote what a shell would take apart', () => {
    expect(quoted("a b'; rm")).toBe("'a b'\\''; rm'")
    expect(quoted('data/raw')).toBe('data/raw')
  })
})
