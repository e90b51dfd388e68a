/** A value that is loaded: what is there, whether more is on its way, and what went wrong. */

import { Problem } from './client'

/** The states of something that is loaded; the last value stays while a newer one is on its way. */
export interface Resource<T> {
  readonly value: T | undefined
  readonly problem: Problem | null
  readonly isLoading: boolean
  /** Load it again, keeping what is shown. */
  reload: () => void
}

/**
 * Load something, and again whenever the reactive state that `load` reads changes. To be called
 * while a component is made.
 *
 * @param load reads its state first, before any `await`; the signal ends when it is outdated
 */
export function resource<T>(load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  let value = $state.raw<T>()
  let problem = $state.raw<Problem | null>(null)
  let isLoading = $state(true)
  let turn = $state(0)

  $effect(() => {
    void turn
    const controller = new AbortController()
    isLoading = true
    load(controller.signal).then(
      (loaded) => {
        if (controller.signal.aborted) return
        value = loaded
        problem = null
        isLoading = false
      },
      (error: unknown) => {
        if (controller.signal.aborted) return
        problem = asProblem(error)
        isLoading = false
      },
    )
    return () => controller.abort()
  })

  return {
    get value() {
      return value
    },
    get problem() {
      return problem
    },
    get isLoading() {
      return isLoading
    },
    reload: () => {
      turn += 1
    },
  }
}

/** Give what was thrown as a `Problem`. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const words = error instanceof Error ? error.message : String(error)
  return new Problem(-1, 'page', `This page failed: ${words}`, 'reload the page')
}
