/** The model's own rules, and one small world; `model.slow.ts` has large ones. */
import { describe, expect, it } from 'vitest';
import { Owners, type Row } from '../support/trail-model/rows.ts';
import { runModel } from '../support/trail-model/run.ts';

function file(owners: Owners, ...lines: readonly (readonly [string, string])[]): Row[] {
  return lines.map(([owner, text]) => owners.write(owner, text));
}

describe('what nobody can tell who sees only texts', () => {
  it('is which of two equal lines beside each other is the new one', () => {
    const owners = new Owners();
    const before = file(owners, ['-', 'a'], ['-', '}'], ['-', 'b']);
    const [added] = file(owners, ['one.1', '}']);
    owners.observe(before, [before[0]!, added!, ...before.slice(1)]);
    expect([...owners.allowed(added!.id)]).toEqual(['one.1', '-']);
    expect([...owners.allowed(before[1]!.id)]).toEqual(['-', 'one.1']);
    expect([...owners.allowed(before[0]!.id)]).toEqual(['-']);
  });

  it('is not who wrote an equal line that stands elsewhere', () => {
    const owners = new Owners();
    const before = file(owners, ['-', 'a'], ['-', '}'], ['-', 'b'], ['-', 'c']);
    const added = file(owners, ['one.1', 'x'], ['one.1', '}']);
    owners.observe(before, [...before.slice(0, 3), ...added, before[3]!]);
    for (const { id } of added) expect([...owners.allowed(id)]).toEqual(['one.1']);
    expect([...owners.allowed(before[1]!.id)]).toEqual(['-']);
  });

  it('is a block that could have come one line earlier', () => {
    const owners = new Owners();
    const before = file(owners, ['-', 'f {'], ['-', '}']);
    const added = file(owners, ['one.1', 'g {'], ['one.1', '}']);
    owners.observe(before, [...before, ...added]);
    expect([...owners.allowed(before[1]!.id)]).toEqual(['-', 'one.1']);
    expect([...owners.allowed(added[0]!.id)]).toEqual(['one.1']);
    expect([...owners.allowed(added[1]!.id)]).toEqual(['one.1', '-']);
  });
});

describe('whose line it is, against a model of random work', () => {
  it('names no wrong owner and nearly every right one in a small world', async () => {
    const { score, share, report } = await runModel({ seed: 11, steps: 20, commits: 1 });
    expect(score.wrong, report).toEqual([]);
    expect(score.agentLines).toBeGreaterThan(10);
    expect(score.right / score.agentLines, report).toBeGreaterThanOrEqual(0.98);
    expect(share).toBeGreaterThanOrEqual(0.3);
  });
});
