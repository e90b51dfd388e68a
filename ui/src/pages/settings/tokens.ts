/** What is told of a token. */

/** The roles, from the least to the most. */
export const ROLES = [
  { value: 'reader', label: 'reader: sees' },
  { value: 'writer', label: 'writer: logs and changes' },
  { value: 'admin', label: 'admin: everything' },
] as const

/** A role's name. */
export type Role = (typeof ROLES)[number]['value']

/** Give a token's rights in words. */
export function granted(grants: Readonly<Record<string, string>>): string {
  return Object.entries(grants)
    .map(([project, role]) => `${role} of ${project === '' ? 'all projects' : project}`)
    .join(', ')
}

/** Tell whether a token is valid at a time. */
export function validity(
  token: { revoked_at: number | null; expires_at: number | null },
  now: number,
): 'valid' | 'revoked' | 'ended' {
  if (token.revoked_at !== null) return 'revoked'
  return token.expires_at !== null && token.expires_at <= now ? 'ended' : 'valid'
}
