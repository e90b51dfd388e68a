import { describe, expect, it } from 'vitest'
import { marked, patternOf, plainText, spansOf } from './ansi'

const E = '\u001b'

describe('the colours of a terminal', () => {
  it('become spans', () => {
    const spans = spansOf(`a ${E}[1;31mred${E}[0m b`)
    expect(spans.map((span) => span.text)).toEqual(['a ', 'red', ' b'])
    expect(spans[1]).toMatchObject({ colour: 1, isBold: true })
    expect(spans[2]).toMatchObject({ colour: null, isBold: false })
  })

  it('are known bright, of 256, and exact', () => {
    expect(spansOf(`${E}[92mx`)[0]?.colour).toBe(10)
    expect(spansOf(`${E}[38;5;196mx`)[0]?.colour).toBe('rgb(255, 0, 0)')
    expect(spansOf(`${E}[38;5;9mx`)[0]?.colour).toBe(9)
    expect(spansOf(`${E}[48;2;1;2;3mx`)[0]?.back).toBe('rgb(1, 2, 3)')
  })

  it('are nothing where they are wrong', () => {
    expect(spansOf(`${E}[38;5;999mx`)[0]?.colour).toBeNull()
    expect(spansOf(`${E}[38;2;1;2mx`)[0]?.colour).toBeNull()
    expect(spansOf(`${E}[38;2;url(x);2;3mx`)[0]?.colour).toBeNull()
    expect(plainText(`${E}[31`)).toBe('')
  })
})

describe('what else a terminal obeys', () => {
  it('is left out', () => {
    expect(plainText(`${E}[2Ka${E}]0;title\u0007b${E}]8;;javascript:alert(1)${E}\\c\u0008`)).toBe(
      'abc',
    )
    expect(plainText('a\u202eb')).toBe('ab')
  })

  it('is the last of what was written over', () => {
    expect(plainText('10%\r50%\r100%\r')).toBe('100%')
    expect(plainText(`${E}[32m10%\r${E}[32m100%${E}[0m`)).toBe('100%')
  })

  it('leaves markup as the text that it is', () => {
    expect(plainText('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>')
  })
})

describe('matches', () => {
  it('are found over the edges of colours, whatever their case', () => {
    const spans = marked(spansOf(`ab${E}[31mCD${E}[0mef`), patternOf('bc', false))
    expect(spans.map((span) => [span.text, span.isMatch])).toEqual([
      ['a', false],
      ['b', true],
      ['C', true],
      ['D', false],
      ['ef', false],
    ])
  })

  it('are of the text as it stands, or of an expression', () => {
    expect(
      marked(spansOf('a.b axb'), patternOf('a.b', false)).filter((s) => s.isMatch),
    ).toHaveLength(1)
    expect(
      marked(spansOf('a.b axb'), patternOf('a.b', true)).filter((s) => s.isMatch),
    ).toHaveLength(2)
    expect(patternOf('(', true)).toBeNull()
    expect(patternOf('', false)).toBeNull()
  })
})
