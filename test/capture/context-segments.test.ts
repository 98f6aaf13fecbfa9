/** Texts of layers become objects only when a node names them. */
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/base/ids.ts';
import { TraceNames } from '../../src/bucket/layout.ts';
import { ContextWriter } from '../../src/capture/context-segments.ts';
import type { ParsedStep } from '../../src/capture/session-source.ts';
import { TraceFiles } from '../../src/capture/trace-files.ts';
import { hashObject } from '../../src/git/object-codec.ts';
import type { ObjectBatch } from '../../src/git/ports.ts';

/** A batch that keeps what it is given. */
class KeepingBatch implements ObjectBatch {
  readonly texts: string[] = [];

  put(type: 'blob', data: Buffer): string {
    this.texts.push(data.toString('utf8'));
    return hashObject('sha1', type, data);
  }

  async ready(): Promise<void> {}
  async commit(): Promise<{ objects: number; bytes: number }> {
    return { objects: this.texts.length, bytes: 0 };
  }
  async abort(): Promise<void> {}
}

const FIRST: ParsedStep = {
  step_index: 1,
  role: 'user',
  kind: 'prompt',
  content: 'hello',
  tool_calls: [],
  observations: [],
  origin: { line: 1, offset: 0 },
};

describe('a long text of a layer', () => {
  it('is stored when a node names it, and not when another took its place or no step came after it', () => {
    const batch = new KeepingBatch();
    const files = new TraceFiles(batch, 'sha1');
    const writer = new ContextWriter(files, new TraceNames(traceIdOf('claude-code', 'session')), false);
    const fact = { layer: 'system', key: 'base_instructions' } as const;
    writer.note({ ...fact, step: 1, value: 'replaced '.repeat(200) });
    writer.note({ ...fact, step: 1, value: 'kept '.repeat(200) });
    writer.add(FIRST);
    writer.note({ ...fact, step: 2, value: 'late '.repeat(200) });
    writer.end();
    const stored = [...files.paths.keys()].filter((path) => path.startsWith('context/blobs/'));
    expect(stored).toHaveLength(1);
    expect(batch.texts.filter((text) => text.length > 500)).toEqual(['kept '.repeat(200)]);
    expect(batch.texts.some((text) => text.includes(`"$blob":"${stored[0]?.slice(-40)}"`))).toBe(true);
  });
});
