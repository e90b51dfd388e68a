/** What is told of the trash. */

/** Give how many things there are, by kind, in words. */
export function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count.toLocaleString('en')} ${kind}${count === 1 ? '' : 's'}`)
    .join(', ')
}
