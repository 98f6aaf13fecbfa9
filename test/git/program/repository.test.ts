import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryRepository } from '../../../src/git/memory.ts';
import { initBare, openRepository } from '../../../src/git/program/repository.ts';
import { tempDir, testGit } from '../../support/git-env.ts';

const git = testGit();

describe('making a repository', () => {
  it('writes settings that git reads back', async () => {
    const gitDir = join(tempDir(), 'deep/er/r.git');
    const url = 'a "quoted" \\ value # with\nlines';
    await initBare(git, gitDir, {
      algorithm: 'sha256',
      config: { 'remote.a.b "c.url': url, 'push.default': 'nothing' },
    });
    const get = async (name: string) =>
      (await git.text(['config', '--null', '--get', name], { gitDir })).slice(0, -1);
    expect(await get('remote.a.b "c.url')).toBe(url);
    expect(await get('push.default')).toBe('nothing');
    expect(await get('core.logAllRefUpdates')).toBe('false');
    expect(await get('gc.auto')).toBe('0');
    expect(await git.text(['rev-parse', '--is-bare-repository', '--show-object-format'], { gitDir })).toBe(
      'true\nsha256\n',
    );
    expect(existsSync(join(gitDir, 'hooks'))).toBe(false);
  });

  it('does not make HEAD a link, as the user may have asked of git, and opens one with such a HEAD', async () => {
    const config = join(tempDir(), 'config');
    writeFileSync(config, '[core]\n\tpreferSymlinkRefs = true\n');
    const linking = testGit({ GIT_CONFIG_GLOBAL: config });
    const gitDir = join(tempDir(), 'r.git');
    await initBare(linking, gitDir, { algorithm: 'sha1' });
    expect(lstatSync(join(gitDir, 'HEAD')).isFile()).toBe(true);
    rmSync(join(gitDir, 'HEAD'));
    symlinkSync('refs/heads/main', join(gitDir, 'HEAD'));
    const repository = await openRepository(linking, gitDir);
    expect(await repository.refs.list('refs/')).toEqual([]);
    await repository.objects.close();
  });

  it('keeps the repository of whoever was faster', async () => {
    const gitDir = join(tempDir(), 'r.git');
    await initBare(git, gitDir, { algorithm: 'sha1' });
    writeFileSync(join(gitDir, 'marker'), '');
    await initBare(git, gitDir, { algorithm: 'sha1' });
    expect(existsSync(join(gitDir, 'marker'))).toBe(true);
    expect(readdirSync(join(gitDir, '..'))).toEqual(['r.git']);
  });

  it('leaves a folder of other things alone', async () => {
    const folder = join(tempDir(), 'r.git');
    mkdirSync(folder);
    writeFileSync(join(folder, 'precious'), '');
    await expect(initBare(git, folder, { algorithm: 'sha1' })).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['precious']);
    expect(readdirSync(join(folder, '..'))).toEqual(['r.git']);
  });
});

describe('opening a repository', () => {
  it('starts no process', async () => {
    const gitDir = join(tempDir(), 'r.git');
    await initBare(git, gitDir, { algorithm: 'sha256' });
    const forbidden = () => {
      throw new Error('a process was started');
    };
    const idle = { run: forbidden, text: forbidden, start: forbidden };
    const repository = await openRepository(idle as never, gitDir);
    expect(repository.algorithm).toBe('sha256');
    expect(await repository.refs.list('refs/')).toEqual([]);
    await repository.objects.close();
  });

  it.each([
    '[extensions]\n\tobjectformat = sha256\n',
    '[Extensions]\nobjectFormat="SHA256" ; why\n',
    '[extensions] objectFormat = sha256\n',
  ])('reads the hash however it is written: %j', async (lines) => {
    const gitDir = join(tempDir(), 'r.git');
    await initBare(git, gitDir, { algorithm: 'sha1' });
    appendFileSync(join(gitDir, 'config'), lines);
    expect((await openRepository(git, gitDir)).algorithm).toBe('sha256');
  });

  it('refuses what is no repository, and a ref format it does not know', async () => {
    await expect(openRepository(git, tempDir())).rejects.toMatchObject({ code: 'OT_NOT_A_REPOSITORY' });
    await expect(openRepository(git, join(tempDir(), 'gone'))).rejects.toMatchObject({
      code: 'OT_NOT_A_REPOSITORY',
    });
    const gitDir = join(tempDir(), 'r.git');
    await initBare(git, gitDir, { algorithm: 'sha1' });
    appendFileSync(join(gitDir, 'config'), '[extensions]\n\trefStorage = reftable\n');
    await expect(openRepository(git, gitDir)).rejects.toMatchObject({ code: 'OT_REPOSITORY_FORMAT' });
  });

  it('gives each repository in memory a store of its own', async () => {
    const [first, second] = [memoryRepository('sha1'), memoryRepository('sha1')];
    const batch = first.objects.batch();
    const oid = batch.put('blob', Buffer.from('x'));
    expect(await first.objects.read(oid)).toBeNull();
    await batch.commit();
    expect(await first.objects.read(oid)).not.toBeNull();
    expect(await second.objects.read(oid)).toBeNull();
  });
});
