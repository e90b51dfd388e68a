/** What made a run, put into words: code, image, machine, command. */

import { bytes } from '../../../format/sizes'
import { fullTime } from '../../../format/times'
import { exitWords, memoryLimit, cpuLimit } from '../outcome'
import { objectOf, runLink, SHORT, type Relatives, type RunDoc } from '../run'
import type { Fact } from './Facts.svelte'
import type { Value } from './Values.svelte'

/** Give what made a run: code, image, command, machine. */
export function makingFacts(run: RunDoc): Fact[] {
  const { code } = run
  const host = run.host
  return [
    {
      name: 'Code',
      value: code.tree ? codeWords(run) : code.commit ? `commit ${code.commit.slice(0, 10)}` : null,
      href: code.tree ? runLink(run.id, 'code') : undefined,
    },
    {
      name: 'Commit',
      value: code.commit ? code.commit.slice(0, 10) : null,
      copies: code.commit ?? undefined,
      isCode: true,
    },
    { name: 'Branch', value: code.branch },
    { name: 'Remote', value: code.remote },
    { name: 'Image', value: imageWords(run), copies: run.image ?? undefined, isCode: true },
    { name: 'Command', value: commandOf(run), isCode: true },
    { name: 'Working folder', value: text(run.parts.working_dir), isCode: true },
    { name: 'Engine', value: run.engine },
    { name: 'Machine', value: host?.name ? `${host.name}, ${host.system ?? ''}` : null },
    {
      name: 'Has',
      value: host?.cpus
        ? `${host.cpus} CPUs${host.memory_bytes ? `, ${bytes(host.memory_bytes)}` : ''}`
        : null,
    },
    { name: 'Limits', value: limitWords(run) },
    {
      name: 'Identity',
      value: run.identity ? `${run.identity.slice(7, 19)}…` : null,
      copies: run.identity ?? undefined,
      isCode: true,
    },
  ]
}

/** Give how a run went: why it ran, when, and how it ended. */
export function outcomeFacts(run: RunDoc, relatives: Relatives | null): Fact[] {
  const isBad = run.status === 'failed' || run.status === 'killed'
  const isSaidByCode = run.exit_code !== null && run.error === exitWords(run.exit_code)
  return [
    { name: 'Why it ran', value: run.cause },
    { name: 'Typed', value: run.command_line.join(' '), isCode: true },
    { name: 'Started', value: run.started_at === null ? null : fullTime(run.started_at) },
    { name: 'Ended', value: run.ended_at === null ? null : fullTime(run.ended_at) },
    { name: 'Error', value: isSaidByCode ? null : run.error, isBad },
    {
      name: 'Exit code',
      value: run.exit_code === null ? null : exitWords(run.exit_code).replace('exit code ', ''),
      isBad,
    },
    { name: 'Memory ran out', value: run.oom_killed ? 'yes' : null, isBad },
    { name: 'Timed out', value: run.timed_out ? 'yes' : null, isBad },
    { name: 'Attempt', value: run.attempt > 1 ? String(run.attempt) : null },
    { name: 'User', value: run.user },
    {
      name: 'Reproduces',
      value: relatives?.original?.name ?? run.reproduces?.slice(0, SHORT),
      href: run.reproduces ? runLink(run.reproduces) : undefined,
    },
    { name: 'Recorded', value: recordingWords(run) },
  ]
}

/** Give the parameters of a run, with what the command line changed said. */
export function paramsOf(run: RunDoc): Value[] {
  const all = named(run.params, (name) => (name in run.overrides ? 'set for this run' : undefined))
  return [...all.filter((one) => one.note), ...all.filter((one) => !one.note)]
}

/** Give the environment of a run; secrets were masked when it was recorded. */
export function environmentOf(run: RunDoc): Value[] {
  return named(objectOf(run.parts.environment))
}

/** Give the packages that were installed, where no image says. */
export function packagesOf(run: RunDoc): Value[] {
  return named(objectOf(objectOf(run.parts.image).distributions))
}

/** Give a command line as one types it. */
export function commandOf(run: RunDoc): string | null {
  const command = run.parts.command ?? run.service.command
  if (Array.isArray(command)) return command.map((word) => quoted(String(word))).join(' ')
  return text(command)
}

function named(
  values: Record<string, unknown>,
  note?: (name: string) => string | undefined,
): Value[] {
  return Object.entries(values)
    .map(([name, value]) => ({ name, value: shown(value), note: note?.(name) }))
    .sort((a, b) => a.name.localeCompare(b.name))
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value ? value : null
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return word.includes("'") ? `"${word.replace(/(["\\$`])/g, '\\$1')}"` : `'${word}'`
}

function codeWords({ code }: RunDoc): string {
  if (!code.commit) return 'all files, kept'
  return code.is_dirty ? 'the commit, with changes' : 'the commit as it is'
}

function imageWords(run: RunDoc): string | null {
  if (run.image) return run.image
  const interpreter = text(objectOf(run.parts.image).interpreter)
  return interpreter ? `none: Python ${interpreter}` : null
}

function limitWords(run: RunDoc): string | null {
  const memory = memoryLimit(run)
  const cpus = cpuLimit(run)
  return (
    [cpus ? `${cpus} CPUs` : '', memory ? bytes(memory) : ''].filter(Boolean).join(', ') || null
  )
}

function recordingWords(run: RunDoc): string | null {
  if (!run.recording) return null
  return run.recording.reads === 'seen'
    ? 'watched in place'
    : `watched in place; what it read is ${run.recording.reads}`
}
