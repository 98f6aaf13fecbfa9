/** Who a trace is, from a session at hand or from a source already stored. */
import type { SourceMeta } from '../record/source.ts';
import type { SessionFormat } from './session-source.ts';

/** Everything a trace's ids follow from. */
export interface TraceIdentity {
  readonly format: SessionFormat;
  readonly sessionId: string;
  /** Native id of the parent session when this is a sub-agent. */
  readonly parentSessionId?: string;
  /** Set when the source is the lines of a parent's file that tell of this sub-agent. */
  readonly inlineSubagent?: string;
}

/** The identity a stored source was captured under. */
export function identityOfSource(format: SessionFormat, meta: SourceMeta): TraceIdentity {
  return {
    format,
    sessionId: meta.session_id,
    ...(meta.parent_session_id === undefined ? {} : { parentSessionId: meta.parent_session_id }),
    ...(meta.subagent === undefined ? {} : { inlineSubagent: meta.subagent }),
  };
}

/** Steps come from the source captured first; an agent's own log goes before lines out of a parent's. */
export function primarySource(metas: readonly Pick<SourceMeta, 'kind'>[]): number {
  return Math.max(
    0,
    metas.findIndex((meta) => meta.kind === 'session-log'),
  );
}
