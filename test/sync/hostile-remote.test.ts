/** A remote that means harm: what it sends stays in its own repository, and the rest is read on. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { remoteSealedRef, SEALED_PREFIX, tracePath } from '../../src/bucket/layout.ts';
import type { Oid } from '../../src/git/ports.ts';
import { getTrace } from '../../src/trace/get.ts';
import { BareRemote, SyncMachine, snapshotOf } from '../support/machines.ts';
import { plantedSession, traceOf } from './sessions.ts';

const LANE = 'abcdef0123456789';
const HEX = LANE.repeat(3).slice(0, 40);

/** A remote with one good journal, and a reader who has not pulled yet. */
let remote: BareRemote;
let reader: SyncMachine;
let good: { readonly ref: string; readonly commit: Oid };

beforeEach(async () => {
  remote = await BareRemote.create();
  const writer = new SyncMachine();
  reader = new SyncMachine();
  for (const machine of [writer, reader]) await machine.addRemote(remote.gitDir);
  await writer.capture(plantedSession({ number: 1 }).path);
  await writer.push();
  const [entry] = await remote.refs();
  good = { ref: entry![0], commit: entry![1] };
});

/** Writes an object as it is given, against all rules if need be. */
async function object(type: string, data: Buffer | string): Promise<Oid> {
  const args = ['hash-object', '-t', type, '-w', '--literally', '--stdin'];
  const { stdout } = await remote.git.run(args, { gitDir: remote.gitDir, input: data });
  return stdout.toString('utf8').trim();
}

type Entry = readonly [mode: string, name: string, oid: Oid];

function tree(...entries: readonly Entry[]): Promise<Oid> {
  const parts = entries.flatMap(([mode, name, oid]) => [
    Buffer.from(`${mode} ${name}\0`),
    Buffer.from(oid, 'hex'),
  ]);
  return object('tree', Buffer.concat(parts));
}

function commit(root: Oid, parents: readonly Oid[] = []): Promise<Oid> {
  const person = 'x <x@example.invalid> 1700000000 +0000';
  const lines = [`tree ${root}`, ...parents.map((parent) => `parent ${parent}`)];
  return object('commit', `${lines.join('\n')}\nauthor ${person}\ncommitter ${person}\n\nx\n`);
}

async function journal(traces: Oid, month = '2026-03'): Promise<void> {
  await point(remoteSealedRef(LANE, month), await commit(await tree(['40000', 'traces', traces])));
}

async function point(ref: string, oid: Oid): Promise<void> {
  await remote.plainGit('update-ref', ref, oid);
}

function goodTrace(): Promise<Oid> {
  return remote.plainGit('rev-parse', `${good.commit}:${tracePath(traceOf(1))}`);
}

/** A journal with one trace folder of this name. */
async function journalOf(traceId: string, folder: Oid): Promise<void> {
  await journal(await tree(['40000', traceId.slice(0, 2), await tree(['40000', traceId, folder])]));
}

/** The good trace with one file replaced. */
async function traceWith(stem: string, content: string): Promise<Oid> {
  const lines = (await remote.plainGit('ls-tree', await goodTrace())).split('\n');
  const entries = lines.map((line): Entry => {
    const [, mode, oid, name] = /^(\d+) \w+ (\w+)\t(.*)$/.exec(line)!;
    return [mode!.replace(/^0/, ''), name!, oid!];
  });
  const replaced = entries.map(async ([mode, name, oid]): Promise<Entry> => {
    return name.startsWith(stem) ? ['100644', name, await object('blob', content)] : [mode, name, oid];
  });
  return tree(...(await Promise.all(replaced)));
}

/** The same files under the names they would have in another trace's folder. */
async function renamed(folder: Oid, traceId: string): Promise<Oid> {
  const entries = (await remote.plainGit('ls-tree', folder)).split('\n').map(async (line): Promise<Entry> => {
    const [, mode, type, oid, name] = /^(\d+) (\w+) (\w+)\t(.*)$/.exec(line)!;
    if (type === 'tree') return ['40000', name!, await renamed(oid!, traceId)];
    return [mode!, name!.replace(traceOf(1).slice(-6), traceId.slice(-6)), oid!];
  });
  return tree(...(await Promise.all(entries)));
}

