/** `bucket verify` over refs, journals and the trees above traces. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FindingCode } from '../../src/bucket/findings.ts';
import { journalOfRef } from '../../src/bucket/layout.ts';
import { DamagedMachine, type Edit, objectFile, type Place, summary } from './damage.ts';

let damaged: DamagedMachine;

beforeAll(async () => {
  damaged = await DamagedMachine.create();
});

beforeEach(() => damaged.restore());

/** Does the damage everywhere; both modes must find this code at this place of each journal. */
async function expectAt(
  code: FindingCode,
  damage: (place: Place) => string | undefined,
  modes: readonly (readonly string[])[] = [['--full'], ['--sample', '100']],
): Promise<void> {
  const expected = damaged.places.map((place) => `${code} ${damage(place) ?? place.ref}`).sort();
  for (const mode of modes) expect(summary(await damaged.verify(...mode))).toEqual(expected);
}

function refFile({ gitDir, ref }: Place): string {
  const path = join(gitDir, ref);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

function tip({ gitDir, ref }: Place): string {
  return damaged.git(gitDir, ['rev-parse', ref]);
}

/** The journals as they were, set by hand: what `git update-ref REF COMMIT` does. */
async function mendRefs(tips: ReadonlyMap<string, string>): Promise<void> {
  const own = damaged.place('own');
  damaged.git(own.gitDir, ['update-ref', own.ref, tips.get(own.ref)!]);
  damaged.git(own.gitDir, ['update-ref', '-d', damaged.place('sealed').ref]);
  await damaged.mendCopies();
}

function tips(): Map<string, string> {
  return new Map(damaged.places.map((place) => [place.ref, tip(place)]));
}

describe('ref_type', () => {
  it.each(['tree', 'blob', 'tag'])('is a ref to a %s', async (type) => {
    const before = tips();
    await expectAt('ref_type', (place) => {
      writeFileSync(refFile(place), `${objectOfType(place, type)}\n`);
      return undefined;
    });
    if (type === 'tag') await mendRefs(before);
  });
});

function objectOfType(place: Place, type: string): string {
  if (type === 'blob') return damaged.oid(place, 'trace.T6');
  if (type === 'tree') return damaged.git(place.gitDir, ['rev-parse', `${place.ref}^{tree}`]);
  const input = `object ${tip(place)}\ntype commit\ntag x\ntagger x <x@example.invalid> 0 +0000\n\nx\n`;
  return damaged.git(place.gitDir, ['mktag'], { input });
}

describe('ref_broken', () => {
  it.each([
    ['garbage', () => 'no id at all\n'],
    ['nothing', () => ''],
    ['an id that is too short', (oid: string) => `${oid.slice(0, 39)}\n`],
    ['an id that is too long', (oid: string) => `${oid}${oid.slice(0, 24)}\n`],
  ])('is a ref file that holds %s', async (name, content) => {
    const before = tips();
    await expectAt('ref_broken', (place) => {
      writeFileSync(refFile(place), content(before.get(place.ref)!));
      return undefined;
    });
    if (name !== 'garbage') return;
    for (const place of damaged.places) rmSync(refFile(place));
    const own = damaged.place('own');
    damaged.git(own.gitDir, ['update-ref', own.ref, before.get(own.ref)!]);
    await damaged.mendCopies();
  });
});

describe('ref_name', () => {
  it.each(['2026-2', '2026-02x', 'HEAD'])('is a ref named %s in a lane', async (name) => {
    const added = damaged.places.map((place) => ({ place, ref: `${dirname(place.ref)}/${name}` }));
    for (const { place, ref } of added) expect(journalOfRef(ref), place.kind).toBeNull();
    await expectAt('ref_name', (place) => {
      const { ref } = added.find((one) => one.place === place)!;
      damaged.git(place.gitDir, ['update-ref', ref, tip(place)]);
      return ref;
    });
    for (const { place, ref } of added) damaged.git(place.gitDir, ['update-ref', '-d', ref]);
    expect(await damaged.verify('--full')).toEqual([]);
  });
});

describe('journal_chain', () => {
  it('is a merge; a journal begun anew with the same tree is sound', async () => {
    await expectAt('journal_chain', (place) => {
      const { gitDir, ref } = place;
      const tree = damaged.git(gitDir, ['rev-parse', `${ref}^{tree}`]);
      const other = damaged.git(gitDir, ['commit-tree', '-m', 'other', tree]);
      damaged.commit(place, tree, [other]);
      return undefined;
    });
    beginAnew(damaged.place('own'));
    damaged.git(damaged.place('own').gitDir, ['update-ref', '-d', damaged.place('sealed').ref]);
    await damaged.mendCopies();
  });

  it('is a parent that is gone', async () => {
    const gone = new Map<Place, string>();
    for (const place of damaged.places) {
      gone.set(place, tip(place));
      damaged.editJournal(place, { 'events/later': '' });
    }
    for (const [{ gitDir }, oid] of gone) rmSync(objectFile(gitDir, oid));
    await expectAt('journal_chain', () => undefined, [['--sample', '100']]);
    const full = summary(await damaged.verify('--full'));
    const missing = [...gone.values()].map((oid) => `object_missing ${oid}`);
    expect(full).toEqual([...damaged.places.map(({ ref }) => `journal_chain ${ref}`), ...missing].sort());
    beginAnew(damaged.place('own'));
    damaged.git(damaged.place('own').gitDir, ['update-ref', '-d', damaged.place('sealed').ref]);
    await damaged.mendCopies();
  });
});

/** What the fix says: `git update-ref REF $(git commit-tree -m anew REF^{tree})`. */
function beginAnew({ gitDir, ref }: Place): void {
  const command = 'git update-ref "$1" $(git commit-tree -m anew "$1^{tree}")';
  const person = { GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x@example.invalid' };
  const committer = { GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x@example.invalid' };
  const env = { ...damaged.machine.env, ...person, ...committer, GIT_DIR: gitDir };
  execFileSync('sh', ['-c', command, 'sh', ref], { env });
}

describe('journal_shape', () => {
  it.each<[string, string, (place: Place) => Edit]>([
    ['in the root', 'notes.txt', () => 'x'],
    ['among the groups', 'traces/readme', () => 'x'],
    ['a group of another name', 'traces/zz', (place) => ({ mode: '40000', oid: groupTree(place) })],
    ['in a group', 'traces/HH/readme', () => 'x'],
    [
      'a link in a group',
      'traces/HH/link',
      (place) => ({ mode: '120000', oid: damaged.oid(place, 'trace.T6') }),
    ],
  ])('is an entry %s', async (_name, path, edit) => {
    const before = tips();
    await expectAt('journal_shape', (place) => {
      const at = path.replace('HH', place.traceId.slice(0, 2));
      addEntry(place, at, edit(place));
      return `${place.ref}:${at}`;
    });
    if (path === 'notes.txt') await mendRefs(before);
  });

  it('is a trace folder in the group of another', async () => {
    await expectAt('journal_shape', (place) => {
      const wrong = place.traceId.startsWith('00') ? '01' : '00';
      const oid = damaged.oid(place, '');
      addEntry(place, `traces/${wrong}/${place.traceId}`, { mode: '40000', oid });
      return `${place.ref}:traces/${wrong}/${place.traceId}`;
    });
  });
});

function groupTree(place: Place): string {
  return damaged.git(place.gitDir, ['rev-parse', `${place.ref}:traces/${place.traceId.slice(0, 2)}`]);
}

/** Adds an entry of any mode; a tree with all that is in it, because an index holds files only. */
function addEntry(place: Place, path: string, edit: Edit): void {
  const isTree = edit !== null && typeof edit === 'object' && 'mode' in edit && edit.mode === '40000';
  damaged.editJournal(
    place,
    isTree ? filesBelow(place, path, (edit as { oid: string }).oid) : { [path]: edit },
  );
}

function filesBelow({ gitDir }: Place, path: string, tree: string): Record<string, Edit> {
  const lines = damaged.git(gitDir, ['ls-tree', '-r', tree]).split('\n');
  const entries = lines.map((line) => {
    const [, mode, oid, name] = /^(\d+) blob (\w+)\t(.*)$/.exec(line)!;
    return [`${path}/${name}`, { mode: mode!, oid: oid! }] as const;
  });
  return Object.fromEntries(entries);
}

describe('a trace folder under the id of another trace', () => {
  it('is told by every name in it, and goes with the commit that brought it', async () => {
    const before = tips();
    const other = (place: Place) => `${place.traceId.slice(0, 24)}abcdefabcdef`;
    for (const place of damaged.places) {
      const oid = damaged.oid(place, '');
      addEntry(place, `traces/${place.traceId.slice(0, 2)}/${other(place)}`, { mode: '40000', oid });
    }
    const findings = await damaged.verify('--full');
    for (const place of damaged.places) {
      const folder = `${place.ref}:traces/${place.traceId.slice(0, 2)}/${other(place)}`;
      const mine = findings.filter(({ path }) => path.startsWith(place.ref));
      expect(mine.map(({ path }) => path.startsWith(folder))).not.toContain(false);
      expect(new Set(mine.map(({ code }) => code))).toEqual(
        new Set(['tree_shape', 'record_damaged', 'source_incomplete']),
      );
    }
    await mendRefs(before);
  });
});

describe('damage above the traces', () => {
  it.each([
    ['the tip', ''],
    ['its tree', '^{tree}'],
    ['the tree of traces', ':traces'],
    ['the tree of a group', ':traces/HH'],
  ])('%s that is gone is object_missing', async (_name, suffix) => {
    await expectAt('object_missing', (place) => {
      const at = suffix.replace('HH', place.traceId.slice(0, 2));
      const oid = damaged.git(place.gitDir, ['rev-parse', `${place.ref}${at}`]);
      rmSync(objectFile(place.gitDir, oid));
      return suffix.startsWith(':') ? `${place.ref}${at}` : place.ref;
    });
  });

  it.each(['', '^{tree}', ':traces'])('an object %j that is garbage is object_corrupt', async (suffix) => {
    await expectAt('object_corrupt', (place) => {
      const oid = damaged.git(place.gitDir, ['rev-parse', `${place.ref}${suffix}`]);
      writeFileSync(damaged.loose(place, oid), 'garbage');
      return `${place.ref}${suffix.startsWith(':') ? suffix : ''}`;
    });
  });

  it('is undone by an earlier commit and a new capture', async () => {
    const own = damaged.place('own');
    const earlier = tip(own);
    const log = readFileSync(damaged.log);
    writeFileSync(damaged.log, Buffer.concat([log, Buffer.from('{"type":"summary","summary":"x"}\n')]));
    expect((await damaged.run('capture', damaged.log)).code).toBe(0);
    rmSync(objectFile(own.gitDir, damaged.git(own.gitDir, ['rev-parse', `${own.ref}:traces`])));
    expect((await damaged.verify('--full')).length).toBeGreaterThan(0);
    damaged.git(own.gitDir, ['update-ref', own.ref, earlier]);
    expect((await damaged.run('capture', damaged.log)).code).toBe(0);
    expect(await damaged.verify('--full')).toEqual([]);
    writeFileSync(damaged.log, log);
  });
});
