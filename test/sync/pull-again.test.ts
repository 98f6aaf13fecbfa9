/** A pulled trace whose objects are not here says so, and the command it names brings them. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newMachine, ROOT, runInProcess } from '../support/cli.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'usage', 'input.jsonl');

/** A trace captured on one machine and pulled by another. */
async function pulledTrace() {
  const [here, there] = [newMachine(), newMachine()];
  const remote = join(here.home, 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', remote], { env: here.env });
  const run = async (machine: typeof here, ...argv: string[]) => {
    const { code, stdout } = await runInProcess([...argv, '--json'], { machine });
    return { code, document: JSON.parse(stdout) };
  };
  const text = async (machine: typeof here, ...argv: string[]) =>
    (await runInProcess(argv, { machine })).stdout;
  await run(here, 'capture', SESSION);
  for (const machine of [here, there]) await run(machine, 'bucket', 'remote', 'add', 'team', remote);
  await run(here, 'bucket', 'remote', 'push', '--yes');
  await run(there, 'bucket', 'remote', 'pull');
  const id: string = (await run(there, 'trace', 'list')).document.traces[0].trace_id;
  return { run, text, there, id };
}

it('a pulled trace that lost a part is whole again after pull --again', async () => {
  const { run, text, there, id } = await pulledTrace();
  const before = (await run(there, 'trace', 'get', id)).document;

  loseSteps(join(there.otHome, 'remotes', 'team.git'), id, there.env);
  for (const argv of [
    ['get', id],
    ['export', id, '--format', 'markdown'],
  ]) {
    expect(await run(there, 'trace', ...argv)).toMatchObject({
      code: 5,
      document: {
        error: { code: 'OT_OBJECT_MISSING', hint: 'fetch it: git ot bucket remote pull team --again' },
      },
    });
  }
  for (const argv of [
    ['map', id],
    ['slice', id, '--around-step', '1'],
  ]) {
    expect(await run(there, 'trace', ...argv)).toMatchObject({
      code: 0,
      document: {
        limitations: [{ code: 'steps_missing', count: before.trace.metrics.total_steps }],
        next_steps: ['git ot bucket remote pull team --again'],
      },
    });
    expect(await text(there, 'trace', ...argv)).toContain('not here: ');
  }
  expect((await run(there, 'bucket', 'remote', 'pull', 'team', '--again')).code).toBe(0);
  expect((await run(there, 'trace', 'get', id)).document).toEqual(before);
  expect((await run(there, 'bucket', 'verify', '--full')).code).toBe(0);
});

it('the steps of such a trace are found after pull --again, and missed with a word before', async () => {
  const { run, text, there, id } = await pulledTrace();
  const found = (await run(there, 'trace', 'query', 'runtime')).document;
  expect(found.total).toBeGreaterThan(0);
  loseSteps(join(there.otHome, 'remotes', 'team.git'), id, there.env);
  rmSync(join(there.otHome, 'cache'), { recursive: true });

  const fix = 'git ot bucket remote pull team --again';
  for (const indexed of [1, 1, 0]) {
    expect((await run(there, 'trace', 'query', 'runtime')).document).toMatchObject({
      total: 0,
      search_diagnostics: { indexed },
      freshness: { stale: false, incomplete: 1, incomplete_fix: fix, rebuild_recommended: false },
      next_steps: [fix],
    });
  }
  expect(await text(there, 'trace', 'query', 'runtime')).toContain('parts of 1 trace are');
  expect(await text(there, 'trace', 'query', 'runtime')).toContain(fix);

  expect((await run(there, 'bucket', 'remote', 'pull', 'team', '--again')).code).toBe(0);
  const { document } = await run(there, 'trace', 'query', 'runtime');
  expect(document).toMatchObject({
    total: found.total,
    candidates: found.candidates,
    freshness: { incomplete: 0, incomplete_reason: null, incomplete_fix: null },
  });
});

/** Takes the packs apart and removes the first segment of steps. */
function loseSteps(gitDir: string, id: string, env: Readonly<Record<string, string>>): void {
  const git = (argv: readonly string[], input?: Buffer): string =>
    execFileSync('git', [`--git-dir=${gitDir}`, ...argv], {
      env,
      encoding: 'utf8',
      ...(input ? { input } : {}),
    }).trim();
  const ref = git(['for-each-ref', '--format=%(refname)']);
  const oid = git(['rev-parse', `${ref}:traces/${id.slice(0, 2)}/${id}/steps/00001.${id.slice(-6)}`]);
  const folder = join(gitDir, 'objects', 'pack');
  const packs = readdirSync(folder)
    .filter((name) => name.endsWith('.pack'))
    .map((name) => readFileSync(join(folder, name)));
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const pack of packs) git(['unpack-objects', '-q'], pack);
  rmSync(join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2)));
}
