/**
 * The one place that turns outcomes into output and exit codes (DESIGN §10). With `--json` every outcome is
 * exactly one JSON document on stdout; without it, the text view goes to stdout and the rest to stderr.
 */
import { type ErrorKind, EXIT_CODES, OtError } from '../base/errors.ts';
import type { Io } from './io.ts';
import { type Page, printable, printableJson } from './views/page.ts';

export interface Reply {
  /** `opentraces.<noun>...v<N>` of this payload. */
  readonly schema: `opentraces.${string}`;
  /** Payload keys of the JSON document; may not use `status`, `schema_version`, `error`, `next_steps`. */
  readonly data: object;
  /** The same for a person; called only when text is wanted. Ends in a newline, or is empty. */
  readonly text: (page: Page) => string;
  /** Exact bytes for stdout instead of the text view; left out of a JSON document. */
  readonly body?: AsyncIterable<Uint8Array>;
  /** A failure that still has a payload, such as the findings of `verify`. */
  readonly failure?: OtError;
  readonly status?: 'ok' | 'needs_action';
  /** Lines for stderr beside the text view, each with its line end. */
  readonly notes?: string;
  /** Commands to try next. */
  readonly nextSteps?: readonly string[];
}

/** A reply, or whatever a command threw. */
export type Outcome = Reply | { readonly thrown: unknown };

export interface OutputMode {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

/** What `deliver` needs of the application. */
export interface Outlet {
  readonly io: Io;
  /** Show stacks of unexpected errors: `OT_DEBUG=1`. */
  readonly debug: boolean;
}

export const ERROR_SCHEMA = 'opentraces.error.v1';
/** Exit code of a bug in this program. */
export const INTERNAL_EXIT = 1;

interface ErrorBody {
  readonly code: string;
  readonly kind: ErrorKind | 'internal';
  readonly message: string;
  readonly hint: string | null;
  readonly retryable: boolean;
}

/** Prints an outcome in the wanted form and resolves with its exit code. Rejects only when stdout does. */
export async function deliver(outcome: Outcome, outlet: Outlet, mode: OutputMode): Promise<number> {
  const thrown = 'thrown' in outcome ? outcome.thrown : outcome.failure;
  if (mode.json) await outlet.io.out(serialize(documentOf(outcome), outlet.io.stdoutIsTerminal));
  else if (!('thrown' in outcome)) await deliverText(outcome, outlet.io, mode);
  if (thrown === undefined) return 0;
  if (!mode.json) await outlet.io.err(errorText(thrown));
  if (outlet.debug) await outlet.io.err(`${stackOf(thrown)}\n`);
  return exitCodeOf(thrown);
}

/** The JSON document of an outcome, keys in the order people read them. */
export function documentOf(outcome: Outcome): object {
  if ('thrown' in outcome) {
    const error = errorBody(outcome.thrown);
    const payload = outcome.thrown instanceof OtError ? outcome.thrown.payload : {};
    return { status: statusOf(error.kind), schema_version: ERROR_SCHEMA, ...payload, error, next_steps: [] };
  }
  const error = outcome.failure === undefined ? undefined : errorBody(outcome.failure);
  return {
    status: error === undefined ? (outcome.status ?? 'ok') : statusOf(error.kind),
    schema_version: outcome.schema,
    ...outcome.data,
    ...(error === undefined ? {} : { error }),
    next_steps: outcome.nextSteps ?? [],
  };
}

/** One JSON document and a newline; characters a terminal would act on are escaped. */
export function serialize(document: object, indent: boolean): string {
  return `${printableJson(JSON.stringify(document, null, indent ? 2 : 0))}\n`;
}

export function exitCodeOf(thrown: unknown): number {
  return thrown instanceof OtError ? EXIT_CODES[thrown.kind] : INTERNAL_EXIT;
}

async function deliverText(reply: Reply, io: Io, mode: OutputMode): Promise<void> {
  if (reply.body !== undefined) for await (const chunk of reply.body) await io.out(chunk);
  else await io.out(reply.text({ color: mode.color, columns: io.columns }));
  const steps = (reply.nextSteps ?? []).map((step) => `next: ${step}\n`);
  if (!mode.quiet) await io.err((reply.notes ?? '') + steps.join(''));
}

function errorBody(thrown: unknown): ErrorBody {
  if (thrown instanceof OtError) {
    const { code, kind, message, hint, retryable } = thrown;
    return { code, kind, message, hint: hint ?? null, retryable };
  }
  return {
    code: 'OT_INTERNAL',
    kind: 'internal',
    message: `unexpected ${nameOf(thrown)}: a bug in git-ot`,
    hint: 'run the command again with OT_DEBUG=1 and report the stack',
    retryable: false,
  };
}

/** Name and system code only: the message of a foreign error may quote a transcript. */
function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  return typeof code === 'string' ? `${thrown.name} ${code}` : thrown.name;
}

function statusOf(kind: ErrorBody['kind']): 'error' | 'refused' {
  return kind === 'refused' || kind === 'blocked' || kind === 'declined' ? 'refused' : 'error';
}

/** What stderr says of an error: message, code, hint. */
export function errorText(thrown: unknown): string {
  const { message, code, hint } = errorBody(thrown);
  return `git-ot: ${printable(message)} [${code}]\n${hint === null ? '' : `hint: ${printable(hint)}\n`}`;
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
