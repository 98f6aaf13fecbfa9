import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolders } from '../../src/base/folders.ts';
import { tempDir } from '../support/git-env.ts';

describe('makeFolders', () => {
  it('makes every missing level with the mode, and leaves what is there', () => {
    const top = tempDir();
    mkdirSync(join(top, 'a'), { mode: 0o755 });
    for (let turn = 0; turn < 2; turn += 1) makeFolders(join(top, 'a', 'b', 'c'), 0o700);
    const modes = ['a', 'a/b', 'a/b/c'].map((name) => statSync(join(top, name)).mode & 0o777);
    expect(modes).toEqual([0o755, 0o700, 0o700]);
    makeFolders('/');
  });

  it('passes through a link to a folder', () => {
    const top = tempDir();
    mkdirSync(join(top, 'real'));
    symlinkSync('real', join(top, 'link'));
    makeFolders(join(top, 'link', 'a'));
    expect(statSync(join(top, 'real', 'a')).isDirectory()).toBe(true);
  });

  it('says what stands in the way', () => {
    const top = tempDir();
    writeFileSync(join(top, 'file'), '');
    symlinkSync('nowhere', join(top, 'link'));
    expect(() => makeFolders(join(top, 'file'))).toThrow('EEXIST');
    expect(() => makeFolders(join(top, 'file', 'a', 'b'))).toThrow('EEXIST');
    expect(() => makeFolders(join(top, 'link', 'a'))).toThrow(/EEXIST|ENOENT/);
  });

  it.runIf(existsSync('/proc/self'))('ends where the system makes no folders', () => {
    for (const path of ['/proc/git-ot', '/proc/git-ot/a/b'])
      expect(() => makeFolders(path)).toThrow('ENOENT');
  });
});
