/** Links from the graph to the other pages. */

/** Give the page of a project's runs, of one step where it is named. */
export function runsLink(project: string, step?: string): string {
  const path = `/projects/${encodeURIComponent(project)}/runs`
  if (!step) return path
  const filter = `step = "${step.replaceAll('"', '\\"')}"`
  return `${path}?${new URLSearchParams({ filter })}`
}

/** Give the page of data, by the path that it lies at. */
export function dataLink(project: string, path: string): string {
  return `/projects/${encodeURIComponent(project)}/data?${new URLSearchParams({ dataset: path })}`
}

/** Give the page of a model, or of one version. */
export function modelLink(model: string, version?: number | null): string {
  const page = `/models/${encodeURIComponent(model)}`
  return version ? `${page}/versions/${version}` : page
}
