/**
 * Runs every user story of this folder, and the README's, with the built program as `git ot`.
 * `UPDATE_TRANSCRIPTS=1 npx vitest run test/transcripts` writes what was printed into the files.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binFolder, type Machine, newMachine, ROOT, runProgram } from '../support/cli.ts';
import { IDENTITY } from '../support/git-env.ts';
import {
  matchesLines,
  outputLines,
  parseTranscript,
  type TranscriptStep,
  updatedLines,
} from '../support/transcript.ts';

const FOLDER = join(ROOT, 'test', 'transcripts');
const FILES = [
  join(ROOT, 'README.md'),
  ...readdirSync(FOLDER)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => join(FOLDER, name)),
];
const UPDATE = process.env.UPDATE_TRANSCRIPTS === '1';

describe.each(FILES)('%s', (path) => {
  it('happens as it is told', async () => {
    const text = readFileSync(path, 'utf8');
    const steps = parseTranscript(text);
    expect(steps.length).toBeGreaterThan(0);
    const machine = await storyMachine();
    const lines = text.split('\n');
    let shift = 0;
    for (const step of steps) {
      const { output, code } = await type(step.command, machine);
      const actual = outputLines(output);
      if (UPDATE) {
        const [start, end] = step.span;
        const update = updatedLines(step, actual, code);
        lines.splice(start + shift, end - start, ...update);
        shift += update.length - (end - start);
      } else {
        assertStep(step, actual, code);
      }
    }
    if (UPDATE) writeFileSync(path, lines.join('\n'));
  });
});

/** Shows the difference as lines when a step did not go as told. */
function assertStep(step: TranscriptStep, actual: readonly string[], code: number): void {
  const shown = [...actual, `(exit ${code})`];
  if (matchesLines(step.expected, actual) && code === step.exit) return;
  expect(shown, `$ ${step.command}`).toEqual([...step.expected, `(exit ${step.exit})`]);
  throw new Error(`the placeholders of '${step.command}' do not match`);
}

/** A machine whose work folder holds our fixture sessions as `sessions/`. */
async function storyMachine(): Promise<Machine> {
  const bin = await binFolder();
  const machine = newMachine({ ...IDENTITY, COLUMNS: '100' });
  cpSync(join(ROOT, 'fixtures', 'sessions', 'claude-code'), join(machine.cwd, 'sessions'), {
    recursive: true,
  });
  return { ...machine, env: { ...machine.env, PATH: `${bin}${delimiter}${machine.env.PATH}` } };
}

/** stdout and stderr as one stream, home and work folder shown as `~` and `.`. */
async function type(command: string, machine: Machine): Promise<{ output: string; code: number }> {
  const { code, stdout } = await runProgram('/bin/sh', ['-c', `exec 2>&1\n${command}`], { machine });
  const output = stdout.replaceAll(machine.cwd, '.').replaceAll(machine.home, '~');
  return { output, code };
}