function outside(): Map<string, string> {
  return new Map([...snapshotOf(reader.home)].filter(([path]) => !/^(remotes|lock\.)/.test(path)));
}

/** Pulls; asserts that nothing but this remote's repository was written, and that the good trace is there. */
async function pulled(): Promise<Awaited<ReturnType<SyncMachine['pull']>>> {
  const before = outside();
  const report = await reader.pull();
  expect(outside()).toEqual(before);
  const names = [...snapshotOf(reader.home).keys()].filter((path) => /^remotes\/[^/]+$/.test(path));
  expect(names).toEqual(['remotes/team.git']);
  const { head } = await reader.withShelves((shelves) => getTrace(shelves, traceOf(1), 'all'));
  expect(head.trace_id).toBe(traceOf(1));
  return report;
}

describe('refs', () => {
  it('of other shapes are named and left alone', async () => {
    const odd = [
      `${SEALED_PREFIX}not-a-lane/2026-02`,
      `${SEALED_PREFIX}${LANE}/2026-2`,
      `${SEALED_PREFIX}${LANE}/2026-02x`,
      `${SEALED_PREFIX}deadbeef/${LANE}/2026-02`,
      `${SEALED_PREFIX}$(touch\${IFS}gone)/2026-02`,
      `${SEALED_PREFIX}${LANE.toUpperCase()}/2026-02`,
    ];
    const elsewhere = ['refs/heads/main', 'refs/tags/v1', `refs/opentraces/lanes/${LANE}/2026-02`];
    for (const ref of [...odd, ...elsewhere]) await point(ref, good.commit);
    const report = await pulled();
    expect(report.refs.map(({ ref }) => ref)).toEqual([good.ref]);
    expect([...report.ignored].sort()).toEqual([...odd].sort());
    const here = await reader.git.text(['for-each-ref', '--format=%(refname)'], {
      gitDir: `${reader.home}/remotes/team.git`,
    });
    expect(here.trim().split('\n')).toEqual([good.ref]);
  });

  it('to what is no commit hold no trace', async () => {
    const blob = await object('blob', 'x');
    await point(remoteSealedRef(LANE, '2026-01'), blob);
    await point(remoteSealedRef(LANE, '2026-02'), await tree(['100644', 'traces', blob]));
    const tag = `object ${good.commit}\ntype commit\ntag t\ntagger x <x@example.invalid> 1 +0000\n\nx\n`;
    await point(remoteSealedRef(LANE, '2026-03'), await object('tag', tag));
    await pulled();
    expect(await reader.ids()).toEqual([traceOf(1)]);
    expect((await reader.findings()).map(({ code }) => code)).toContain('ref_type');
  });

  it('by the thousand are pulled in one go, and again', async () => {
    const creates = Array.from({ length: 1000 }, (_, index) => {
      const lane = index.toString(16).padStart(16, '0');
      return `create ${remoteSealedRef(lane, '2026-02')} ${good.commit}`;
    });
    const input = `${creates.join('\n')}\n`;
    await remote.git.run(['update-ref', '--stdin'], { gitDir: remote.gitDir, input });
    expect((await pulled()).refs).toHaveLength(1001);
    expect((await reader.pull()).refs).toEqual([]);
    expect(await reader.ids()).toEqual([traceOf(1)]);
  });
});

