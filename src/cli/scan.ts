/** `security scan`: which traces, and with which tools. */
import { OtError } from '../base/errors.ts';
import { findTrace, type TraceCopy } from '../bucket/find.ts';
import { allCopies } from '../bucket/list.ts';
import { toolNamed } from '../security/registry.ts';
import { type ScanReport, scanTraces } from '../sync/scan.ts';
import type { App } from './app.ts';
import { policyChoice, policyOfTools } from './policy.ts';
import { type OpenedShelves, withShelves } from './with-shelves.ts';

export interface ScanOptions {
  /** Ids or prefixes. */
  readonly ids: readonly string[];
  /** All own traces. */
  readonly all: boolean;
  /** Comma-separated; default: the bucket's policy. */
  readonly tools: string | undefined;
}

/** Throws usage errors (exit 2), `OT_POLICY_TOOL_MISSING`, `OT_TOOL_FAILED` (exit 3) and what reading throws. */
export async function scan(
  app: App,
  { ids, all, tools }: ScanOptions,
  onTrace: (done: number, total: number) => void,
): Promise<ScanReport> {
  if (all === ids.length > 0) {
    throw new OtError('OT_OPTION_CONFLICT', 'usage', 'give traces, or --all', {
      hint: 'list the traces: git ot trace list',
    });
  }
  const named = tools?.split(',').map((name) => toolNamed(name.trim()).name);
  const choice = await policyChoice(app);
  const policy = await policyOfTools(app, named ?? choice.tools, choice.timeLimit);
  return withShelves(app, 'git', async (opened) => scanTraces(await chosen(opened, ids), policy, onTrace));
}

/** Each trace once, in the order they were named. */
async function chosen({ shelves }: OpenedShelves, ids: readonly string[]): Promise<readonly TraceCopy[]> {
  if (ids.length === 0) return allCopies(shelves[0]!);
  const copies = await Promise.all(ids.map((id) => findTrace(shelves, id)));
  return [...new Map(copies.map((copy) => [copy.traceId, copy])).values()];
}
