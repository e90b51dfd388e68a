/** One chart at work: reads, composes and paints what its traces and options say. */

import { rangeOf, clippedRange } from './clipping'
import { composed, type Drawn } from './composing'
import { Frame, type FrameLook } from './frame'
import { listen, type Box, type Gestures } from './gestures'
import { kindOf, type ChartOptions, type Range } from './options'
import { MARGIN, Painter, type Picture } from './painter'
import { drawAll } from './picture'
import { Pointing, type Pointed } from './pointing'
import type { Gap, Reading, SeriesReader } from './reader'
import { axisOf, linesOf, readingOf, seriesOf, wholeScale } from './readings'
import { atShare, padded, panned, scaleOf, zoomed, type Scale } from './scales'
import { join, tellPointed, tellRange, type Member } from './sync'
import type { Trace } from './trace'

/** What a chart tells its component. */
export interface Heard {
  /** Something was read or painted: what is drawn now. */
  drawn(drawn: readonly Drawn[]): void
  pointed(pointed: Pointed | null): void
  failed(problem: unknown): void
  reading(isReading: boolean): void
  /** The user chose a range of x, or of both axes. */
  ranged(x: Range, y: Range): void
}

/** What a chart shows. */
export interface Content {
  traces: readonly Trace[]
  options: ChartOptions
  look: FrameLook
}

const MOVING_MS = 120
/** Levels: eight times as wide. */
const COARSER = 3
const AHEAD_MS = 80

/** The chart in one element of the page. */
export class Engine implements Gestures, Member {
  #content: Content
  #frame: Frame | null = null
  #painter: Painter | null = null
  #pointing: Pointing | null = null
  #leaveArea = () => {}
  #leaveGroup = () => {}
  #reading = new AbortController()
  #readKey = ''
  #x: Scale = { isLog: false, min: 0, max: 1 }
  #y: Scale = { isLog: false, min: 0, max: 1 }
  #xRange: Range
  #yRange: Range
  #drawn: Drawn[] = []
  #frameKey = ''
  #isMoving = false
  #updated = 0
  #ahead = 0
  #due = 0

  constructor(
    readonly root: HTMLElement,
    readonly reader: SeriesReader,
    content: Content,
    readonly sync: string | undefined,
    readonly heard: Heard,
  ) {
    this.#content = content
    this.#xRange = content.options.xRange
    this.#yRange = content.options.yRange
    if (sync) this.#leaveGroup = join(sync, this)
    this.update()
  }

  /** What is on the axis, for charts of the same one. */
  get axis(): string {
    const { x } = this.#content.options
    return typeof x === 'string' ? x : `metric ${x.metric}`
  }

  /** What is drawn now, with the range and the canvases, for files. */
  get scene() {
    return {
      drawn: this.#drawn,
      x: this.#x,
      y: this.#y,
      options: this.#content.options,
      frame: this.#frame,
      painter: this.#painter,
    }
  }

  /** Show something else. */
  show(content: Content): void {
    const before = this.#content.options
    this.#content = content
    // What was told of a gesture may come back as options while the next one goes on.
    if (!this.#isMoving) {
      if (!isSame(content.options.xRange, before.xRange)) this.#xRange = content.options.xRange
      if (!isSame(content.options.yRange, before.yRange)) this.#yRange = content.options.yRange
    }
    this.update()
  }

  /** Read what runs have written since. */
  grow(runs: readonly string[]): void {
    const grown = new Set(runs)
    const { traces, options } = this.#content
    const series = seriesOf(traces, options).filter((one) => grown.has(one.run))
    this.reader.grow(series, axisOf(options))
    this.update()
  }

