/** The published Python package reads what we write. It is no dependency: a virtual environment is made for it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listTraces } from '../../src/bucket/list.ts';
import { ownShelf } from '../../src/bucket/shelves.ts';
import { captureSessions } from '../../src/capture/capture.ts';
import { getTrace, recordOf } from '../../src/trace/get.ts';
import { TestBucket } from '../support/bucket.ts';
import { tempDir } from '../support/git-env.ts';

const ROOT = join(import.meta.dirname, '../..');
const CORPUS = join(ROOT, '../shared/corpus/sessions/claude-code');
const FIXTURES = join(ROOT, 'fixtures/sessions/claude-code');
const PACKAGE = 'opentraces-schema==0.9.0';

/** Python of a fresh virtual environment with the package; null where python3 or its index is missing. */
function pythonWithSchema(): string | null {
  const folder = tempDir('git-ot-venv-');
  if (spawnSync('python3', ['-m', 'venv', folder]).status !== 0) return null;
  const python = join(folder, 'bin', 'python');
  const installed = spawnSync(python, ['-m', 'pip', 'install', '--quiet', PACKAGE], { stdio: 'ignore' });
  return installed.status === 0 ? python : null;
}

describe('the opentraces-schema package', () => {
  const python = pythonWithSchema();

  it.skipIf(python === null)('loads every record we write', async () => {
    const { bucket } = await TestBucket.open();
    const paths = [FIXTURES, ...(existsSync(CORPUS) ? [CORPUS] : [])];
    await captureSessions({ bucket, paths, describeRepository: async () => null });
    const shelves = [ownShelf(bucket)];
    const listed = await listTraces(shelves, (_, error) => {
      throw error;
    });
    const lines: string[] = [];
    let steps = 0;
    for (const { row } of listed) {
      const found = await getTrace(shelves, row.trace_id, 'all');
      lines.push(`${JSON.stringify(recordOf(found))}\n`);
      steps += found.steps.length;
    }
    const script = join(ROOT, 'test/python/load_records.py');
    const { stdout, stderr } = spawnSync(python!, [script], {
      input: lines.join(''),
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ records: listed.length, steps });
    await bucket.repository.objects.close();
  });
});
