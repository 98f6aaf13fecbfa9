import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDependencies } from '../../../src/capture/enrich/dependencies.ts';
import { expectVerified, TestBucket } from '../../support/bucket.ts';
import { tempDir } from '../../support/git-env.ts';
import { expectPure } from '../rederive.ts';

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = tempDir('git-ot-locks-');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const LOCK = JSON.stringify({
  packages: { 'node_modules/b': { version: '2.0.0' }, 'node_modules/a': { version: '1.0.0' } },
});

describe('readDependencies', () => {
  it('reads the lock files of both folders, the nearer one first, in an order that stays', async () => {
    const inner = folderWith({ 'package-lock.json': LOCK });
    const outer = folderWith({ 'package-lock.json': '{}', 'go.mod': 'require x.example/y v1.0.0' });
    expect(await readDependencies([inner, outer, inner])).toEqual({
      files: [
        { path: 'package-lock.json', ecosystem: 'npm', packages: 2 },
        { path: 'go.mod', ecosystem: 'go', packages: 1 },
      ],
      packages: [
        { name: 'a', version: '1.0.0', ecosystem: 'npm', source: 'package-lock.json' },
        { name: 'b', version: '2.0.0', ecosystem: 'npm', source: 'package-lock.json' },
        { name: 'x.example/y', version: 'v1.0.0', ecosystem: 'go', source: 'go.mod' },
      ],
    });
  });

  it('reads no link, folder or pipe, and gives null where nothing is', async () => {
    const target = folderWith({ 'package-lock.json': LOCK });
    const folder = tempDir('git-ot-locks-');
    symlinkSync(join(target, 'package-lock.json'), join(folder, 'package-lock.json'));
    mkdirSync(join(folder, 'yarn.lock'));
    execFileSync('mkfifo', [join(folder, 'Cargo.lock')]);
    expect(await readDependencies([folder, join(folder, 'nowhere'), '/dev/null'])).toBeNull();
  });

  it('is bounded', async () => {
    const many = Array.from({ length: 6000 }, (_, at) => `a${at}==1.0`).join('\n');
    const found = await readDependencies([folderWith({ 'requirements.txt': many })]);
    expect(found?.files).toEqual([{ path: 'requirements.txt', ecosystem: 'pypi', packages: 6000 }]);
    expect(found?.packages).toHaveLength(5000);
  });
});

describe('a capture where the repository is here', () => {
  const session = readFileSync(
    join(import.meta.dirname, '../../../fixtures/sessions/claude-code/basic/input.jsonl'),
  );

  it('keeps what was pinned then, through growth and mending, and derives to the same tree', async () => {
    const project = folderWith({ 'package-lock.json': LOCK });
    const file = join(tempDir('git-ot-session-'), 'input.jsonl');
    writeFileSync(file, session.subarray(0, session.indexOf('\n', 20_000) + 1));
    const bucket = await TestBucket.open();
    const describeRepository = async () => ({
      topLevel: project,
      rootCommit: null,
      head: null,
      remote: null,
    });
    const capture = (again = false) => bucket.capture([file], { project, describeRepository, again });
    await capture();
    writeFileSync(join(project, 'package-lock.json'), '{"packages":{}}');
    writeFileSync(file, session);
    await capture();
    await capture(true);
    const [traceId] = [...(await bucket.trees()).keys()];
    const pins = await (await bucket.folder(traceId!)).dependencies();
    expect(pins?.packages.map(({ name }) => name)).toEqual(['a', 'b']);
    await expectPure(bucket);
    await expectVerified(bucket);
  });

  it('has none where no repository is here', async () => {
    const bucket = await TestBucket.open();
    await bucket.capture([
      join(import.meta.dirname, '../../../fixtures/sessions/claude-code/basic/input.jsonl'),
    ]);
    for (const traceId of (await bucket.trees()).keys()) {
      expect(await (await bucket.folder(traceId)).dependencies()).toBeNull();
    }
  });
});
