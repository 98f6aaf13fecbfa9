/** What was seen at starts, laid over nodes: from the step behind it on, and whatever a pulled record holds. */
import { describe, expect, it } from 'vitest';
import { OtError } from '../../src/base/errors.ts';
import type { TraceFolder } from '../../src/bucket/trace-folder.ts';
import { layerAt } from '../../src/context/layers.ts';
import { withStarts } from '../../src/context/starts.ts';
import { windowAt } from '../../src/context/window.ts';
import { hashObject } from '../../src/git/object-codec.ts';
import type { ContextNode } from '../../src/record/context.ts';
import type { InstructionFile, ObservedStart } from '../../src/record/start.ts';

const STEPS = 200;

/** Step n is at minute n; a folder with nothing but steps and this record. */
function folderOf(start: () => Promise<ObservedStart | null>): TraceFolder {
  const time = (step: number): string => new Date(Date.UTC(2026, 1, 3, 9, step)).toISOString();
  const segment = (first: number): string =>
    Array.from({ length: Math.min(64, STEPS - first + 1) }, (_, at) => first + at)
      .map((step_index) => ({
        step_index,
        role: 'user',
        kind: 'prompt',
        tool_calls: [],
        observations: [],
        timestamp: time(step_index),
        origin: { line: 1, offset: 0 },
      }))
      .map((step) => `${JSON.stringify(step)}\n`)
      .join('');
  return {
    algorithm: 'sha1',
    traceId: 't',
    names: { segment: (step: number) => String(step) },
    bytes: async (path: string) => Buffer.from(segment(Number(path.split('/')[1]))),
    start,
  } as unknown as TraceFolder;
}

function nodes(): Map<number, ContextNode> {
  return new Map(
    Array.from({ length: STEPS }, (_, at): [number, ContextNode] => [
      at + 1,
      {
        step_index: at + 1,
        parent_step: at === 0 ? null : at,
        branch_type: at === 0 ? 'root' : 'linear',
        enters: 'input',
        tokens: { text: 1 },
      },
    ]),
  );
}

function file(name: string, text: number, content: string): InstructionFile {
  const blob = hashObject('sha1', 'blob', Buffer.from(content));
  return {
    path: `/w/${name}`,
    scope: 'project',
    modified_at: '2026-01-01T00:00:00.000Z',
    bytes: 1,
    text,
    blob,
  };
}

function startAt(minute: number, files: readonly InstructionFile[]): ObservedStart['starts'][number] {
  const at = new Date(Date.UTC(2026, 1, 3, 9, minute)).toISOString();
  return { at, read_at: at, cwd: '/w', files: [...files], environment_names: null };
}

async function systemAt(record: ObservedStart | Error | null, step: number): Promise<[string, unknown][]> {
  const read = async (): Promise<ObservedStart | null> => {
    if (record instanceof Error) throw record;
    return record;
  };
  const laid = await withStarts(Promise.resolve(nodes()), folderOf(read), STEPS);
  return [...layerAt(laid.nodes, 'system', windowAt(laid.nodes, step)).values];
}

describe('withStarts', () => {
  const a = file('A.md', 0, 'a');
  const b = file('B.md', 1, 'b');
  const record = { starts: [startAt(1, [a]), startAt(130, [b])], texts: ['a', 'b'] };
  const keys = async (step: number): Promise<string[]> =>
    (await systemAt(record, step)).map(([key]) => key.replace('instructions/project', ''));

  it('has each start in force from the first step behind it', async () => {
    expect(await keys(1)).toEqual(['/w/A.md']);
    expect(await keys(129)).toEqual(['/w/A.md']);
    expect(await keys(130)).toEqual(['/w/B.md']);
    expect(await keys(200)).toEqual(['/w/B.md']);
    expect(await systemAt({ starts: [startAt(500, [a])], texts: ['a'] }, 200)).toEqual([]);
    expect(await systemAt(null, 200)).toEqual([]);
  });

  it('says when the record is not here, and what of it cannot be so', async () => {
    const lost = new OtError('OT_OBJECT_MISSING', 'corrupt', 'not here');
    expect(await systemAt(lost, 7)).toEqual([['instructions_not_seen', ['start_not_here']]]);
    const odd = [
      { ...a, text: 1 },
      { ...a, text: -1 },
      { ...a, text: 99 },
      { ...a, blob: 'x' },
    ];
    expect(await systemAt({ starts: [startAt(1, odd)], texts: ['a', 'b'] }, 7)).toEqual([
      ['instructions_not_seen', ['instruction_file_damaged']],
    ]);
    const never = { ...startAt(1, [a]), at: 'never' };
    expect(await systemAt({ starts: [never], texts: ['a'] }, 7)).toEqual([]);
  });

  it('reads no more than a capture keeps', async () => {
    const starts = Array.from({ length: 5000 }, (_, at) => startAt(at % 190, [file(`${at}.md`, 0, 'a')]));
    const [last] = await systemAt({ starts, texts: ['a'] }, 200);
    expect(last?.[0]).toBe('instructions/project/w/15.md');
  });

  it('goes by the last of several starts before a step', async () => {
    const twice = {
      starts: [startAt(20, [a]), { ...startAt(20, [b]), at: '2026-02-03T09:20:01.000Z' }],
      texts: ['a', 'b'],
    };
    expect((await systemAt(twice, 20)).map(([key]) => key)).toEqual(['instructions/project/w/B.md']);
  });
});
