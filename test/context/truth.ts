/** Sessions drawn at random, and the comparison of every window with the model's. */
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { decodeNode } from '../../src/bucket/context-nodes.ts';
import { decodeStep } from '../../src/bucket/steps.ts';
import { ingestPrimary } from '../../src/capture/derive.ts';
import { formatOf } from '../../src/capture/formats.ts';
import type { TraceIdentity } from '../../src/capture/identity.ts';
import { TraceFiles } from '../../src/capture/trace-files.ts';
import { windowAt } from '../../src/context/window.ts';
import { hashObject } from '../../src/git/object-codec.ts';
import type { ObjectBatch } from '../../src/git/ports.ts';
import type { ContextNode } from '../../src/record/context.ts';
import { ClaudeModel } from './claude-model.ts';
import type { ExpectedView, SessionWriter } from './window-model.ts';

export const SESSION = '11111111-2222-4333-8444-555555555555';

/** One thing that happens in a session. */
export type Move =
  | { readonly move: 'prompt' | 'reminder' | 'compact' }
  | { readonly move: 'answer'; readonly thinks: boolean; readonly says: boolean; readonly calls: number }
  | { readonly move: 'microcompact'; readonly at: number }
  | { readonly move: 'rewind'; readonly at: number };

const answer = fc.record({
  move: fc.constant('answer' as const),
  thinks: fc.boolean(),
  says: fc.boolean(),
  calls: fc.nat(3),
});

export const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: answer },
  { weight: 3, arbitrary: fc.record({ move: fc.constant('prompt' as const) }) },
  { weight: 2, arbitrary: fc.record({ move: fc.constant('reminder' as const) }) },
  { weight: 1, arbitrary: fc.record({ move: fc.constant('compact' as const) }) },
  { weight: 1, arbitrary: fc.record({ move: fc.constant('microcompact' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ move: fc.constant('rewind' as const), at: fc.nat() }) },
);

/** The session of these moves; it begins with a prompt. */
export function claudeSession(list: readonly Move[]): ClaudeModel {
  const model = new ClaudeModel(SESSION);
  model.prompt('begin');
  list.forEach((move, at) => {
    if (move.move === 'prompt') model.prompt(`question ${at}`);
    else if (move.move === 'reminder') model.reminder(`reminder ${at}`);
    else if (move.move === 'compact') model.compact();
    else if (move.move === 'answer') model.answer(move);
    else if (move.move === 'rewind') model.rewind(move.at % Math.max(1, model.places.length));
    else if (move.move === 'microcompact') {
      const open = model.openResults;
      if (open.length > 0) model.microcompact([open[move.at % open.length]!]);
    }
  });
  return model;
}

/** What capture derives of a session's bytes. */
export interface Derived {
  readonly nodes: ReadonlyMap<number, ContextNode>;
  /** Input tokens that each model call was billed, cached ones among them, by step. */
  readonly usage: ReadonlyMap<number, number>;
  /** Tokens before a compaction as the agent told them, by step. */
  readonly preTokens: ReadonlyMap<number, number>;
}

export async function derive(bytes: Buffer, fileName: string): Promise<Derived> {
  const blobs = new Map<string, Buffer>();
  const batch = {
    put: (type: 'blob', data: Buffer) => {
      const oid = hashObject('sha1', type, data);
      blobs.set(oid, data);
      return oid;
    },
    ready: async () => undefined,
  } as unknown as ObjectBatch;
  const files = new TraceFiles(batch, 'sha1');
  const format = formatOf(bytes.subarray(0, 65_536), fileName)!;
  const identity: TraceIdentity = { format, sessionId: SESSION } as TraceIdentity;
  const input = {
    fileName,
    read: async function* () {
      yield bytes;
    },
  };
  await ingestPrimary(identity, input, files, 0);
  const lines = (folder: RegExp): string[] =>
    [...files.paths]
      .filter(([path]) => folder.test(path))
      .flatMap(([, oid]) => blobs.get(oid)!.toString('utf8').trimEnd().split('\n'));
  const nodes = lines(/^context\/\d/).map((line) => decodeNode(line, 'here'));
  const steps = lines(/^steps\/\d/).map((line) => decodeStep(line, 'here'));
  return {
    nodes: new Map(nodes.map((node) => [node.step_index, node])),
    usage: new Map(
      steps.flatMap(({ step_index, kind, token_usage: used }) =>
        kind === 'model' && used !== undefined
          ? [[step_index, used.input_tokens + used.cache_read_tokens + used.cache_write_tokens] as const]
          : [],
      ),
    ),
    preTokens: new Map(
      steps.flatMap(({ step_index, kind, metadata }) => {
        const told = (metadata as { pre_tokens?: unknown } | undefined)?.pre_tokens;
        return kind === 'compact_boundary' && typeof told === 'number' && told > 0
          ? [[step_index, told] as const]
          : [];
      }),
    ),
  };
}

/** Nodes that capture derives from a session's bytes, by step. */
export async function nodesOf(
  bytes: Buffer,
  fileName = `${SESSION}.jsonl`,
): Promise<ReadonlyMap<number, ContextNode>> {
  return (await derive(bytes, fileName)).nodes;
}

/** Every window as its model has it. */
export function expectViews(nodes: ReadonlyMap<number, ContextNode>, views: readonly ExpectedView[]): void {
  expect(views.length).toBe(nodes.size);
  for (const { step, entries } of views) {
    const window = windowAt(nodes, step);
    const seen = window.entries.map((entry) => ({
      step: entry.step,
      enters: entry.enters,
      reasoning: entry.parts.includes('reasoning'),
      dropped: [...(entry.droppedResults ?? [])].sort(),
    }));
    expect(seen, `step ${step}`).toEqual(
      entries.map((entry) => ({ ...entry, dropped: [...entry.dropped].sort() })),
    );
  }
}

/** What a session of this agent's format becomes by these moves; it begins with a prompt. */
export function writtenSession<Writer extends SessionWriter>(writer: Writer, list: readonly Move[]): Writer {
  writer.prompt('begin');
  list.forEach((move, at) => {
    if (move.move === 'prompt' || move.move === 'reminder') writer.prompt(`question ${at}`);
    else if (move.move === 'answer') writer.answer(move);
    else if (move.move === 'microcompact' && writer.drop !== undefined) writer.drop(move.at);
    else if (move.move === 'compact' || move.move === 'microcompact') writer.compact(at % 4);
    else if (move.move === 'rewind') writer.rewind?.(move.at);
  });
  return writer;
}
