import { expect, test } from 'vitest'
import { fitting } from './finding'

const find = (typed: string, all: string[]): string[] => fitting(typed, all, (one) => one)

test('a beginning comes before a word, a word before a middle', () => {
  expect(find('run', ['prune', 'my runs', 'runs'])).toEqual(['runs', 'my runs', 'prune'])
})

test('letters in their order are enough', () => {
  expect(find('fls', ['flights', 'shop'])).toEqual(['flights'])
})

test('nothing typed finds all in their order', () => {
  expect(find(' ', ['b', 'a'])).toEqual(['b', 'a'])
})
