import { describe, expect, it } from 'vitest'
import type { GraphEdge, GraphNode } from './graph'
import { type Box, helpers, layOut, neighbour } from './layout'

const node = (id: string): GraphNode => ({
  id,
  kind: id.split(':')[0] as GraphNode['kind'],
  name: id,
})
const edge = (source: string, target: string, kind = 'reads'): GraphEdge => ({
  source,
  target,
  kind,
})

const graph = {
  nodes: [
    'data:raw',
    'step:prepare',
    'data:out',
    'step:train',
    'model:m',
    'service:db',
    'service:api',
  ].map(node),
  edges: [
    edge('data:raw', 'step:prepare'),
    edge('step:prepare', 'data:out', 'writes'),
    edge('data:out', 'step:train'),
    edge('step:train', 'model:m', 'makes'),
    edge('model:m', 'service:api', 'serves'),
    edge('service:db', 'step:train', 'needs'),
  ],
}

function meet(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  )
}

describe('the layout', () => {
  it('goes from left to right along what flows', async () => {
    const { boxes } = await layOut(graph)
    const places = ['data:raw', 'step:prepare', 'data:out', 'step:train', 'model:m', 'service:api']
    const xs = places.map((id) => boxes.get(id)?.x ?? NaN)
    expect(xs).toEqual([...xs].sort((a, b) => a - b))
  })

  it('puts services that help below, and those that serve at the end', async () => {
    expect(helpers(graph)).toEqual(new Set(['service:db']))
    const { boxes } = await layOut(graph)
    expect(boxes.get('service:db')?.y).toBeGreaterThan((boxes.get('step:train')?.y ?? NaN) + 60)
  })

  it('lets no two nodes meet', async () => {
    const many = {
      nodes: Array.from({ length: 40 }, (_, i) => node(`${i % 3 ? 'step' : 'service'}:${i}`)),
      edges: Array.from({ length: 60 }, (_, i) => {
        const [a, b] = [i % 40, (i * 7 + 1) % 40]
        return edge(
          `${a % 3 ? 'step' : 'service'}:${a}`,
          `${b % 3 ? 'step' : 'service'}:${b}`,
          'after',
        )
      }),
    }
    const boxes = [...(await layOut(many)).boxes.values()]
    expect(boxes).toHaveLength(40)
    for (const [i, one] of boxes.entries()) {
      for (const other of boxes.slice(i + 1)) expect(meet(one, other)).toBe(false)
    }
  })

  it('has room for all of it, also where there is nothing', async () => {
    const { boxes, width, height } = await layOut(graph)
    for (const box of boxes.values()) {
      expect(box.x + box.width).toBeLessThanOrEqual(width)
      expect(box.y + box.height).toBeLessThanOrEqual(height)
    }
    expect((await layOut({ nodes: [], edges: [] })).boxes.size).toBe(0)
  })

  it('leaves out edges that lead nowhere', async () => {
    const { paths } = await layOut({ ...graph, edges: [edge('step:gone', 'step:train')] })
    expect(paths).toEqual([])
  })
})

describe('arrow keys', () => {
  it('go along edges', async () => {
    const layout = await layOut(graph)
    expect(neighbour('step:prepare', 'ArrowRight', layout, graph.edges)).toBe('data:out')
    expect(neighbour('data:out', 'ArrowLeft', layout, graph.edges)).toBe('step:prepare')
  })

  it('go down to a service and up again', async () => {
    const layout = await layOut(graph)
    expect(neighbour('step:train', 'ArrowDown', layout, graph.edges)).toBe('service:db')
    expect(neighbour('service:db', 'ArrowUp', layout, graph.edges)).toBe('step:train')
  })

  it('stay where nothing lies that way', async () => {
    const layout = await layOut(graph)
    expect(neighbour('service:db', 'ArrowDown', layout, graph.edges)).toBeNull()
  })
})
