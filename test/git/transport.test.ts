import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeCommit, encodeTree } from '../../src/git/object-codec.ts';
import type { HashAlgorithm, Oid } from '../../src/git/ports.ts';
import { parsePushReport, statusOf } from '../../src/git/program/push-report.ts';
import { planSteps } from '../../src/git/program/push-steps.ts';
import { initBare, openRepository, type ProgramRepository } from '../../src/git/program/repository.ts';
import { programTransport } from '../../src/git/program/transport.ts';
import { tempDir, testGit } from '../support/git-env.ts';

const git = testGit();
const REF = 'refs/opentraces/sealed/0123456789abcdef/2026-01';
const PERSON = {
  name: 'A Tester',
  email: 'tester@example.invalid',
  seconds: 1_700_000_000,
  timezone: '+0000',
};

async function makeRepository(algorithm: HashAlgorithm = 'sha1'): Promise<ProgramRepository> {
  const gitDir = join(tempDir(), 'r.git');
  await initBare(git, gitDir, { algorithm });
  return openRepository(git, gitDir);
}

/** Commits `content` on top of `parent`. */
async function commit(repository: ProgramRepository, content: string | Buffer, parent?: Oid): Promise<Oid> {
  const batch = repository.objects.batch();
  const oid = batch.put('blob', Buffer.from(content));
  const tree = batch.put('tree', encodeTree(repository.algorithm, [{ mode: '100644', name: 'file', oid }]));
  const parents = parent === undefined ? [] : [parent];
  const data = encodeCommit({ tree, parents, author: PERSON, committer: PERSON, message: 'test' });
  const made = batch.put('commit', data);
  await batch.commit();
  return made;
}

async function pair(): Promise<{ ours: ProgramRepository; theirs: ProgramRepository }> {
  return { ours: await makeRepository(), theirs: await makeRepository() };
}

const update = (oid: Oid | null, expected: Oid | null, force = false) => ({
  oid,
  remoteRef: REF,
  expected,
  force,
});

describe('transport over a path', () => {
  it('pushes, lists and fetches', async () => {
    const { ours, theirs } = await pair();
    const first = await commit(ours, 'one');
    const transport = programTransport(git, ours.gitDir);
    expect(await transport.push(theirs.gitDir, [update(first, null)])).toMatchObject([{ status: 'ok' }]);
    expect(await theirs.refs.read(REF)).toBe(first);
    expect(await transport.push(theirs.gitDir, [update(first, first)])).toMatchObject([
      { status: 'up_to_date' },
    ]);
    expect(await transport.listRemote(theirs.gitDir, 'refs/opentraces/sealed/')).toEqual([
      { name: REF, oid: first },
    ]);
    expect(await transport.listRemote(theirs.gitDir, 'refs/opentraces/seal/')).toEqual([]);
    const third = await makeRepository();
    await programTransport(git, third.gitDir).fetch(theirs.gitDir, [`+${REF}:${REF}`]);
    expect(await third.refs.read(REF)).toBe(first);
    expect((await third.objects.readPath(first, 'file'))?.data.toString()).toBe('one');
    await third.objects.close();
  });

  it('reports progress without control characters', async () => {
    const { ours, theirs } = await pair();
    const first = await commit(ours, 'one');
    const hook = join(theirs.gitDir, 'hooks');
    writeHook(hook, 'pre-receive', "printf 'hello\\033[31m there\\n' >&2");
    const lines: string[] = [];
    await programTransport(git, ours.gitDir).push(theirs.gitDir, [update(first, null)], (line) =>
      lines.push(line),
    );
    expect(lines.join('\n')).toContain('remote: hello[31m there');
    expect(lines.join('\n')).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });

  it('refuses a ref that moved since it was looked at', async () => {
    const { ours, theirs } = await pair();
    const first = await commit(ours, 'one');
    const other = await commit(ours, 'other');
    const transport = programTransport(git, ours.gitDir);
    await transport.push(theirs.gitDir, [update(first, null)]);
    expect(await transport.push(theirs.gitDir, [update(other, null)])).toMatchObject([{ status: 'stale' }]);
    const next = await commit(ours, 'next', other);
    expect(await transport.push(theirs.gitDir, [update(next, other)])).toMatchObject([{ status: 'stale' }]);
    expect(await transport.push(theirs.gitDir, [update(null, other)])).toMatchObject([{ status: 'stale' }]);
    expect(await theirs.refs.read(REF)).toBe(first);
  });

  it('rewrites history only when told to, and never without the lease', async () => {
    const { ours, theirs } = await pair();
    const first = await commit(ours, 'one');
    const rewritten = await commit(ours, 'rewritten');
    const transport = programTransport(git, ours.gitDir);
    await transport.push(theirs.gitDir, [update(first, null)]);
    expect(await transport.push(theirs.gitDir, [update(rewritten, first)])).toMatchObject([
      { status: 'non_fast_forward' },
    ]);
    expect(await theirs.refs.read(REF)).toBe(first);
    expect(await transport.push(theirs.gitDir, [update(rewritten, rewritten, true)])).toMatchObject([
      { status: 'stale' },
    ]);
    expect(await transport.push(theirs.gitDir, [update(rewritten, first, true)])).toMatchObject([
      { status: 'ok' },
    ]);
    expect(await theirs.refs.read(REF)).toBe(rewritten);
    expect(await transport.push(theirs.gitDir, [update(null, rewritten)])).toMatchObject([{ status: 'ok' }]);
    expect(await theirs.refs.read(REF)).toBeNull();
  });

  it('says when a host denies rewriting and deleting', async () => {
    const { ours, theirs } = await pair();
    await git.run(['config', 'receive.denyNonFastForwards', 'true'], { gitDir: theirs.gitDir });
    await git.run(['config', 'receive.denyDeletes', 'true'], { gitDir: theirs.gitDir });
    const first = await commit(ours, 'one');
    const rewritten = await commit(ours, 'rewritten');
    const branch = { remoteRef: 'refs/heads/month', force: true };
    const push = (oid: Oid | null, expected: Oid | null) =>
      programTransport(git, ours.gitDir).push(theirs.gitDir, [{ ...branch, oid, expected }]);
    await push(first, null);
    expect(await push(rewritten, first)).toMatchObject([{ status: 'non_fast_forward' }]);
    expect(await push(null, first)).toMatchObject([
      { status: 'rejected', reason: expect.stringContaining('deletion prohibited') },
    ]);
    expect(await theirs.refs.read(branch.remoteRef)).toBe(first);
  });
});

