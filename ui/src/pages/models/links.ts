/** Links to models, versions, runs and datasets. */

/** Give the link to a model's page. */
export function modelLink(model: string): string {
  return `/models/${encodeURIComponent(model)}`
}

/** Give the link to a version's page. */
export function versionLink(model: string, version: number | string): string {
  return `${modelLink(model)}/versions/${version}`
}

/** Give the link to a run's page. */
export function runLink(run: string): string {
  return `/runs/${run}`
}

/** Give the link to a dataset, and to one of its versions. */
export function datasetLink(
  project: string,
  path: string,
  { origin = 'runs', digest }: { origin?: string; digest?: string } = {},
): string {
  const query = new URLSearchParams({ dataset: path })
  if (origin !== 'runs') query.set('origin', origin)
  if (digest) query.set('version', digest)
  return `/projects/${encodeURIComponent(project)}/data?${query}`
}

/** Give as much of a digest as people compare. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha256|md5):/, '').slice(0, 12)
}
