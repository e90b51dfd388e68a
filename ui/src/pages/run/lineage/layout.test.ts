import { describe, expect, it } from 'vitest'
import { curve, layOut, linkOf, related, type LineageEdge, type LineageNode } from './layout'

const node = (id: string, kind: LineageNode['kind'] = 'run'): LineageNode => ({
  id,
  kind,
  label: id,
  project: 'flights',
  status: '',
})
const edge = (source: string, target: string): LineageEdge => ({
  source,
  target,
  how: 'made',
  path: '',
})

describe('a lineage', () => {
  it('stands in layers, first what came first', async () => {
    const nodes = ['a', 'b', 'c', 'd'].map((id) => node(id))
    const edges = [edge('a', 'b'), edge('b', 'c'), edge('a', 'd')]
    const wide = await layOut(nodes, edges, false)
    const x = Object.fromEntries(wide.boxes.map((box) => [box.node.id, box.x]))
    expect(x.a).toBeLessThan(x.b ?? 0)
    expect(x.b).toBeLessThan(x.c ?? 0)
    expect(x.d).toBe(x.b)
    const narrow = await layOut(nodes, edges, true)
    expect(narrow.width).toBeLessThan(wide.width)
    expect(narrow.arrows).toHaveLength(3)
  })

  it('follows both ways, and not through others', () => {
    const edges = [edge('a', 'b'), edge('b', 'c'), edge('a', 'x'), edge('y', 'c')]
    expect([...related('b', edges)].sort()).toEqual(['a', 'b', 'c'])
  })

  it('leads to the pages of things', () => {
    expect(linkOf(node('abc'), [])).toBe('/runs/abc')
    expect(linkOf(node('a/b@3', 'version'), [])).toBe('/models/a%2Fb/versions/3')
    expect(linkOf(node('delay@champion', 'alias'), [])).toBe('/models/delay')
    const data = node('sha256:ab', 'data')
    expect(linkOf(data, [])).toBeNull()
    const wrote = { source: 'r1', target: data.id, how: 'wrote', path: 'data/raw' }
    expect(linkOf(data, [wrote])).toBe('/runs/r1/artifacts?area=outputs&path=data%2Fraw')
  })

  it('has arrows that go through all points', () => {
    expect(
      curve([
        { x: 0, y: 0 },
        { x: 2, y: 2 },
      ]),
    ).toBe('M0.0 0.0L2.0 2.0')
    expect(
      curve([
        { x: 0, y: 0 },
        { x: 1, y: 2 },
        { x: 2, y: 2 },
      ]),
    ).toContain('Q1.0 2.0 2.0 2.0')
    expect(curve([])).toBe('')
  })
})
