/** `bucket verify` over records that say other things than they should: own, sealed and pulled ones alike. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/base/ids.ts';
import { DamagedMachine, expectFound, type Place } from './damage.ts';

let damaged: DamagedMachine;

beforeAll(async () => {
  damaged = await DamagedMachine.create();
});

beforeEach(() => damaged.restore());

/** The lines of a segment, as `change` leaves them. */
function editLines(place: Place, file: string, change: (lines: string[]) => void): void {
  const lines = damaged.content(place, file).split('\n');
  change(lines);
  damaged.edit(place, { [file]: lines.join('\n') });
}

describe('ids', () => {
  it('a record that names another trace is name_mismatch', async () => {
    await expectFound(damaged, (place) => {
      const change = (record: Record<string, unknown>) => {
        record.trace_id = traceIdOf('claude-code', 'another');
      };
      damaged.editJson(place, 'trace.T6', change);
      damaged.editJson(place, 'meta.T6', change);
      return { 'trace.T6': 'name_mismatch' };
    });
    await damaged.mendTraces();
  });

  it.each(['trace.T6', 'sources/0/meta.T6'])(
    'a record of another session (%s) is id_mismatch',
    async (file) => {
      await expectFound(damaged, (place) => {
        const change = (record: Record<string, unknown>) => {
          record.session_id = 'another';
        };
        damaged.editJson(place, file, change);
        if (file === 'trace.T6') damaged.editJson(place, 'meta.T6', change);
        return { [file]: 'id_mismatch' };
      });
      await damaged.mendTraces();
    },
  );
});

describe('records', () => {
  it.each(['trace.T6', 'meta.T6', 'sources/0/meta.T6', 'sources/0/observed/project.T6'])(
    'that are no JSON (%s) are record_damaged',
    async (file) => {
      await expectFound(damaged, (place) => {
        damaged.edit(place, { [file]: '{"schema_version":' });
        return { [file]: 'record_damaged' };
      });
      if (/trace|project/.test(file)) await damaged.mendTraces();
    },
  );

  it.each(['trace.T6', 'meta.T6'])('that are gone (%s) are record_damaged', async (file) => {
    await expectFound(damaged, (place) => {
      damaged.edit(place, { [file]: null });
      return { [file]: 'record_damaged' };
    });
  });

  it('of another shape are record_damaged', async () => {
    await expectFound(damaged, (place) => {
      damaged.editJson(place, 'trace.T6', (head) => {
        head.metrics = 'none';
      });
      return { 'trace.T6': 'record_damaged' };
    });
  });

  it.each([1_100, 200_000])('nested %i deep are record_damaged', async (depth) => {
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    await expectFound(damaged, (place) => {
      const meta = damaged.content(place, 'meta.T6').replace('{', `{"deep":${deep},`);
      damaged.edit(place, { 'meta.T6': meta });
      editLines(place, 'steps/00065.T6', (lines) => {
        lines[1] = lines[1]!.replace('{', `{"deep":${deep},`);
      });
      return { 'meta.T6': 'record_damaged', 'steps/00065.T6': 'record_damaged' };
    });
  });

  it.each([
    ['trace.T6', '1.0.0'],
    ['meta.T6', 'opentraces.bucket.row.v2'],
    ['sources/0/meta.T6', 'opentraces.source.v2'],
  ])('of a newer version (%s) are record_version', async (file, version) => {
    const findings = await expectFound(damaged, (place) => {
      damaged.editJson(place, file, (record) => {
        record.schema_version = version;
      });
      return { [file]: 'record_version' };
    });
    expect(new Set(findings.map(({ fix }) => fix))).toEqual(new Set(['upgrade git-ot']));
  });
});

describe('steps', () => {
  it.each([
    ['a missing one', (lines: string[]) => lines.splice(4, 1)],
    ['one twice', (lines: string[]) => lines.splice(4, 0, lines[4]!)],
    ['two in the wrong order', (lines: string[]) => lines.splice(4, 2, lines[5]!, lines[4]!)],
    ['a last one without its end', (lines: string[]) => lines.pop()],
  ])('with %s are step_numbering', async (_name, change) => {
    await expectFound(damaged, (place) => {
      editLines(place, 'steps/00001.T6', change);
      return { 'steps/00001.T6': 'step_numbering' };
    });
  });

  it('numbered anew by capturing the session again', async () => {
    await expectFound(damaged, (place) => {
      editLines(place, 'steps/00065.T6', (lines) => lines.splice(0, 1));
      return { 'steps/00065.T6': 'step_numbering' };
    });
    await damaged.mendTraces();
  });

  it.each(['steps/00001.T6', 'steps/00065.T6'])(
    'whose segment %s is gone are segment_missing',
    async (file) => {
      await expectFound(damaged, (place) => {
        damaged.edit(place, { [file]: null });
        return { [file]: 'segment_missing' };
      });
      await damaged.mendTraces();
    },
  );

  it('of which one is no step are record_damaged', async () => {
    await expectFound(damaged, (place) => {
      editLines(place, 'steps/00001.T6', (lines) => lines.splice(4, 1, '{}'));
      return { 'steps/00001.T6': 'record_damaged' };
    });
  });
});

describe('evidence edited by a commit of its own', () => {
  it.each([
    ['words of a step', 'steps/00001.T6', (text: string) => text.replace('Question', 'Remark')],
    [
      'a number of a step',
      'steps/00001.T6',
      (text: string) => text.replace(/"output_tokens":/, '"output_tokens":4'),
    ],
    ['bytes of a source', 'sources/0/00000.T6', (text: string) => text.replace('user', 'uSEr')],
    [
      'what was seen beside it',
      'sources/0/observed/project.T6',
      (text: string) => text.replace('"cwd":"', '"cwd":"/x'),
    ],
  ])('is evidence_edited: %s', async (_, file, change) => {
    await expectFound(damaged, (place) => {
      const text = damaged.content(place, file);
      expect(change(text)).not.toBe(text);
      damaged.edit(place, { [file]: change(text) });
      return { '': 'evidence_edited' };
    });
    await damaged.mendTraces();
  });

  it('stays found when the row is healed', async () => {
    const own = damaged.place('own');
    damaged.edit(own, {
      'steps/00001.T6': damaged.content(own, 'steps/00001.T6').replace('Question', 'Remark'),
    });
    damaged.editJson(own, 'meta.T6', (row) => {
      row.step_count = 7;
    });
    expect((await damaged.run('bucket', 'manifest', '--heal')).code).toBe(0);
    expect((await damaged.run('bucket', 'verify', '--json')).stdout).toContain('evidence_edited');
    await damaged.mendTraces();
  });
});

describe('a manifest row that does not follow from its trace', () => {
  it('is meta_disagrees, and heal writes it anew', async () => {
    await expectFound(damaged, (place) => {
      damaged.editJson(place, 'meta.T6', (row) => {
        row.step_count = 7;
      });
      return { 'meta.T6': 'meta_disagrees' };
    });
    const own = damaged.place('own');
    const healed = await damaged.run('bucket', 'manifest', '--heal', '--json');
    expect(healed.code).toBe(0);
    expect(damaged.git(own.gitDir, ['log', '-1', '--format=%s', own.ref])).toBe('heal: 1 manifest rows');
    damaged.git(own.gitDir, ['update-ref', '-d', damaged.place('sealed').ref]);
    await damaged.mendCopies();
  });
});
