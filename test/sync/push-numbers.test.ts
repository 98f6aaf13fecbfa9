/** What a push says that it sends is what the remote then holds more than before, whenever it was sealed. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PushPlan } from '../../src/sync/push.ts';
import { SessionText, writeSession } from '../capture/session-file.ts';
import { draw } from '../security/samples.ts';
import { BareRemote, SyncMachine } from '../support/machines.ts';
import { plantedSession, sessionIdOf } from './sessions.ts';

const REF = /^refs\/opentraces\/sealed\//;

let anna: SyncMachine;
let first: BareRemote;
let second: BareRemote;

beforeEach(async () => {
  anna = new SyncMachine();
  [first, second] = [await BareRemote.create(), await BareRemote.create()];
  await anna.addRemote(first.gitDir, 'first');
  await anna.addRemote(second.gitDir, 'second');
  const sessions = [plantedSession({ number: 1 }), plantedSession({ number: 2, turns: 3, noise: 300_000 })];
  await anna.capture(...sessions.map(({ path }) => path));
});

interface Numbers {
  readonly bytes: number;
  readonly replaced: Readonly<Record<string, number>>;
}

/** Counted in the remote's own files: bytes of the source chunks, placeholders in all of `sources/`. */
async function held(remote: BareRemote): Promise<Numbers> {
  let bytes = 0;
  const replaced: Record<string, number> = {};
  for (const ref of [...(await remote.refs()).keys()].filter((name) => REF.test(name))) {
    const files = (await remote.plainGit('ls-tree', '-r', '--name-only', ref)).split('\n');
    const folders = new Set(files.flatMap((path) => /^(.*\/sources\/\d+\/)/.exec(path)?.[1] ?? []));
    for (const folder of folders) {
      const chunks = files.filter(
        (path) => path.startsWith(folder) && /^\d{5}\./.test(path.slice(folder.length)),
      );
      const rest = files.filter((path) => path.startsWith(folder) && !chunks.includes(path));
      const text = await textOf(remote, ref, chunks);
      bytes += text.length;
      for (const part of [text, await textOf(remote, ref, rest)]) {
        for (const [, kind = ''] of part.matchAll(/\[REDACTED:([a-z_]+):\d+\]/g)) {
          replaced[kind] = (replaced[kind] ?? 0) + 1;
        }
      }
    }
  }
  return { bytes, replaced };
}

async function textOf(remote: BareRemote, ref: string, paths: readonly string[]): Promise<string> {
  const args = paths.map((path) =>
    remote.git.run(['cat-file', 'blob', `${ref}:${path}`], { gitDir: remote.gitDir }),
  );
  return Buffer.concat((await Promise.all(args)).map(({ stdout }) => stdout)).toString('latin1');
}

function numbersOf(plan: PushPlan): Numbers {
  return { bytes: plan.refs.reduce((sum, { bytes }) => sum + bytes, 0), replaced: plan.replaced };
}

function sumOf(left: Numbers, right: Numbers): Numbers {
  const replaced: Record<string, number> = { ...left.replaced };
  for (const [kind, count] of Object.entries(right.replaced)) replaced[kind] = (replaced[kind] ?? 0) + count;
  return { bytes: left.bytes + right.bytes, replaced };
}

/** Plans dry and for real, which agree, pushes, and gives the plan back. */
async function pushed(remote: string): Promise<PushPlan> {
  const dry = await anna.plan({ dryRun: true, remote });
  const { plan } = await anna.push({ remote });
  expect(dry.refs).toEqual(plan.refs);
  return plan;
}

describe('the numbers of a push', () => {
  it('are those of what the remote lacks: created, also when it was sealed for another', async () => {
    const plan = await pushed('first');
    expect(plan.refs).toMatchObject([{ action: 'create', traces: 2, leaving: 2, sealed: 2 }]);
    expect(plan.replaced.access_token).toBeGreaterThan(0);
    expect(numbersOf(plan)).toEqual(await held(first));
    const again = await anna.plan({ remote: 'second' });
    expect(again.refs).toMatchObject([{ action: 'create', traces: 2, leaving: 2, sealed: 0 }]);
    expect(numbersOf(again)).toEqual(numbersOf(plan));
    rmSync(join(anna.home, 'cache'), { recursive: true });
    expect(numbersOf(await pushed('second'))).toEqual(await held(second));
  });

  it('are those of the growth, at each remote its own', async () => {
    await anna.push({ remote: 'first' });
    const before = await held(first);
    await anna.capture(plantedSession({ number: 1, turns: 4 }).path, plantedSession({ number: 3 }).path);
    const plan = await pushed('first');
    expect(plan.refs).toMatchObject([{ action: 'grow', traces: 3, leaving: 2, sealed: 2 }]);
    expect(sumOf(before, numbersOf(plan))).toEqual(await held(first));
    const whole = await pushed('second');
    expect(whole.refs).toMatchObject([{ action: 'create', traces: 3, leaving: 3, sealed: 0 }]);
    expect(numbersOf(whole)).toEqual(await held(second));
  });

  it('are nothing where nothing moves', async () => {
    await anna.push({ remote: 'first' });
    const { plan } = await anna.push({ remote: 'first' });
    expect(plan.refs).toMatchObject([{ action: 'none', traces: 2, leaving: 0, sealed: 0, bytes: 0 }]);
    expect(plan.replaced).toEqual({});
  });

  it('are those of the traces that changed where a month is written anew', async () => {
    const word = draw(24, undefined, 5);
    const text = new SessionText(sessionIdOf(9));
    text.user(`The word is ${word}, keep it in mind.`).say('I will.');
    await anna.capture(writeSession(text));
    for (const remote of ['first', 'second']) await anna.push({ remote });
    const before = await held(first);
    text.call('Bash', { command: `export API_TOKEN=${word}` }).result('call_1', '');
    await anna.capture(writeSession(text));
    const plan = await pushed('first');
    const moved = { action: 'rewrite', traces: 3, leaving: 1 };
    expect(plan.refs).toMatchObject([{ ...moved, sealed: 1 }]);
    expect(plan.replaced).toEqual({ api_key: 2 });
    expect((await held(first)).replaced).toEqual({ ...before.replaced, api_key: 2 });
    const other = await pushed('second');
    expect(other.refs).toMatchObject([{ ...moved, sealed: 0 }]);
    expect(numbersOf(other)).toEqual(numbersOf(plan));
  });
});