  /** Read and paint with the page's next picture. */
  update(): void {
    if (!this.#due) this.#due = requestAnimationFrame(() => this.#update())
  }

  close(): void {
    cancelAnimationFrame(this.#due)
    clearTimeout(this.#ahead)
    this.#reading.abort()
    this.#leaveGroup()
    this.#unbuild()
  }

  #update(): void {
    this.#due = 0
    if (this.#isMoving && !this.#isTime()) return this.update()
    const { traces, options } = this.#content
    if (this.root.clientWidth < 80) return
    this.#build()
    const width = this.#frame?.size.width ?? 0
    const isKnown = this.reader.extent(traces, axisOf(options)) !== null
    const hasView = isKnown || this.#xRange !== null
    const before = wholeScale(
      this.reader,
      traces,
      options,
      this.#drawn.map((one) => one.line),
    )
    if (this.#xRange) this.#x = scaleOf(...this.#xRange, options.isLogX)
    else if (before) this.#x = before
    const reading = readingOf(
      traces,
      options,
      hasView ? this.#x : null,
      this.#xRange === null,
      width,
    )
    const coarser = this.#isMoving ? COARSER : 0
    const look = this.reader.look(seriesOf(traces, options), reading, coarser)
    const lines = linesOf(traces, options, look.blocks)
    if (!this.#xRange) this.#x = wholeScale(this.reader, traces, options, lines) ?? this.#x
    this.#drawn = composed(traces, lines, options)
    this.#updated = performance.now()
    this.#paint(look.isExact)
    this.heard.drawn(this.#drawn)
    this.#read(look.gaps, reading)
  }

  #read(gaps: readonly Gap[], reading: Reading): void {
    if (gaps.length === 0) {
      this.heard.reading(false)
      return
    }
    const key = JSON.stringify([reading.axis, gaps])
    if (key === this.#readKey) return
    this.#reading.abort()
    this.#reading = new AbortController()
    this.#readKey = key
    this.heard.reading(true)
    const { signal } = this.#reading
    this.reader
      .read(gaps, reading, signal)
      .catch((problem: unknown) => {
        if (signal.aborted) return
        this.heard.reading(false)
        this.heard.failed(problem)
        throw problem
      })
      .finally(() => {
        if (this.#readKey === key) this.#readKey = ''
      })
      .then(
        () => this.update(),
        () => {},
      )
  }

  #paint(isExact: boolean): void {
    const { options } = this.#content
    const x = { ...this.#x, min: atShare(this.#x, -MARGIN), max: atShare(this.#x, 1 + MARGIN) }
    const y = this.#yScale()
    const drawn = this.#drawn
    this.root.dataset.exact = 'false'
    this.#painter?.paint({ x, y, isExact, draw: (surface) => drawAll(surface, drawn, options) })
  }

  #yScale(): Scale {
    const { options } = this.#content
    if (this.#yRange) return scaleOf(...this.#yRange, options.isLogY)
    const shown = {
      from: this.#x.min,
      to: this.#x.max,
      isLog: options.isLogY,
      hasBand: options.hasBand || options.isGrouped,
    }
    const lines = this.#drawn.map((one) => one.line)
    const range = options.clipsOutliers ? clippedRange(lines, shown) : rangeOf(lines, shown)
    return range ? padded(scaleOf(...range, options.isLogY)) : { ...this.#y, isLog: options.isLogY }
  }

  #painted(picture: Picture): void {
    this.#y = picture.y
    this.#place()
    // For tests, figures and those who take pictures: nothing is still to come.
    const isLast = !this.#due && !this.#painter?.isWaiting
    const isExact = picture.isExact && isLast && !this.#isMoving
    this.root.dataset.exact = String(isExact)
    if (isExact && this.#xRange) this.#readAhead()
  }

  /** Read what lies beside the view, so that it is there when the view moves. */
  #readAhead(): void {
    clearTimeout(this.#ahead)
    this.#ahead = window.setTimeout(() => {
      const { traces, options } = this.#content
      const width = this.#frame?.size.width ?? 0
      const reading = readingOf(traces, options, this.#x, false, width, true)
      const { gaps } = this.reader.look(seriesOf(traces, options), reading)
      // What fails here is asked for again when it is to be seen.
      this.reader.read(gaps, reading, this.#reading.signal).catch(() => {})
    }, AHEAD_MS)
  }

  /** Put axes and picture where the view is. */
  #place(): void {
    this.#frame?.show(this.#x, this.#y)
    this.#painter?.move(this.#x, this.#y)
    this.#pointing?.show(this.#drawn, this.#x, this.#y)
  }

  /** While the picture is moved, a new one is drawn now and then alone. */
  #isTime(): boolean {
    if (this.#painter?.isPainting) return false
    return performance.now() - this.#updated > MOVING_MS
  }

  #build(): void {
    const { options, look } = this.#content
    const size = { width: this.root.clientWidth, height: this.root.clientHeight }
    const kind = kindOf(options.x)
    const key = [kind, options.isLogX, options.isLogY, ...Object.values(look)].join()
    if (key === this.#frameKey && this.#frame) {
      this.#frame.resize(size.width, size.height)
    } else {
      this.#unbuild()
      this.#frameKey = key
      const y = { ...this.#y, isLog: options.isLogY }
      const x = { ...this.#x, isLog: options.isLogX }
      this.#x = x.isLog && x.min <= 0 ? { ...x, min: 1, max: 10 } : x
      this.#y = y.isLog && y.min <= 0 ? { ...y, min: 1, max: 10 } : y
      this.#frame = new Frame(this.root, size, this.#x, this.#y, kind, look)
      const { area } = this.#frame
      this.#painter = new Painter(
        area,
        () => this.#isMoving,
        (picture) => this.#painted(picture),
      )
      this.#pointing = new Pointing(area, kind, (pointed) => this.#tellPointed(pointed))
      this.#leaveArea = listen(area, this)
    }
    const area = this.#frame.size
    this.#painter?.resize(area.width, area.height)
    this.#pointing?.resize(area.width, area.height)
  }

  #unbuild(): void {
    this.#leaveArea()
    this.#painter?.close()
    this.#pointing?.close()
    this.#frame?.close()
    this.#frame = null
  }

  #tellPointed(pointed: Pointed | null): void {
    this.heard.pointed(pointed)
    if (this.sync) tellPointed(this.sync, this, pointed?.place ?? null)
  }

  // What the user does.

  point(place: { x: number; y: number } | null): void {
    this.#pointing?.point(place)
  }

  pan(across: number): void {
    this.#move(panned(this.#x, across))
  }

  zoom(factor: number, about: number): void {
    this.#move(zoomed(this.#x, factor, about))
  }

  box(box: Box | null): void {
    this.#pointing?.box(box)
  }

  choose(box: Box): void {
    const range = [atShare(this.#x, box.left), atShare(this.#x, box.right)] as const
    if (box.rows)
      this.#yRange = [atShare(this.#y, 1 - box.rows[1]), atShare(this.#y, 1 - box.rows[0])]
    this.#move({ ...this.#x, min: range[0], max: range[1] })
    this.rest()
  }

  reset(): void {
    this.#xRange = null
    this.#yRange = null
    this.update()
    this.rest()
  }

  rest(): void {
    this.#isMoving = false
    this.update()
    this.heard.ranged(this.#xRange, this.#yRange)
    if (this.sync) tellRange(this.sync, this, this.#xRange, false)
  }

  #move(x: Scale): void {
    this.#isMoving = true
    this.#x = x
    this.#xRange = [x.min, x.max]
    this.#place()
    this.update()
    if (this.sync) tellRange(this.sync, this, this.#xRange, true)
  }

  // What other charts of the same key do.

  pointed(place: number | null): void {
    this.#pointing?.follow(place)
  }

  ranged(range: Range, isMoving: boolean): void {
    this.#xRange = range
    this.#isMoving = isMoving
    if (range) {
      this.#x = { ...this.#x, min: range[0], max: range[1] }
      this.#place()
    }
    this.update()
  }
}

function isSame(a: Range, b: Range): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1]
}
