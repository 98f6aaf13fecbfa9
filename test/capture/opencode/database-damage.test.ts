/** Whatever bytes a database consists of, reading it ends, and fails as a file does. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OtError } from '../../../src/base/errors.ts';
import { isFileError } from '../../../src/capture/file-error.ts';
import { opencodeDatabase } from '../../../src/capture/opencode/database.ts';
import { tempDir } from '../../support/git-env.ts';
import { type Mutation, mutate, mutation } from '../shared/damage.ts';
import { fixture, writeDatabase } from './stores.ts';

const SEED = 20_260_205;
const RUNS = 150;

/** Lines of all sessions, or the failure. */
async function readAll(path: string): Promise<number | OtError> {
  try {
    if (!(await opencodeDatabase.detect(readFileSync(path).subarray(0, 4096), path))) return 0;
    let lines = 0;
    for (const session of await opencodeDatabase.sessions(path)) {
      if (session instanceof OtError) continue;
      for await (const piece of session.input.read())
        lines += piece.toString('latin1').split('\n').length - 1;
    }
    return lines;
  } catch (error) {
    if (isFileError(error)) return error;
    throw error;
  }
}

test(`a damaged database (seed ${SEED}, ${RUNS} runs)`, async () => {
  const whole = readFileSync(await writeDatabase(fixture('rows/input.jsonl')));
  const path = join(tempDir('git-ot-damage-'), 'opencode.db');
  writeFileSync(path, whole);
  expect(await readAll(path)).toBe(fixture('rows/input.jsonl').toString('utf8').trimEnd().split('\n').length);
  const overwrite = mutation.map((change): Mutation => ({ ...change, kind: 'replace' }));
  const damage = fc.array(fc.oneof({ weight: 4, arbitrary: overwrite }, mutation), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(damage, async (mutations) => {
      writeFileSync(path, mutations.reduce(mutate, whole));
      const outcome = await readAll(path);
      expect(outcome instanceof OtError || outcome >= 0).toBe(true);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
