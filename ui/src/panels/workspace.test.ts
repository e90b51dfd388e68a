import { expect, test } from 'vitest'
import { withDefaults } from '../charts/options'
import { ownOf, packOwn, unpackOwn } from './own-options'
import {
  joinNames,
  namesOf,
  NO_CHOICE,
  ownText,
  readWorkspace,
  writeWorkspace,
  type Workspace,
} from './workspace'

const FULL: Workspace = {
  search: '/val.*(loss|auc)/',
  options: withDefaults({ x: 'time', isLogY: true, smoothing: { kind: 'ema', amount: 0.9 } }),
  own: {
    'val/loss*2': { isLogY: false, smoothing: { kind: 'none' } },
    'träin & more': { x: { metric: 'a~b/c' }, yRange: [0, 1.5] },
  },
  layout: {
    moves: [
      { panel: 'a*.b', section: 'x', before: 'c*' },
      { panel: 'd', section: '', before: null },
    ],
    joins: { 'val/loss': ['train/loss', 'test/*.loss'] },
    sizes: { a: { width: 2, height: 9 } },
    hidden: ['h,1', 'h*'],
    closed: ['', 'system'],
    columns: 3,
  },
  tables: ['t'],
  open: 'val/loss',
}

function through(space: Workspace): Workspace {
  return readWorkspace(new URLSearchParams(asQuery(space).toString()), 'c.')
}

function asQuery(space: Workspace): URLSearchParams {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(writeWorkspace(space, 'c.'))) {
    if (value !== null) for (const one of [value].flat()) query.append(key, one)
  }
  return query
}

test('a workspace is the same after it was in a URL', () => {
  expect(through(FULL)).toEqual(FULL)
})

test('a workspace without any choice has no key', () => {
  expect(asQuery(NO_CHOICE).toString()).toBe('')
  expect(through(NO_CHOICE)).toEqual(NO_CHOICE)
})

test('keys of others stay out of it', () => {
  const query = asQuery(FULL)
  query.append('filter', 'x')
  query.append('q', 'not mine')
  expect(ownText(query, 'c.')).toBe(ownText(asQuery(FULL), 'c.'))
  expect(readWorkspace(new URLSearchParams('q=a&o=ly'), 'c.')).toEqual(NO_CHOICE)
})

test('what does not fit is left out', () => {
  const query = new URLSearchParams('c.o=what~x9&c.z=a*.0x99&c.z=b&c.z=c*.2x2x2&c.m=x&c.n=99&c.j=a')
  const found = readWorkspace(query, 'c.')
  expect(found.options).toEqual(withDefaults())
  expect(found.layout).toEqual({ ...NO_CHOICE.layout, sizes: { a: { width: 1, height: 20 } } })
})

test('any names are put together and told apart again', () => {
  for (const names of [['a', 'b'], ['*', '.'], ['a*', '.b'], ['*.', '*-'], ['-*', '*-*.'], ['']]) {
    expect(namesOf(joinNames(names))).toEqual(names)
  }
})

test('a panel notes only what differs from all panels', () => {
  const all = withDefaults({ isLogY: true, x: 'time' })
  expect(ownOf(all, { ...all, isLogY: false })).toEqual({ isLogY: false })
  expect(packOwn({ isLogY: false, hasBand: false })).toBe('b0~.ly')
  expect(unpackOwn('b0~.ly~unknown')).toEqual({ isLogY: false, hasBand: false })
})
