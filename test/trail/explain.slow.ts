import { describe, expect, it } from 'vitest';
import type { ExplainedLine } from '../../src/trail/explain.ts';
import type { ExplainedPatch } from '../../src/trail/explain-patch.ts';
import { ot, runInProcess } from '../support/cli.ts';
import { World } from './world.ts';

/** `old.ts`, renamed to `new "name".ts`: a person's line, two of an agent, one typed by a person later. */
async function story(): Promise<World> {
  const world = new World();
  world.write('old.ts', 'const before = 0;\n');
  world.write('other.ts', 'nobody edits this\n');
  world.commit('start');
  const session = world.session();
  session.edit('old.ts', 'const before = 0;\n', 'const before = 0;\nconst wanted = 1;\nconst dropped = 2;\n');
  world.commit('by an agent');
  world.write('old.ts', 'const before = 0;\nconst wanted = 1;\n');
  world.commit('dropped by a person');
  world.write('old.ts', 'const before = 0;\nconst wanted = 1;\n// a remark\nconst dropped = 2;\n');
  world.commit('typed again');
  world.git('mv', 'old.ts', 'new "name".ts');
  world.commit('moved');
  session.edit('new "name".ts', '// a remark\n', '// a remark\n// a later line\n');
  await world.capture();
  return world;
}

describe('trail explain', () => {
  it('tells the evidence for a line, and why another has no owner', async () => {
    const world = await story();
    const explain = (target: string) => world.json<ExplainedLine>('trail', 'explain', target);
    const owned = await explain('new "name".ts:2');
    expect(owned.line).toMatchObject({ step_index: 2, tier: 'ledger' });
    expect(owned.origin).toMatchObject({ subject: 'by an agent', path: 'old.ts', line: 2 });
    expect(owned.anchors.map(({ subject, ranges }) => [subject, ranges])).toEqual([
      ['by an agent', [{ start: 2, end: 3, tier: 'ledger' }]],
    ]);
    expect(owned.step?.prompt).toBe('Request 1: change something');
    expect(owned.reason_codes).toEqual([]);
    expect(owned.looked_at).toEqual({
      paths: ['new "name".ts', 'old.ts'],
      patches: 2,
      sessions: 1,
      commits: 5,
    });

    const person = await explain('new "name".ts:1');
    expect(person.reason_codes).toEqual(['before_first_patch']);
    expect(person.candidates).toMatchObject([{ kept_from: ['later_than_commit', 'repeats_line'] }]);
    const again = await explain('HEAD:new "name".ts:4');
    expect(again.reason_codes).toEqual(['candidates_excluded']);
    expect(again.candidates).toMatchObject([{ step_index: 2, match: 'exact', kept_from: ['not_carried'] }]);
    expect((await explain('new "name".ts:3')).reason_codes).toEqual(['candidates_excluded']);
    expect((await explain('other.ts:1')).reason_codes).toEqual(['no_patches']);
    const fresh = await explain('new "name".ts:4');
    expect(fresh).toMatchObject({ line: { step_index: 3 }, origin: { commit: null, subject: null } });

    const patch = await world.json<ExplainedPatch>('trail', 'explain', owned.line.patch_id!);
    expect(patch).toMatchObject({
      patch: { path: 'old.ts', operations: ['replace'] },
      current_state: { current_survival: 'partially_preserved', current_path: 'new "name".ts' },
    });
    const { stdout } = await runInProcess(['trail', 'explain', 'new "name".ts:2'], {
      machine: world.machine,
    });
    for (const [target, code, error] of [
      ['new.ts', 2, 'OT_BAD_VALUE'],
      ['nothing.ts:1', 6, 'OT_FILE_NOT_FOUND'],
      ['none:nothing.ts:1', 6, 'OT_COMMIT_NOT_FOUND'],
      ['tp:00000000-0000-4000-8000-000000000000:1.1', 6, 'OT_TRACE_NOT_FOUND'],
    ] as const) {
      const outcome = await ot(world.machine, 'trail', 'explain', target);
      expect([outcome.code, outcome.reply.error.code]).toEqual([code, error]);
    }
    expect(stdout).toContain('ledger (firm): the edits of all sessions were replayed');
  });
});
