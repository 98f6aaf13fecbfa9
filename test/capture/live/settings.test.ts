/** Settings of an agent as people have them: edited since, invalid, linked, with other line ends. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newMachine, ot } from '../../support/cli.ts';
import { put, SETTINGS } from '../../support/settings.ts';

describe('settings of an agent', () => {
  it('keeps what was changed since, and removes a file that it made', async () => {
    const machine = newMachine();
    const path = join(machine.home, '.claude', 'settings.json');
    await ot(machine, 'setup', 'claude-code');
    await ot(machine, 'setup', 'claude-code', '--remove');
    expect(existsSync(path)).toBe(false);
    put(path, SETTINGS);
    await ot(machine, 'setup', 'claude-code');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"opus"', '"sonnet"'));
    await ot(machine, 'setup', 'claude-code', '--remove');
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain('/spool agent');
    expect(text).toContain('"sonnet"');
    expect(text).toContain('say done');
  });

  it.each([
    ['{ "hooks": { "Stop": [ }', 'OT_SETTINGS_INVALID'],
    ['[]', 'OT_SETTINGS_INVALID'],
    ['{"hooks": {"Stop": "x"}}', 'OT_SETTINGS_INVALID'],
    ['not json', 'OT_SETTINGS_INVALID'],
    ['{"hooks": {}, "hooks": {"Stop": []}}', 'OT_SETTINGS_INVALID'],
  ])('leaves %s as it is', async (text, code) => {
    const machine = newMachine();
    const path = put(join(machine.home, '.claude', 'settings.json'), text);
    expect(await ot(machine, 'setup', 'claude-code')).toMatchObject({ code: 3, reply: { error: { code } } });
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(existsSync(machine.otHome)).toBe(false);
  });

  it('writes through a symbolic link, with tabs, CRLF and a byte order mark kept', async () => {
    const machine = newMachine();
    const text = '\ufeff{\r\n\t"a": 1\r\n}\r\n';
    const target = put(join(machine.home, 'dotfiles', 'claude.json'), text);
    const path = join(machine.home, '.claude', 'settings.json');
    mkdirSync(dirname(path));
    symlinkSync(target, path);
    await ot(machine, 'setup', 'claude-code');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    const now = readFileSync(target, 'utf8');
    expect(now.startsWith('\ufeff{\r\n\t"a": 1,\r\n\t"hooks": {\r\n\t\t"')).toBe(true);
    expect(now.replaceAll('\r\n', '')).not.toContain('\n');
    await ot(machine, 'setup', 'claude-code', '--remove');
    expect(readFileSync(target, 'utf8')).toBe(text);
  });

  it('makes the file that a dangling link names, and leaves the link as it was', async () => {
    const machine = newMachine();
    const path = join(machine.home, '.claude', 'settings.json');
    mkdirSync(dirname(path));
    mkdirSync(join(machine.home, 'dotfiles'));
    symlinkSync('../dotfiles/claude.json', path);
    expect(await ot(machine, 'setup', 'claude-code')).toMatchObject({ code: 0 });
    expect(readlinkSync(path)).toBe('../dotfiles/claude.json');
    expect(readFileSync(path, 'utf8')).toContain('spool agent claude-code || :');
    expect(await ot(machine, 'setup', 'claude-code', '--remove')).toMatchObject({ code: 0 });
    expect(readlinkSync(path)).toBe('../dotfiles/claude.json');
    symlinkSync('loop', join(machine.home, '.claude', 'loop'));
    rmSync(path);
    symlinkSync('loop', path);
    expect(await ot(machine, 'setup', 'claude-code')).toMatchObject({
      code: 3,
      reply: { error: { code: 'OT_SETTINGS_UNREADABLE' } },
    });
  });

  it('refuses to replace a script of ours that somebody edited', async () => {
    const machine = newMachine();
    await ot(machine, 'setup', 'claude-code');
    writeFileSync(join(machine.otHome, 'hooks', 'spool'), '#!/bin/sh\n# mine\n');
    expect(await ot(machine, 'setup', 'claude-code')).toMatchObject({
      code: 3,
      reply: { error: { code: 'OT_FILE_FOREIGN' } },
    });
  });
});

describe('text beside our hooks', () => {
  it.each([
    ['{"a":[1,2],"hooks":{},"z":{"b":1}}', '{"a":[1,2],"hooks":{},"z":{"b":1},"mine":1}'],
    ['{\n  "a": [1,2],   "hooks": {}\n}\n', '{\n  "a": [1,2],   "hooks": {},"mine":1\n}\n'],
    ['{ "hooks": { "Stop": [ ] } }', '{ "hooks": { "Stop": [ ] },"mine":1 }'],
  ])('leaves what is beside our hooks in %s as it is written', async (text, mended) => {
    const machine = newMachine();
    const path = put(join(machine.home, '.claude', 'settings.json'), text);
    await ot(machine, 'setup', 'claude-code');
    const now = readFileSync(path, 'utf8');
    expect(JSON.parse(now)).toMatchObject({ hooks: { Stop: [{ hooks: [{ type: 'command' }] }] } });
    for (const part of text.split(/"hooks".*/s)) expect(now).toContain(part);
    writeFileSync(path, now.replace(/(\s*\}\s*)$/, ',"mine":1$1'));
    await ot(machine, 'setup', 'claude-code', '--remove');
    expect(readFileSync(path, 'utf8')).toBe(mended);
  });
});
