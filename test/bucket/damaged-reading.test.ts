/** Reading and pushing over damage: what can be read is, the rest is an error that says where to look. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/bucket/findings.ts';
import { DamagedMachine, objectFile, type Place } from './damage.ts';

let damaged: DamagedMachine;

beforeAll(async () => {
  damaged = await DamagedMachine.create();
});

beforeEach(() => damaged.restore());

type Hurt = (place: Place) => void;

const DEEP = `{"deep":${'['.repeat(50_000)}${']'.repeat(50_000)},`;

/** The object is gone that git finds under the ref and this suffix, `HH` standing for the trace's group. */
function gone(suffix: string): Hurt {
  return (place) => {
    const name = `${place.ref}${suffix.replace('HH', place.traceId.slice(0, 2))}`;
    rmSync(objectFile(place.gitDir, damaged.git(place.gitDir, ['rev-parse', name])));
  };
}

function deepen(file: string): Hurt {
  return (place) => damaged.edit(place, { [file]: damaged.content(place, file).replace('{', DEEP) });
}

/** Damage of one trace, and what of it `trace get` and `trace list` cannot read. */
const IN_TRACE: readonly (readonly [string, 'get' | 'list' | 'both', Hurt])[] = [
  ['its tree is gone', 'both', (place) => rmSync(objectFile(place.gitDir, damaged.oid(place, '')))],
  [
    'a segment is gone',
    'get',
    (place) => rmSync(objectFile(place.gitDir, damaged.oid(place, 'steps/00001.T6'))),
  ],
  [
    'a segment is garbage',
    'get',
    (place) => writeFileSync(damaged.loose(place, damaged.oid(place, 'steps/00065.T6')), 'x'),
  ],
  [
    'a blob is gone',
    'get',
    (place) => rmSync(objectFile(place.gitDir, damaged.oid(place, damaged.blobPath(place)))),
  ],
  ['its record is no JSON', 'get', (place) => damaged.edit(place, { 'trace.T6': '{' })],
  ['its row is no JSON', 'list', (place) => damaged.edit(place, { 'meta.T6': '{' })],
  ['its row is nested too deep', 'list', deepen('meta.T6')],
  ['a step is nested too deep', 'get', deepen('steps/00001.T6')],
];

/** Damage of a whole journal. */
const IN_JOURNAL: readonly (readonly [string, Hurt])[] = [
  ['the tree of its group is gone', gone(':traces/HH')],
  ['the tree of traces is gone', gone(':traces')],
  ['the tip is gone', gone('')],
  [
    'the tip is a blob',
    (place) => writeFileSync(join(place.gitDir, place.ref), damaged.oid(place, 'trace.T6')),
  ],
  ['the ref is garbage', (place) => writeFileSync(join(place.gitDir, place.ref), 'garbage')],
];

interface Answer {
  readonly code: number;
  readonly traces?: readonly { readonly trace_id: string }[];
  readonly findings?: readonly Finding[];
  readonly remote?: string | null;
  readonly nodes?: readonly object[];
  readonly slices?: ReadonlyArray<{ readonly steps: ReadonlyArray<{ readonly step_index: number }> }>;
  readonly error?: { readonly code: string; readonly kind: string; readonly hint: string };
}

/** The one JSON document of a command; an error must be about damage and say what to run. */
async function answer(...argv: string[]): Promise<Answer> {
  const { code, stdout } = await damaged.run(...argv, '--json');
  const document = JSON.parse(stdout) as Omit<Answer, 'code'>;
  if (code === 0) return { code, ...document };
  expect({ argv, code, error: document.error }).toMatchObject({
    argv,
    code: 5,
    error: {
      kind: 'corrupt',
      hint: expect.stringMatching(/git ot bucket (verify --full|remote pull team --again)/),
    },
  });
  return { code, ...document };
}

const ids = ({ traces }: Answer): string[] => (traces ?? []).map(({ trace_id }) => trace_id);

describe.each(['own', 'pulled'] as const)('of one %s trace', (kind) => {
  it.each(IN_TRACE)('%s', async (_name, lost, hurt) => {
    const place = damaged.place(kind);
    hurt(place);
    expect((await answer('trace', 'get', place.traceId)).code).toBe(lost === 'list' ? 0 : 5);
    const list = await answer('trace', 'list');
    expect(list.code).toBe(0);
    expect(list.findings).toHaveLength(lost === 'get' ? 0 : 1);
    expect(ids(list)).toContain(damaged.bystander);
    if (lost !== 'both') return;
    expect((await answer('trace', 'get', damaged.bystander)).code).toBe(0);
    expect((await answer('bucket', 'status')).code).toBe(0);
  });
});

/** What of the 72 steps is still there, over a damaged trace of 71 prompts and answers and one large result. */
const PARTS: readonly (readonly [string, readonly object[], Hurt])[] = [
  [
    'a segment is gone',
    [{ code: 'steps_missing', count: 64 }],
    (place) => rmSync(objectFile(place.gitDir, damaged.oid(place, 'steps/00001.T6'))),
  ],
  [
    'a segment is garbage',
    [{ code: 'steps_missing', count: 7 }],
    (place) => writeFileSync(damaged.loose(place, damaged.oid(place, 'steps/00065.T6')), 'x'),
  ],
  [
    'a blob is gone',
    [{ code: 'text_missing', count: 1 }],
    (place) => rmSync(objectFile(place.gitDir, damaged.oid(place, damaged.blobPath(place)))),
  ],
  ['its record is no JSON', [], (place) => damaged.edit(place, { 'trace.T6': '{' })],
];