describe('names that a server makes up', () => {
  const lines = [
    'refs/opentraces/sealed/../../../../tmp/x/2026-02',
    'refs/opentraces/sealed/abcdef0123456789/../../../heads/2026-02',
    'refs/opentraces/sealed/-x/2026-02',
    'refs/opentraces/sealed/a b/2026-02',
    'refs/opentraces/sealed/abcdef0123456789/2026-02.lock',
    'refs/opentraces/sealed/\u001b[31m/2026-02',
    '../../../etc/passwd',
  ];
  const server = createServer((request, response) => {
    if (!request.url?.includes('/info/refs')) response.writeHead(404).end();
    else response.end(lines.map((name) => `${HEX}\t${name}\n`).join(''));
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => server.close());

  it('are no refs here', async () => {
    const { port } = server.address() as AddressInfo;
    await reader.addRemote(`http://127.0.0.1:${port}/x.git`, 'odd');
    const before = outside();
    const report = await reader.pull('odd');
    expect(report).toMatchObject({ refs: [], traces: 0 });
    for (const name of report.ignored) expect(name).toMatch(/^refs\/opentraces\/sealed\/[!-~]+$/);
    expect(outside()).toEqual(before);
    expect(await reader.ids()).toEqual([]);
  });
});

describe('trees', () => {
  const NAMES = ['..', '.', '.git', '.GIT', 'a/b', '.git ', 'git~1', '.g\u200cit'];

  it.each(NAMES)('with an entry named %j are refused, and other journals still come', async (name) => {
    const blob = await object('blob', 'x');
    await journal(await tree(['40000', 'ab', await tree(['100644', name, blob])]));
    const report = await pulled();
    expect(report.refs.map(({ ref }) => ref)).toEqual([good.ref]);
    expect(report.refused).toMatchObject([{ ref: remoteSealedRef(LANE, '2026-03') }]);
    expect(report.refused[0]!.reason).not.toMatch(/[\x00-\x1f]/);
    expect((await reader.pull()).refs).toEqual([]);
  });

  it('of a shape that no journal has are passed over', async () => {
    const blob = await object('blob', 'x');
    const id = traceOf(5);
    const empty = await object('tree', '');
    const shapes: readonly Oid[] = [
      blob,
      empty,
      await tree(['100644', id.slice(0, 2), blob]),
      await tree(['120000', id.slice(0, 2), blob]),
      await tree(['160000', id.slice(0, 2), HEX]),
      await tree(['40000', id.slice(0, 2), await tree(['100644', id, blob])]),
      await tree(['40000', id.slice(0, 2), await tree(['160000', id, HEX])]),
      await tree(['40000', 'zz', await tree(['40000', 'x', empty])]),
    ];
    for (const [index, shape] of shapes.entries()) {
      const mode = shape === blob ? '100644' : '40000';
      const root = await tree([mode, 'traces', shape]);
      await point(remoteSealedRef(LANE, `2026-${10 + index}`), await commit(root));
    }
    await pulled();
    expect(await reader.ids()).toEqual([traceOf(1)]);
    expect((await reader.findings()).length).toBeGreaterThan(0);
  });
});

describe('records', () => {
  const DAMAGE = {
    'no JSON': '{"trace_id": ',
    'another schema': '{"schema_version":"opentraces.meta.v99"}\n',
    'a foreign value': '[1,2,3]\n',
    nothing: '',
    'a deep nest': `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`,
    'a forbidden key': '{"__proto__":{"polluted":true},"schema_version":"opentraces.meta.v1"}\n',
  };

  it.each(Object.entries(DAMAGE))('with %s are named, and the list goes on', async (_, content) => {
    await journalOf(traceOf(5), await traceWith('meta.', content));
    await pulled();
    const { traces, damaged } = await reader.list();
    expect([...traces.keys()]).toEqual([traceOf(1)]);
    expect(damaged).toEqual([traceOf(5)]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    const look = reader.withShelves((shelves) => getTrace(shelves, traceOf(5), 'all'));
    await expect(look).rejects.toMatchObject({ kind: expect.stringMatching(/^(corrupt|usage)$/) });
    expect((await reader.findings()).length).toBeGreaterThan(0);
  });

  it('in the folder of another trace are found by verify', async () => {
    await journalOf(traceOf(5), await renamed(await goodTrace(), traceOf(5)));
    await pulled();
    expect((await reader.findings()).map(({ code }) => code)).toContain('name_mismatch');
  });

  it('that are damaged never hide what was captured here', async () => {
    await reader.capture(plantedSession({ number: 1 }).path);
    await journalOf(traceOf(1), await traceWith('meta.', DAMAGE['no JSON']));
    await pulled();
    const { head, remote: from } = await reader.withShelves((shelves) =>
      getTrace(shelves, traceOf(1), 'all'),
    );
    expect([head.metrics.total_steps, from]).toEqual([3, null]);
    expect((await reader.list()).traces.get(traceOf(1))!.row.step_count).toBe(3);
  });
});
