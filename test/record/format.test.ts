import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/base/canonical-json.ts';
import { OtError } from '../../src/base/errors.ts';
import { ContextNode } from '../../src/record/context.ts';
import { decodeRecord } from '../../src/record/decode.ts';
import { metaRowOf } from '../../src/record/meta.ts';
import { PatchRow } from '../../src/record/patch.ts';
import { ObservedDependencies, ObservedGit, ObservedProject, SourceMeta } from '../../src/record/source.ts';
import { ObservedStart } from '../../src/record/start.ts';
import { Step } from '../../src/record/step.ts';
import { MetaRow, TraceHead } from '../../src/record/trace.ts';
import { ObservedTurn } from '../../src/record/turn.ts';
import { SecretList } from '../../src/security/secret-list.ts';

const FORMAT = readFileSync(join(import.meta.dirname, '../../src/record/FORMAT.md'), 'utf8');
const SCHEMAS = {
  MetaRow,
  TraceHead,
  Step,
  PatchRow,
  ContextNode,
  SourceMeta,
  ObservedProject,
  ObservedDependencies,
  ObservedGit,
  ObservedStart,
  ObservedTurn,
} as const;

/** Examples of FORMAT.md by the word after `record`. */
const EXAMPLES = new Map(
  [...FORMAT.matchAll(/^```record (\w+)\n(.*)\n```$/gm)].map(([, name, text]) => [name!, text!]),
);

describe('FORMAT.md', () => {
  it('has an example of every record', () => {
    expect([...EXAMPLES.keys()].sort()).toEqual([...Object.keys(SCHEMAS), 'SecretEntry'].sort());
  });

  it.each(Object.entries(SCHEMAS))(
    'shows a %s that decodes and encodes to the same bytes',
    (name, schema) => {
      const text = EXAMPLES.get(name)!;
      expect(canonicalJson(decodeRecord(schema, Buffer.from(text), name))).toBe(text);
    },
  );

  it('shows a secret list that decodes and encodes to the same bytes', () => {
    const line = Buffer.from(`${EXAMPLES.get('SecretEntry')}\n`);
    expect(SecretList.decode(line).encode().equals(line)).toBe(true);
  });

  it('shows a manifest row that follows from the other records', () => {
    const read = <T>(name: string): T => JSON.parse(EXAMPLES.get(name)!) as T;
    const row = metaRowOf(
      read<TraceHead>('TraceHead'),
      [read<SourceMeta>('SourceMeta')],
      read<ObservedProject>('ObservedProject'),
      read<MetaRow>('MetaRow').files_digest,
    );
    expect(canonicalJson(row)).toBe(EXAMPLES.get('MetaRow'));
  });
});

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('decodeRecord', () => {
  const row = EXAMPLES.get('MetaRow')!;
  const decode = (text: string) => decodeRecord(MetaRow, Buffer.from(text), 'here');

  it('keeps fields it does not know', () => {
    const extended = { ...JSON.parse(row), from_the_future: { a: [1] } };
    expect(decode(JSON.stringify(extended))).toEqual(extended);
  });

  it.each([
    ['"opentraces.bucket.row.v1"', '"opentraces.bucket.row.v2"'],
    ['"opentraces.bucket.row.v1"', '"opentraces.bucket.row.v999999"'],
  ])('refuses a newer major version by name', (known, newer) => {
    expect(() => decode(row.replace(known, newer))).toThrowError(
      expect.objectContaining({
        code: 'OT_FORMAT_UNKNOWN',
        message: expect.stringContaining(newer.slice(1, -1)),
      }),
    );
  });

  it('refuses a trace record of a newer major version', () => {
    const head = EXAMPLES.get('TraceHead')!.replace('"schema_version":"0.9.0"', '"schema_version":"1.0.0"');
    expect(() => decodeRecord(TraceHead, Buffer.from(head), 'here')).toThrowError(
      expect.objectContaining({ code: 'OT_FORMAT_UNKNOWN' }),
    );
    const minor = EXAMPLES.get('TraceHead')!.replace('"schema_version":"0.9.0"', '"schema_version":"0.12.3"');
    expect(decodeRecord(TraceHead, Buffer.from(minor), 'here').schema_version).toBe('0.12.3');
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '3',
    '{"schema_version":7}',
    row.replace('"step_count":19', '"step_count":"19"'),
  ])('names the place and quotes nothing of a damaged record (%#)', (text) => {
    try {
      decode(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(OtError);
      expect(error).toMatchObject({
        code: 'OT_RECORD_DAMAGED',
        message: expect.stringMatching(/^here is damaged/),
      });
    }
  });

  it('stays under 2 KB, whatever a session says', () => {
    const long = 'x'.repeat(100_000);
    const head = JSON.parse(EXAMPLES.get('TraceHead')!) as TraceHead;
    const hostile = {
      ...head,
      title: '\u0001'.repeat(100),
      agent: { name: 'claude-code', version: long, model: long },
    };
    const project = { id: 'p-000000000000', name: long, cwd: long };
    const row = metaRowOf(hostile, [JSON.parse(EXAMPLES.get('SourceMeta')!) as SourceMeta], project, DIGEST);
    expect(Buffer.byteLength(canonicalJson(row))).toBeLessThan(2048);
  });
});