describe.each(['own', 'pulled'] as const)('map and slice of a %s trace answer with what is there', (kind) => {
  it.each(PARTS)('%s', async (_name, limitations, hurt) => {
    const place = damaged.place(kind);
    const fix = kind === 'own' ? 'git ot bucket verify --full' : 'git ot bucket remote pull team --again';
    hurt(place);
    const next_steps = limitations.length === 0 ? [] : [fix];
    const map = await answer('trace', 'map', place.traceId);
    expect(map).toMatchObject({ code: 0, limitations, next_steps });
    expect(map.nodes?.length).toBeGreaterThan(5);
    expect((await answer('trace', 'map', place.traceId, '--around', '3')).code).toBe(0);
    const { slices = [], ...whole } = await answer('trace', 'slice', place.traceId, '--from-step', '1');
    expect(whole).toMatchObject({ code: 0, limitations, next_steps });
    expect(slices[0]).toMatchObject({ start_step_index: 1, end_step_index: 71, limitations });
    const numbers = slices[0]!.steps.map(({ step_index }) => step_index);
    const missing = limitations.flatMap((gap) => ('count' in gap ? [Number(gap.count)] : []));
    expect(numbers).toHaveLength(71 - (_name.startsWith('a segment') ? missing[0]! : 0));
    expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
    if (limitations.length === 0) return;
    const { stdout } = await damaged.run('trace', 'map', place.traceId);
    expect(stdout).toContain('not here: ');
  });
});

describe.each(['own', 'pulled'] as const)('of one %s journal', (kind) => {
  it.each(IN_JOURNAL)('%s', async (name, hurt) => {
    const place = damaged.place(kind);
    hurt(place);
    const found = await answer('trace', 'get', place.traceId);
    // A copy of our own lane was pulled, too: it is read, and says where it is from.
    if (kind === 'own' && name !== 'the ref is garbage')
      expect(found).toMatchObject({ code: 0, remote: 'team' });
    else expect(found.code).toBe(5);
    const list = await answer('trace', 'list');
    expect(list.code).toBe(5);
    if (name !== 'the ref is garbage') expect(list.findings?.map(({ path }) => path)).toEqual([place.ref]);
    else if (kind === 'own') expect(list.error?.code).toBe('OT_REF_CORRUPT');
    else expect(list.findings?.map(({ path }) => path)).toEqual(['remotes/team.git']);
    // The pulled copy, or our own, is whole.
    if (kind === 'pulled' || name !== 'the ref is garbage') expect(ids(list)).toContain(damaged.bystander);
    if (kind === 'pulled') expect((await answer('trace', 'get', damaged.bystander)).code).toBe(0);
    if (kind === 'own') expect((await answer('bucket', 'status')).code).toBe(5);
  });
});

/** What a push does not repair it must not send: raw traces that are lost are not lost at the remote, too. */
describe.each([
  ['own', IN_JOURNAL],
  ['sealed', IN_JOURNAL.slice(2)],
] as const)('a push over a damaged %s journal', (kind, hurts) => {
  const remote = () => damaged.git(join(damaged.machine.home, 'team.git'), ['for-each-ref']);

  it.each(hurts)('sends nothing when %s', async (_name, hurt) => {
    const before = remote();
    hurt(damaged.place(kind));
    const { code } = await answer('bucket', 'remote', 'push', '--yes');
    // Nothing changed since the last push: the sealed tip is all that is looked at.
    if (kind === 'own') expect(code).toBe(5);
    expect(remote()).toBe(before);
  });
});

it('a push over a damaged raw trace that has to be sealed sends nothing', async () => {
  const { gitDir, ref } = damaged.place('sealed');
  damaged.git(gitDir, ['update-ref', '-d', ref]);
  const own = damaged.place('own');
  rmSync(objectFile(own.gitDir, damaged.oid(own, 'sources/0/00001.T6')));
  expect((await answer('bucket', 'remote', 'push', '--yes')).code).toBe(5);
});

it('lists that lack every trace of a journal are no success', async () => {
  const { gitDir, ref } = damaged.place('own');
  rmSync(join(damaged.machine.otHome, 'remotes'), { recursive: true });
  const blobs = damaged
    .git(gitDir, ['ls-tree', '-r', ref])
    .split('\n')
    .filter((line) => /\tmeta\.|\/meta\./.test(line));
  for (const line of blobs) rmSync(objectFile(gitDir, line.split(/\s/)[2]!), { force: true });
  for (const verb of [
    ['trace', 'list'],
    ['trace', 'stats'],
    ['trace', 'skills'],
    ['bucket', 'manifest'],
  ]) {
    const { code, error, findings } = await answer(...verb);
    expect([code, error?.code], verb.join(' ')).toEqual([5, 'OT_JOURNAL_UNREADABLE']);
    expect(findings?.some(({ path }) => path === ref)).toBe(true);
  }
});

it('a pulled folder that is no repository is a finding, and own traces are read', async () => {
  const { gitDir } = damaged.place('pulled');
  rmSync(join(gitDir, 'objects'), { recursive: true });
  for (const mode of [['--full'], ['--sample', '100']]) {
    expect(await damaged.verify(...mode)).toMatchObject([{ code: 'repository', path: 'remotes/team.git' }]);
  }
  expect((await answer('trace', 'get', damaged.bystander)).code).toBe(0);
  const { code, stdout, stderr } = await damaged.run('trace', 'list');
  expect(code).toBe(5);
  expect(stdout).toContain(damaged.bystander.slice(0, 8));
  expect(stderr).toContain('[OT_JOURNAL_UNREADABLE]');
  expect(stderr).toContain('git ot bucket remote pull team');
  await damaged.mendCopies();
});
