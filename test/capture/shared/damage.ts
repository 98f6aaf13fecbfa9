/** Damage done to sessions, and what must hold of whatever a parser makes of them. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { canonicalJson } from '../../../src/base/canonical-json.ts';
import type { Outcome } from './support.ts';

export interface Mutation {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly kind: 'replace' | 'insert' | 'delete' | 'cut' | 'repeat' | 'swap';
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 6 }),
    fc.constantFrom('"', '\\', '{', '}', '\n', '{"', 'null', '[[', '1e999').map((text) => Buffer.from(text)),
  ),
  kind: fc.constantFrom('replace', 'insert', 'delete', 'cut', 'repeat', 'swap'),
});

export function mutate(source: Buffer, { at, bytes, kind }: Mutation): Buffer {
  const place = Math.floor(at * source.length);
  const head = source.subarray(0, place);
  const tail = source.subarray(place);
  if (kind === 'replace') return Buffer.concat([head, bytes, tail.subarray(bytes.length)]);
  if (kind === 'insert') return Buffer.concat([head, bytes, tail]);
  if (kind === 'delete') return Buffer.concat([head, tail.subarray(bytes.length * 7)]);
  if (kind === 'cut') return Buffer.from(head);
  if (kind === 'swap') return shuffled(source, place);
  return Buffer.concat([head, tail.subarray(0, 500), tail]);
}

/** The lines in another order that `key` decides. */
function shuffled(source: Buffer, key: number): Buffer {
  const lines = source.toString('latin1').split('\n');
  const keyed = lines.map((line, at) => [(at * 7919 + key) % (lines.length || 1), line] as const);
  return Buffer.from(
    keyed
      .sort((a, b) => a[0] - b[0])
      .map(([, line]) => line)
      .join('\n'),
    'latin1',
  );
}

export function expectSound({ steps, facts }: Outcome): void {
  expect(steps.map(({ step_index }) => step_index)).toEqual(steps.map((_, at) => at + 1));
  for (const step of steps) {
    const answered = step.observations.map(({ source_call_id }) => source_call_id);
    expect(answered).toEqual(expect.arrayContaining(step.tool_calls.map(({ tool_call_id }) => tool_call_id)));
    canonicalJson({ ...step, attachments: [] });
  }
  canonicalJson(facts.head);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
}
