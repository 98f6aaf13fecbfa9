/** Many threads seal as one does, and a thread that dies loses nothing. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Policy } from '../../src/security/contract.ts';
import { policyOf, resolvePolicy } from '../../src/security/policy.ts';
import { openSealSession, type SealSession, sealedValue } from '../../src/security/seal.ts';
import type { SealEngine } from '../../src/security/seal-engine.ts';
import { SecretList } from '../../src/security/secret-list.ts';
import { SealPool } from '../../src/sync/seal-pool.ts';
import { samplesOf } from '../security/samples.ts';
import { ROOT } from '../support/cli.ts';
import { tempDir } from '../support/git-env.ts';
import { BareRemote, expectSound, SyncMachine } from '../support/machines.ts';
import { plantedSession } from './sessions.ts';

const policy = resolvePolicy('recommended');
const pools: SealPool[] = [];
let script: string;

beforeAll(async () => {
  const dir = tempDir('git-ot-worker-');
  const input = { worker: join(ROOT, 'src/sync/seal-worker.ts') };
  const output = { dir, format: 'cjs', entryFileNames: '[name].cjs' } as const;
  await build({ cwd: ROOT, input, platform: 'node', tsconfig: false, logLevel: 'silent', output });
  expect(readdirSync(dir)).toEqual(['worker.cjs']);
  script = join(dir, 'worker.cjs');
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

function poolOf(options: { readonly script?: string; readonly aloneBytes?: number } = {}): SealPool {
  const pool = new SealPool({ script, threads: 3, aloneBytes: 0, ...options });
  pools.push(pool);
  return pool;
}

/** About a megabyte, several batches: secrets in some lines, copies of them before. */
const SETS = Array.from({ length: 5 }, (_, i) => samplesOf(i + 1));
const LINES = Array.from({ length: 3000 }, (_, i) => {
  const samples = SETS[i % SETS.length]!;
  const { text, secret } = samples[i % samples.length]!;
  const filler = 'nothing to see here '.repeat(i % 30);
  return JSON.stringify({
    i,
    cwd: `/home/account${i % 7}/x`,
    note: i % 29 === 0 ? text : filler,
    out: i % 31 === 0 ? secret : '',
  });
});
const RAW = Buffer.from(`${LINES.join('\n')}\n`);

async function* source(): AsyncIterable<Buffer> {
  for (let at = 0; at < RAW.length; at += 50_000) yield RAW.subarray(at, at + 50_000);
}

interface Outcome {
  readonly bytes: string;
  readonly list: string;
  readonly report: ReturnType<SealSession['report']>;
}

/** `values` are listed before: what a program found. */
async function sealWith(
  engine?: SealEngine,
  under: Policy = policy,
  values: readonly string[] = [],
): Promise<Outcome> {
  const list = new SecretList();
  for (const value of values) list.add('secret', value);
  const session = openSealSession({ policy: under, list, format: 'claude-jsonl', ...(engine && { engine }) });
  const scanned = await session.scanStream(source());
  const parts: Buffer[] = [];
  for await (const part of sealedValue(session.sealStream(source, scanned))()) parts.push(part);
  session.close();
  const bytes = Buffer.concat(parts).toString('latin1');
  return { bytes, list: list.encode().toString(), report: session.report() };
}

describe('a pool of threads', () => {
  test('gives what one thread gives', async () => {
    const alone = await sealWith();
    expect(alone.bytes).toContain('[REDACTED:');
    expect(await sealWith(poolOf())).toEqual(alone);
    expect(await sealWith(poolOf({ aloneBytes: 600_000 }))).toEqual(alone);
  });

  test('that die or never start leaves the work to this thread', async () => {
    const dying = join(tempDir(), 'dying.cjs');
    writeFileSync(
      dying,
      "let n = 0; require('node:worker_threads').parentPort.on('message', () => { if (++n > 1) process.exit(9); });",
    );
    const alone = await sealWith();
    expect(await sealWith(poolOf({ script: dying }))).toEqual(alone);
    expect(await sealWith(poolOf({ script: join(tempDir(), 'missing.cjs') }))).toEqual(alone);
  });

  test.each([[['gitleaks']], [['regex', 'gitleaks']]])(
    'takes out what programs found under the tools %j',
    async (tools) => {
      const program = { name: 'gitleaks', version: '1', find: async () => [] };
      const under = policyOf(tools, [program]);
      const found = SETS[0]!
        .slice(0, 40)
        .map(({ secret }) => secret)
        .filter((secret) => !secret.includes('\n'));
      const alone = await sealWith(undefined, under, found);
      expect(alone.bytes).toContain('[REDACTED:secret:');
      expect(await sealWith(poolOf(), under, found)).toEqual(alone);
    },
  );

  test('refuses what is left, by line, and tells of a late secret', async () => {
    const list = new SecretList();
    const session = openSealSession({ policy, list, format: '', engine: poolOf() });
    const reading = sealedValue(session.sealStream(source))()[Symbol.asyncIterator]();
    await expect(reading.next()).rejects.toMatchObject({ code: 'OT_SEAL_UNSETTLED' });
    expect(list.size).toBeGreaterThan(0);
  });
});

test('a push sealed by threads sends what a push sealed by one sends', async () => {
  const trees: string[][] = [];
  for (const sealing of [undefined, poolOf()]) {
    const remote = await BareRemote.create();
    const anna = new SyncMachine(sealing === undefined ? {} : { sealing });
    await anna.addRemote(remote.gitDir);
    const paths = [1, 2, 3, 4, 5, 6].map((number) => plantedSession({ number, turns: 3 }).path);
    await anna.capture(...paths);
    await anna.push();
    const [ref] = (await remote.refs()).keys();
    trees.push((await remote.plainGit('ls-tree', '-r', ref!)).split('\n'));
    await expectSound([remote], [anna]);
  }
  expect(trees[1]).toEqual(trees[0]);
});
