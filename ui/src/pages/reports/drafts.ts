/** What was written and not saved, kept for as long as the browser's tab is there. */

/** A text, and the digest of the file that it began from. */
export interface Draft {
  text: string
  digest: string | null
}

const key = (project: string, name: string) => `report ${project}/${name}`

/** Keep a draft; null forgets it. */
export function keepDraft(project: string, name: string, draft: Draft | null): void {
  try {
    if (draft) sessionStorage.setItem(key(project, name), JSON.stringify(draft))
    else sessionStorage.removeItem(key(project, name))
  } catch {
    // There is no room, or no storage: the text is still in the page.
  }
}

/** Give the draft that was kept; null for none. */
export function keptDraft(project: string, name: string): Draft | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(key(project, name)) ?? 'null') as Draft | null
    return typeof found?.text === 'string' ? found : null
  } catch {
    return null
  }
}
