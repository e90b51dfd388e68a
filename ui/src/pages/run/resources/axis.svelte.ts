/** The time that several charts share: what range they show, and where the pointer is. */

/** A range and a cursor; times are seconds since the epoch. */
export class TimeAxis {
  /** What there is to see. */
  full = $state.raw<readonly [number, number]>([0, 1])
  /** What is chosen of it; null for all, so that it grows with a run. */
  chosen = $state.raw<readonly [number, number] | null>(null)
  cursor = $state<number | null>(null)

  /** Where the run began, from which times are told. */
  begin = $state(0)

  get range(): readonly [number, number] {
    return this.chosen ?? this.full
  }

  /** Choose a range, or all again. */
  choose(from: number, to: number): void {
    const [first, last] = from < to ? [from, to] : [to, from]
    this.chosen = last - first < 0.05 ? null : [first, last]
  }
}
