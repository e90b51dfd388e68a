import { expect, test } from 'vitest'
import { arranged, NO_LAYOUT, type Layout } from './layout'
import { dropPanel, stepPanel } from './moving'
import type { Sections } from './sections'

const names: Sections = new Map([
  ['a', ['a/1', 'a/2', 'a/3']],
  ['b', ['b/1']],
])

function order(layout: Layout): string[] {
  return [...arranged(names, layout).values()].flat().map((panel) => panel.id)
}

test('a panel is dropped before and after another one, and at the end of a section', () => {
  const panels = arranged(names, NO_LAYOUT)
  const drop = (target: Parameters<typeof dropPanel>[4]) =>
    order(dropPanel(names, panels, NO_LAYOUT, 'a/1', target))
  const beside = { kind: 'beside', section: 'a', panel: 'a/2' } as const
  expect(drop({ ...beside, isAfter: true })).toEqual(['a/2', 'a/1', 'a/3', 'b/1'])
  expect(drop({ ...beside, panel: 'a/3', isAfter: true })).toEqual(['a/2', 'a/3', 'a/1', 'b/1'])
  expect(drop({ ...beside, isAfter: false })).toEqual(['a/1', 'a/2', 'a/3', 'b/1'])
  expect(drop({ kind: 'end', section: 'b' })).toEqual(['a/2', 'a/3', 'b/1', 'a/1'])
})

test('a panel dropped into another one takes its metrics with it', () => {
  const panels = arranged(names, NO_LAYOUT)
  const layout = dropPanel(names, panels, NO_LAYOUT, 'a/1', { kind: 'into', panel: 'b/1' })
  expect(arranged(names, layout).get('b')?.[0]?.metrics).toEqual(['b/1', 'a/1'])
})

test('an arrow key moves a panel by one, and no further than the ends', () => {
  const panels = arranged(names, NO_LAYOUT)
  const step = stepPanel(names, panels, NO_LAYOUT, 'a/1', 1)
  expect(step && order(step.layout)).toEqual(['a/2', 'a/1', 'a/3', 'b/1'])
  expect(step).toMatchObject({ place: 2, of: 3, section: 'a' })
  expect(stepPanel(names, panels, NO_LAYOUT, 'a/1', -1)).toBeNull()
  expect(stepPanel(names, panels, NO_LAYOUT, 'a/1', 9)?.place).toBe(3)
})
