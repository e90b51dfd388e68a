import { expect, test } from 'vitest'
import { arranged, fittingSize, movePanel, movesBetween, NO_LAYOUT, type Layout } from './layout'
import { hidePanel, joinPanels, resizePanel, splitPanel, takeOut } from './layout-changes'
import { PINNED, type Sections } from './sections'

const names: Sections = new Map([
  ['a', ['a/1', 'a/2', 'a/3', 'a/4']],
  ['b', ['b/1', 'b/2']],
])

function order(layout: Layout, of: Sections = names): Record<string, string[]> {
  return Object.fromEntries(
    [...arranged(of, layout)].map(([section, panels]) => [section, panels.map(({ id }) => id)]),
  )
}

function move(layout: Layout, panel: string, section: string, before: string | null): Layout {
  return movePanel(names, layout, { panel, section, before })
}

test('a panel moves before another one, and one move is noted', () => {
  const layout = move(NO_LAYOUT, 'a/4', 'a', 'a/1')
  expect(order(layout)['a']).toEqual(['a/4', 'a/1', 'a/2', 'a/3'])
  expect(layout.moves).toHaveLength(1)
})

test('a panel moves to the end of its section, and into another one', () => {
  let layout = move(NO_LAYOUT, 'a/1', 'a', null)
  expect(order(layout)['a']).toEqual(['a/2', 'a/3', 'a/4', 'a/1'])
  layout = move(layout, 'a/2', 'b', 'b/2')
  expect(order(layout)).toEqual({ a: ['a/3', 'a/4', 'a/1'], b: ['b/1', 'a/2', 'b/2'] })
})

test('moving back leaves nothing noted', () => {
  const layout = move(move(NO_LAYOUT, 'a/3', 'a', 'a/1'), 'a/3', 'a', 'a/4')
  expect(layout.moves).toEqual([])
})

test('panels that were moved stay where they are when the one beside them moves', () => {
  let layout = move(NO_LAYOUT, 'a/3', 'a', 'a/1')
  layout = move(layout, 'a/4', 'a', 'a/3')
  layout = move(layout, 'a/3', 'b', null)
  expect(order(layout)).toEqual({ a: ['a/4', 'a/1', 'a/2'], b: ['b/1', 'b/2', 'a/3'] })
})

test('pinned panels stand first', () => {
  const layout = move(NO_LAYOUT, 'b/2', PINNED, null)
  expect(Object.keys(order(layout))[0]).toBe(PINNED)
})

test('a section whose panels all moved away is gone', () => {
  const layout = move(move(NO_LAYOUT, 'b/1', 'a', null), 'b/2', 'a', null)
  expect(Object.keys(order(layout))).toEqual(['a'])
})

test('moves of metrics that are not there wait for them', () => {
  const layout = move(NO_LAYOUT, 'b/2', 'b', 'b/1')
  const fewer: Sections = new Map([['a', ['a/1', 'a/2']]])
  const later = movePanel(fewer, layout, { panel: 'a/2', section: 'a', before: 'a/1' })
  expect(order(later, fewer)).toEqual({ a: ['a/2', 'a/1'] })
  expect(order(later)['b']).toEqual(['b/2', 'b/1'])
})

test('the fewest moves are noted for any order', () => {
  const wanted: Sections = new Map([['a', ['a/2', 'a/4', 'a/1', 'a/3']]])
  const moves = movesBetween(new Map([['a', names.get('a') ?? []]]), wanted)
  expect(moves).toHaveLength(2)
})

test('a panel holds the metrics that are joined to it', () => {
  let layout = joinPanels(NO_LAYOUT, ['a/2'], 'a/1')
  layout = joinPanels(layout, ['a/1', 'a/2'], 'b/1')
  expect(order(layout)).toEqual({ a: ['a/3', 'a/4'], b: ['b/1', 'b/2'] })
  expect(arranged(names, layout).get('b')?.[0]?.metrics).toEqual(['b/1', 'a/1', 'a/2'])
  expect(layout.joins).toEqual({ 'b/1': ['a/1', 'a/2'] })
  layout = takeOut(layout, 'b/1', 'a/1')
  expect(order(layout)['a']).toEqual(['a/1', 'a/3', 'a/4'])
  expect(splitPanel(layout, 'b/1').joins).toEqual({})
})

test('metrics joined to one that these runs lack have their own panels', () => {
  const layout = joinPanels(NO_LAYOUT, ['a/1'], 'gone')
  expect(order(layout)['a']?.[0]).toBe('a/1')
})

test('a hidden panel is not there', () => {
  expect(order(hidePanel(NO_LAYOUT, 'a/1'))['a']).toEqual(['a/2', 'a/3', 'a/4'])
})

test('sizes snap to the grid and have limits', () => {
  expect(fittingSize({ width: 1.6, height: 40 })).toEqual({ width: 2, height: 20 })
  const layout = resizePanel(NO_LAYOUT, 'a/1', { width: 2, height: 6 })
  expect(arranged(names, layout).get('a')?.[0]?.size.width).toBe(2)
  expect(resizePanel(layout, 'a/1', { width: 1, height: 6 }).sizes).toEqual({})
})