describe('transport and what the remote wants', () => {
  it('moves all refs of a step or none', async () => {
    const { ours, theirs } = await pair();
    const first = await commit(ours, 'one');
    const transport = programTransport(git, ours.gitDir);
    await transport.push(theirs.gitDir, [update(first, null)]);
    const good = { ...update(first, null), remoteRef: REF.replace('2026-01', '2026-02') };
    const lost = update(await commit(ours, 'other'), null);
    const results = await transport.push(theirs.gitDir, [good, lost]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'stale']);
    expect(await theirs.refs.list('refs/opentraces/')).toEqual([{ name: REF, oid: first }]);
  });

  it('falls back where the remote has no atomic pushes', async () => {
    const { ours, theirs } = await pair();
    await git.run(['config', 'receive.advertiseAtomic', 'false'], { gitDir: theirs.gitDir });
    const first = await commit(ours, 'one');
    const transport = programTransport(git, ours.gitDir);
    expect(await transport.push(theirs.gitDir, [update(first, null)])).toMatchObject([{ status: 'ok' }]);
    expect(await theirs.refs.read(REF)).toBe(first);
  });

  it("runs the remote's hooks, which may decline", async () => {
    const { ours, theirs } = await pair();
    writeHook(join(theirs.gitDir, 'hooks'), 'pre-receive', 'exit 1');
    const first = await commit(ours, 'one');
    const [result] = await programTransport(git, ours.gitDir).push(theirs.gitDir, [update(first, null)]);
    expect(result).toMatchObject({
      status: 'rejected',
      reason: expect.stringContaining('pre-receive hook declined'),
    });
  });
});

describe('push in steps', () => {
  it('cuts the history of a ref into pieces under the limit', async () => {
    const { ours, theirs } = await pair();
    const chain: Oid[] = [];
    for (let index = 0; index < 6; index += 1) {
      chain.push(await commit(ours, noise(40_000, index), chain.at(-1)));
    }
    const tip = chain.at(-1)!;
    const steps = await planSteps({ git, gitDir: ours.gitDir, limit: 100_000 }, [update(tip, null)]);
    expect(steps.map((step) => step.map(({ oid }) => chain.indexOf(oid!)))).toEqual([[0], [2], [3], [5]]);
    expect(steps[1]![0]!.expected).toBe(chain[0]);
    const transport = programTransport(git, ours.gitDir, { stepLimit: 100_000 });
    expect(await transport.push(theirs.gitDir, [update(tip, null)])).toMatchObject([
      { remoteRef: REF, status: 'ok' },
    ]);
    expect(await theirs.refs.read(REF)).toBe(tip);
    expect((await git.run(['fsck', '--full', '--strict'], { gitDir: theirs.gitDir })).code).toBe(0);
  });

  it('sends a rewrite in pieces, each leased to the one before', async () => {
    const { ours, theirs } = await pair();
    const old = await commit(ours, 'old');
    const transport = programTransport(git, ours.gitDir, { stepLimit: 50_000 });
    await transport.push(theirs.gitDir, [update(old, null)]);
    const first = await commit(ours, noise(40_000, 1));
    const tip = await commit(ours, noise(40_000, 2), first);
    expect(await transport.push(theirs.gitDir, [update(tip, old, true)])).toMatchObject([{ status: 'ok' }]);
    expect(await theirs.refs.read(REF)).toBe(tip);
  });

  it('fills one step with several small refs', async () => {
    const { ours } = await pair();
    const first = await commit(ours, 'one');
    const updates = ['2026-01', '2026-02', '2026-03'].map((month) => ({
      ...update(first, null),
      remoteRef: REF.replace('2026-01', month),
    }));
    expect(await planSteps({ git, gitDir: ours.gitDir }, updates)).toHaveLength(1);
  });
});

