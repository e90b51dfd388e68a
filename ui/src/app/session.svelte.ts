/** Whether the hub wants a token from this browser; it keeps it in a cookie that no script reads. */

import { Problem, ask, api } from '../api/client'

class Session {
  needsToken = $state(false)
  /** What the token may do anywhere; everything on the machine of the hub. */
  role = $state<'reader' | 'writer' | 'admin'>('admin')
  /** The token's id; null on the machine of the hub, where none is needed. */
  token = $state<string | null>(null)
  /** The hub's home folder, on its own machine. */
  home = $state<string | null>(null)

  /** Ask who we are; to be called once at the start, and after a token was given. */
  async read(): Promise<void> {
    try {
      const found = await ask(api.GET('/api/v1/session'))
      this.role = found.role
      this.token = found.token
      this.home = found.home ?? null
      this.needsToken = false
    } catch (error) {
      if (error instanceof Problem && error.needsToken) this.needsToken = true
    }
  }

  /** Give a token; throws a `Problem` where it is not valid. */
  async begin(token: string): Promise<void> {
    await ask(api.POST('/api/v1/session', { headers: { authorization: `Bearer ${token}` } }))
    await this.read()
  }

  /** Forget the token. */
  async end(): Promise<void> {
    await ask(api.DELETE('/api/v1/session'))
    await this.read()
  }
}

/** The session of this browser. */
export const session = new Session()
void session.read()
