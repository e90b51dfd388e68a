/** The clipboard, also over plain HTTP, where browsers hide theirs. */

/** Copy a text; gives whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
  }
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'unseen'
  document.body.append(area)
  area.select()
  const isDone = document.execCommand('copy') // the only way without TLS
  area.remove()
  return isDone
}
