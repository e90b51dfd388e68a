/** One zoom and one place for all images. */

const MOST = 16

/** What part of every image is seen. */
export class View {
  scale = $state(1)
  /** Shares of the image's size by which it is moved. */
  x = $state(0)
  y = $state(0)

  get isWhole(): boolean {
    return this.scale === 1
  }

  /** Zoom about a point, in shares of the frame from its middle. */
  zoom(by: number, x = 0, y = 0): void {
    const next = Math.min(MOST, Math.max(1, this.scale * by))
    const ratio = next / this.scale
    this.scale = next
    this.#place(x - (x - this.x) * ratio, y - (y - this.y) * ratio)
  }

  /** Move by shares of the frame. */
  move(x: number, y: number): void {
    this.#place(this.x + x, this.y + y)
  }

  reset(): void {
    this.scale = 1
    this.#place(0, 0)
  }

  #place(x: number, y: number): void {
    const most = (this.scale - 1) / 2
    this.x = Math.min(most, Math.max(-most, x))
    this.y = Math.min(most, Math.max(-most, y))
  }
}
