/** What lock files pinned travels with the trace, sealed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newMachine, ROOT, runInProcess } from '../support/cli.ts';

const SESSION = join(ROOT, 'fixtures', 'sessions', 'claude-code', 'usage', 'input.jsonl');
const SECRET = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';

it('a pulled trace tells what was pinned, and no secret that stood in a lock file', async () => {
  const [here, there] = [newMachine(), newMachine()];
  const project = join(here.home, 'project');
  mkdirSync(project);
  execFileSync('git', ['init', '-q', project], { env: here.env });
  const packages = { 'node_modules/left-pad': { version: '1.3.0' }, 'node_modules/odd': { version: SECRET } };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify({ packages }));
  const run = async (machine: typeof here, ...argv: string[]) => {
    const outcome = await runInProcess([...argv, '--json'], { machine });
    expect(outcome.code, `${argv.join(' ')}\n${outcome.stdout.slice(0, 300)}`).toBe(0);
    return JSON.parse(outcome.stdout);
  };
  await run(here, 'capture', SESSION, '--project', project);
  const [{ trace_id: id }] = (await run(here, 'trace', 'list')).traces;
  const own = (await run(here, 'trace', 'get', id)).trace;
  expect(own.environment.resolved_dependencies).toEqual([
    { name: 'left-pad', version: '1.3.0', source: 'package-lock.json' },
    { name: 'odd', version: SECRET, source: 'package-lock.json' },
  ]);
  const remote = join(here.home, 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', remote], { env: here.env });
  for (const machine of [here, there]) await run(machine, 'bucket', 'remote', 'add', 'team', remote);
  await run(here, 'bucket', 'remote', 'push', '--yes');
  await run(there, 'bucket', 'remote', 'pull');
  const { trace } = await run(there, 'trace', 'get', id);
  expect(trace.dependencies).toEqual(['left-pad', 'odd']);
  expect(JSON.stringify(trace)).not.toContain(SECRET);
  for (const machine of [here, there]) await run(machine, 'bucket', 'verify', '--full');
});