describe('transport failures', () => {
  it.each([
    '',
    '-u',
    '--upload-pack=touch x',
    'ext::sh -c true',
    'fd::7',
    'relative/path',
    'ssh://-oProxy=x/y',
  ])('refuses %j as a URL', async (url) => {
    const { ours } = await pair();
    const transport = programTransport(git, ours.gitDir);
    await expect(transport.listRemote(url, 'refs/x/')).rejects.toMatchObject({ code: 'OT_REMOTE_URL' });
    await expect(transport.fetch(url, [`+${REF}:${REF}`])).rejects.toMatchObject({ code: 'OT_REMOTE_URL' });
    await expect(transport.push(url, [])).rejects.toMatchObject({ code: 'OT_REMOTE_URL' });
  });

  it('keeps helpers that run commands shut when a configuration rewrites a URL', async () => {
    const { ours } = await pair();
    const marker = join(tempDir(), 'ran');
    await git.run(['config', `url.ext::touch ${marker} .insteadOf`, 'https://evil.invalid/'], {
      gitDir: ours.gitDir,
    });
    const open = testGit({ GIT_ALLOW_PROTOCOL: 'https:ext' });
    for (const program of [git, open]) {
      const transport = programTransport(program, ours.gitDir);
      await expect(transport.listRemote('https://evil.invalid/x', 'refs/x/')).rejects.toMatchObject({
        kind: 'network',
      });
    }
    expect(existsSync(marker)).toBe(false);
  });

  it('names a remote that is not there, without its password', async () => {
    const { ours } = await pair();
    const transport = programTransport(git, ours.gitDir);
    await expect(transport.listRemote(join(tempDir(), 'none.git'), 'refs/x/')).rejects.toMatchObject({
      code: 'OT_REMOTE_UNREACHABLE',
      kind: 'network',
    });
    const url = 'http://someone:hunter2@127.0.0.1:1/x.git';
    const error = await transport.listRemote(url, 'refs/x/').catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: 'OT_REMOTE_UNREACHABLE' });
    expect((error as Error).message).not.toContain('hunter2');
  });

  it('does not take a refspec for a pattern or an option', async () => {
    const { ours, theirs } = await pair();
    const transport = programTransport(git, ours.gitDir);
    for (const refspec of ['+refs/*:refs/*', 'refs/a', '--prune', `${REF}:refs/a:refs/b`, '+:refs/a']) {
      await expect(transport.fetch(theirs.gitDir, [refspec])).rejects.toMatchObject({ code: 'OT_REFSPEC' });
    }
  });

  it('refuses a repository of the other object format', async () => {
    const ours = await makeRepository('sha1');
    const theirs = await makeRepository('sha256');
    const first = await commit(ours, 'one');
    await expect(
      programTransport(git, ours.gitDir).push(theirs.gitDir, [update(first, null)]),
    ).rejects.toMatchObject({ code: 'OT_REMOTE_REJECTED', kind: 'network' });
  });
});

describe('push report', () => {
  it('reads every flag of git push --porcelain', () => {
    const report = [
      'To /somewhere',
      `=\t${'a'.repeat(40)}:refs/x/a\t[up to date]`,
      `*\t${'a'.repeat(40)}:refs/x/b\t[new reference]`,
      '-\t:refs/x/c\t[deleted]',
      `+\t${'a'.repeat(40)}:refs/x/d\taaaaaaa...bbbbbbb (forced update)`,
      ` \t${'a'.repeat(40)}:refs/x/e\taaaaaaa..bbbbbbb`,
      `!\t${'a'.repeat(40)}:refs/x/f\t[rejected] (stale info)`,
      `!\t${'a'.repeat(40)}:refs/x/g\t[remote rejected] (pre-receive hook declined)`,
      'Done',
    ].join('\n');
    expect(parsePushReport(report).map((line) => [line.remoteRef, statusOf(line)])).toEqual([
      ['refs/x/a', 'up_to_date'],
      ['refs/x/b', 'ok'],
      ['refs/x/c', 'ok'],
      ['refs/x/d', 'ok'],
      ['refs/x/e', 'ok'],
      ['refs/x/f', 'stale'],
      ['refs/x/g', null],
    ]);
  });
});

function writeHook(folder: string, name: string, body: string): void {
  const path = join(folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

/** Bytes that do not compress, the same for the same seed. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed * 2_654_435_761 + 1;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
