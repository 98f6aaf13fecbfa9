/** Identity rules of DESIGN §1: they can never change, so each is frozen by a test vector. */
import { createHash } from 'node:crypto';

/** Namespace of every trace id: UUIDv5 of the DNS name `git-ot.opentraces` in the DNS namespace. */
export const TRACE_NAMESPACE = '54f720ff-87d7-5a3f-8e6a-12f2200c6a6c';

/** RFC 9562 UUIDv5: SHA-1 over namespace bytes and the UTF-8 name. */
export function uuidV5(namespace: string, name: string): string {
  const hash = createHash('sha1');
  hash.update(Buffer.from(namespace.replaceAll('-', ''), 'hex'));
  hash.update(name, 'utf8');
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Trace id of an agent session: the same session is the same trace on every machine. */
export function traceIdOf(agent: string, sessionId: string): string {
  return uuidV5(TRACE_NAMESPACE, `${agent}\0${sessionId}`);
}

/** Native id of a sub-agent, as it enters {@link traceIdOf}. */
export function subagentSessionId(parentSessionId: string, agentId: string): string {
  return `${parentSessionId}/${agentId}`;
}

/** Last six hex digits of a trace id: the suffix that makes git find deltas (DESIGN §3). */
export function traceSuffix(traceId: string): string {
  return traceId.slice(-6);
}

/** `g-<12 hex>` for a repository with this smallest root commit. */
export function projectIdOfRoot(rootCommit: string): string {
  return `g-${rootCommit.slice(0, 12)}`;
}

/** `p-<12 hex>` for a folder without commits. */
export function projectIdOfPath(cwd: string): string {
  return `p-${createHash('sha256').update(cwd, 'utf8').digest('hex').slice(0, 12)}`;
}
