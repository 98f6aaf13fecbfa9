/** `init` and `config`: who is captured, and where that is written. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTracked } from '../../src/capture/live/tracking.ts';
import { gitProgram } from '../../src/git/spawn.ts';
import { placeLog } from '../support/agent-logs.ts';
import { type Machine, newMachine, ot } from '../support/cli.ts';
import { emptyRepository } from '../support/repository.ts';

const tracked = (machine: Machine) => isTracked(gitProgram({ env: machine.env }), machine.cwd);

describe('init', () => {
  it('sets up what is there, imports what was there, and enrols', async () => {
    const at = emptyRepository();
    await placeLog(at.home, 'claude-code', realpathSync(at.cwd));
    at.git('config', '--global', 'opentraces.tracking', 'manual');
    expect(await tracked(at)).toBe(false);
    const { code, reply } = await ot(at, 'init', '--import-existing');
    expect(code).toBe(0);
    expect(reply.init).toMatchObject({
      enabled: true,
      agents: ['claude-code'],
      imported: { captured: 1, failed: 0 },
      note: null,
    });
    expect(at.git('config', 'opentraces.enabled')).toBe('true');
    expect(await tracked(at)).toBe(true);
    expect((await ot(at, 'status')).reply).toMatchObject({
      capture: 'on',
      folder: { tracked: true, hooks: Array(4).fill({ installed: true }) },
      bucket: { traces: 1 },
    });
    expect(existsSync(join(at.cwd, '.opentraces.json'))).toBe(false);
    expect(await ot(at, 'bucket', 'verify')).toMatchObject({ code: 0 });
  });

  it('leaves a repository out, and tells its clones', async () => {
    const at = emptyRepository();
    writeFileSync(join(at.cwd, '.opentraces.json'), '{"team": "x"}');
    await ot(at, 'init', '--exclude', '--shared');
    expect(JSON.parse(readFileSync(join(at.cwd, '.opentraces.json'), 'utf8'))).toEqual({
      version: 1,
      team: 'x',
      excluded: true,
    });
    expect(existsSync(join(at.cwd, '.git', 'hooks', 'post-commit'))).toBe(false);
    at.git('config', '--unset', 'opentraces.enabled');
    expect(await tracked(at)).toBe(false);
    const shared = await ot(at, 'init', '--shared', '--agent', 'codex-cli');
    expect(shared.reply.init.agent_notes).toEqual([expect.stringContaining('/hooks')]);
    expect(existsSync(join(at.home, '.codex', 'hooks.json'))).toBe(true);
    at.git('config', '--unset', 'opentraces.enabled');
    expect(await tracked(at)).toBe(true);
  });

  it('enrols all the same where git hooks cannot be chained, and says what to do', async () => {
    const at = emptyRepository();
    writeFileSync(join(at.cwd, '.git', 'hooks', 'pre-push'), '#!/usr/bin/perl\n', { mode: 0o755 });
    const { code, reply } = await ot(at, 'init', '--agent', 'claude-code');
    expect(code).toBe(0);
    expect(reply.init.note).toMatchObject({ code: 'OT_HOOK_NOT_SHELL' });
    expect(existsSync(join(at.cwd, '.git', 'hooks', 'post-commit'))).toBe(true);
    writeFileSync(join(at.home, '.claude', 'settings.json'), '{ broken');
    mkdirSync(join(at.home, '.codex'));
    const partly = await ot(at, 'init');
    expect(partly).toMatchObject({ code: 0, reply: { init: { agents: ['codex-cli'] } } });
    expect(partly.reply.init.agent_notes).toContainEqual(
      expect.stringContaining('claude-code was left alone'),
    );
    expect(await ot(at, 'init', '--agent', 'claude-code')).toMatchObject({ code: 3 });
    expect(await ot(newMachine(), 'init')).toMatchObject({ code: 2 });
    expect(await ot(at, 'init', '--agent', 'nobody')).toMatchObject({ code: 2 });
  });
});

describe('config', () => {
  it('writes what git config reads, and reads what it wrote', async () => {
    const at = emptyRepository();
    expect(await ot(at, 'config', 'set', 'security.regex.enabled', 'yes')).toMatchObject({ code: 0 });
    expect(at.git('config', '--global', 'opentraces.security.regex.enabled')).toBe('true');
    at.git('config', '--global', 'opentraces.tracking', 'global');
    expect(await ot(at, 'config', 'set', 'tracking', 'manual', '--global')).toMatchObject({ code: 0 });
    expect(at.git('config', '--global', 'opentraces.tracking')).toBe('manual');
    expect((await ot(at, 'config', 'get', 'opentraces.tracking')).reply.setting).toEqual({
      name: 'opentraces.tracking',
      value: 'manual',
      scope: 'global',
    });
    expect((await ot(at, 'config', 'list')).reply.settings).toHaveLength(2);
    expect(await ot(at, 'config', 'unset', 'security.regex.enabled')).toMatchObject({ code: 0 });
    expect(await ot(at, 'config', 'get', 'security.regex.enabled')).toMatchObject({ code: 6 });
    expect(await ot(at, 'config', 'unset', 'security.regex.enabled')).toMatchObject({ code: 6 });
  });

  it('refuses names and values that mean nothing', async () => {
    const at = emptyRepository();
    expect(await ot(at, 'config', 'set', 'enabled', 'maybe')).toMatchObject({ code: 2 });
    expect(await ot(at, 'config', 'set', 'tracking', 'some')).toMatchObject({ code: 2 });
    for (const name of ['', '.x', 'a b', 'a.\n', '../x', 'a.1']) {
      expect(await ot(at, 'config', 'get', name)).toMatchObject({ code: 2 });
    }
    expect(at.git('config', '--get-regexp', '^opentraces')).toBe('');
  });

  it('is yours outside of a repository', async () => {
    const machine = newMachine();
    expect((await ot(machine, 'config', 'set', 'tracking', 'manual')).reply.setting.scope).toBe('global');
    expect(await tracked(machine)).toBe(false);
    await ot(machine, 'config', 'unset', 'tracking');
    expect(await tracked(machine)).toBe(true);
    await ot(machine, 'config', 'set', 'enabled', 'false');
    expect(await tracked(machine)).toBe(false);
    spawnSync('git', ['init', '-q'], { cwd: machine.cwd, env: machine.env });
    expect(await tracked(machine)).toBe(false);
    await ot(machine, 'init', '--agent', 'pi');
    expect(await tracked(machine)).toBe(true);
  });
});
