/** Sizes of files and of memory. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Give bytes with a decimal unit, as disks are sold: 1,000 B are 1 kB. */
export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined || !Number.isFinite(count)) return '–'
  let place = 0
  let rest = count
  while (rest >= 999.5 && place < UNITS.length - 1) {
    rest /= 1000
    place += 1
  }
  const digits = place === 0 || rest >= 100 ? 0 : 1
  return `${rest.toFixed(digits)} ${UNITS[place]}`
}
