import { describe, expect, it } from 'vitest'
import type { Schemas } from '../../api/client'
import { columnsOf, nodeLink } from './lineage'

const node = (id: string, kind: Schemas['Node']['kind'], label: string, project = '') => ({
  ...{ id, kind, label, project },
  status: '',
})
const edge = (source: string, target: string, how: string, path = '') => ({
  source,
  target,
  how,
  path,
})

const GRAPH: Schemas['Lineage'] = {
  nodes: [
    node('m@2', 'version', 'm@2', 'p'),
    node('sha256:out', 'data', 'models/m'),
    node('r', 'run', 'train', 'p'),
    node('sha256:in', 'data', 'data/raw'),
    node('m@champion', 'alias', 'champion'),
    node('p/api', 'service', 'api', 'p'),
  ],
  edges: [
    edge('sha256:out', 'm@2', 'made'),
    edge('r', 'm@2', 'made'),
    edge('r', 'sha256:out', 'wrote', 'models/m'),
    edge('sha256:in', 'r', 'read', 'data/raw'),
    edge('m@2', 'm@champion', 'points to'),
    edge('m@2', 'p/api', 'serves', 'served'),
  ],
  is_cut: false,
}

describe('columnsOf', () => {
  it('stands each thing as far from the version as its longest way', () => {
    const columns = columnsOf(GRAPH, 'm@2').map((column) => column.nodes.map((one) => one.label))
    expect(columns).toEqual([['data/raw'], ['train'], ['models/m'], ['m@2'], ['champion', 'api']])
  })

  it('says where a service holds it', () => {
    const places = columnsOf(GRAPH, 'm@2').flatMap((column) => column.nodes)
    expect(places.find((one) => one.kind === 'service')?.how).toBe('holds it in served')
  })
})

describe('nodeLink', () => {
  it('leads to data within the project of the version', () => {
    const places = columnsOf(GRAPH, 'm@2').flatMap((column) => column.nodes)
    const links = Object.fromEntries(places.map((one) => [one.label, nodeLink(one)]))
    expect(links['data/raw']).toBe('/projects/p/data?dataset=data%2Fraw&version=sha256%3Ain')
    expect(links['m@2']).toBe('/models/m/versions/2')
    expect(links.champion).toBeNull()
  })
})
