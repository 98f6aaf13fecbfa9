/** `git ot setup`: what it adds, what it leaves alone, and that taking it out leaves no trace. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Machine, newMachine, ot, ROOT } from '../../support/cli.ts';
import { IDENTITY } from '../../support/git-env.ts';
import { put, SETTINGS } from '../../support/settings.ts';

/** Every file below a folder with mode and content. */
function snapshot(folder: string): unknown {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const path = join(folder, name);
    const stats = lstatSync(path);
    return [name, stats.mode, stats.isFile() ? readFileSync(path, 'utf8') : ''];
  });
}

it('lists the digest of every hook that is shipped', () => {
  const folder = join(ROOT, 'hooks');
  const listed = readFileSync(join(folder, 'shipped.txt'), 'utf8').split('\n');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /^(?:git|agents)\/|^(?:spool|pre-push)$/.test(name) && statSync(join(folder, name)).isFile(),
  );
  for (const name of files) {
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    expect(listed).toContain(`${digest} ${name}`);
  }
  expect(files).toContain('git/post-rewrite');
});

describe('setup of an agent', () => {
  it.each([
    ['claude-code', '.claude/settings.json', 6],
    ['codex-cli', '.codex/hooks.json', 3],
    ['gemini-cli', '.gemini/settings.json', 4],
  ])('%s: adds its hooks once, and takes them out to the byte', async (agent, file, events) => {
    const machine = newMachine();
    const path = put(join(machine.home, file), SETTINGS, 0o640);
    const dry = await ot(machine, 'setup', agent, '--dry-run');
    expect(dry.reply.setup.changes.map(({ action }: { action: string }) => action)).toEqual([
      'create',
      'create',
      'create',
      'change',
    ]);
    expect(readFileSync(path, 'utf8')).toBe(SETTINGS);
    expect(existsSync(machine.otHome)).toBe(false);
    expect(await ot(machine, 'setup', agent)).toMatchObject({ code: 0 });
    const text = readFileSync(path, 'utf8');
    expect(text.match(new RegExp(`hooks'/spool agent ${agent} \\|\\| :"`, 'g'))).toHaveLength(events);
    for (const part of ['// mine', '/* kept */', '// a bell', 'say done', '"model": "opus",']) {
      expect(text).toContain(part);
    }
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(statSync(machine.otHome).mode & 0o777).toBe(0o700);
    expect(statSync(join(machine.otHome, 'hooks', 'spool')).mode & 0o777).toBe(0o755);
    await ot(machine, 'setup', agent);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readFileSync(`${path}.before-git-ot`, 'utf8')).toBe(SETTINGS);
    await ot(machine, 'setup', agent, '--remove');
    expect(readFileSync(path, 'utf8')).toBe(SETTINGS);
    expect(existsSync(`${path}.before-git-ot`)).toBe(false);
  });
});

describe('setup of an agent with extensions', () => {
  it.each([
    ['pi', '.pi/agent/extensions/git-ot.ts'],
    ['copilot-cli', '.copilot/hooks/git-ot.json'],
    ['opencode', '.config/opencode/plugins/git-ot.js'],
  ])('%s: puts a file of its own there, and takes back only that', async (agent, file) => {
    const machine = newMachine();
    const path = join(machine.home, file);
    expect(await ot(machine, 'setup', agent)).toMatchObject({ code: 0 });
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(join(machine.otHome, 'hooks'));
    await ot(machine, 'setup', agent);
    expect(readFileSync(path, 'utf8')).toBe(text);
    writeFileSync(path, text.replace('spool', 'mine'));
    expect(await ot(machine, 'setup', agent, '--remove')).toMatchObject({
      code: 3,
      reply: { error: { code: 'OT_FILE_FOREIGN' } },
    });
    writeFileSync(path, text);
    expect(await ot(machine, 'setup', agent, '--remove')).toMatchObject({ code: 0 });
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    [
      'pi',
      '.pi/agent/extensions/git-ot.ts',
      `import extend from './extension.mjs';
      const ctx = { cwd: process.cwd(), sessionManager: { getSessionFile: () => '/w/log.jsonl' } };
      extend({ on: (event, handler) => event === 'agent_end' && handler({}, ctx) });`,
      '"transcript_path":"/w/log.jsonl"',
    ],
    [
      'opencode',
      '.config/opencode/plugins/git-ot.js',
      `import { GitOt } from './extension.mjs';
      const { event } = await GitOt({ directory: process.cwd() });
      await event({ event: { type: 'session.updated', properties: {} } });
      await event({ event: { type: 'session.idle', properties: { sessionID: 'ses_1' } } });`,
      '"session_id":"ses_1"',
    ],
    [
      'opencode',
      '.config/opencode/plugins/git-ot.js',
      `import { GitOt } from './extension.mjs';
      const { event } = await GitOt({ directory: process.cwd() });
      const created = (info) => event({ event: { type: 'session.created', properties: { info } } });
      await created({ id: 'ses_2', parentID: 'ses_1' });
      await created({ id: 'ses_1' });`,
      '"session_id":"ses_1"',
      'SessionStart',
    ],
  ])('the extension of %s notes what happens', async (agent, file, host, expected, event = 'Stop') => {
    const machine = newMachine();
    await ot(machine, 'setup', agent);
    put(join(machine.home, 'extension.mjs'), readFileSync(join(machine.home, file), 'utf8'));
    const spool = join(machine.otHome, 'spool');
    put(join(spool, 'drain'), `${process.pid}\n`);
    const script = put(join(machine.home, 'host.mjs'), host);
    const options = { env: machine.env, cwd: machine.cwd };
    expect(spawnSync(process.execPath, [script], options)).toMatchObject({ status: 0 });
    const notes = () => readdirSync(spool).filter((name) => name.startsWith('event-'));
    const text = () => notes().map((name) => readFileSync(join(spool, name), 'utf8'));
    await expect.poll(text, { timeout: 10_000 }).toMatchObject([expect.stringMatching(/\}$/)]);
    const [note = ''] = text();
    expect(note).toContain(`name ${agent}\n`);
    expect(note).toContain(`{"hook_event_name":"${event}",`);
    expect(note).toContain(expected);
  });

  it('writes places with quotes in them as each format needs it', async () => {
    const machine = newMachine();
    const otHome = join(machine.home, `o't "q" \\ ü`);
    const odd = { ...machine, otHome, env: { ...machine.env, OT_HOME: otHome } };
    for (const agent of ['claude-code', 'pi', 'copilot-cli']) await ot(odd, 'setup', agent);
    const copilot = JSON.parse(readFileSync(join(machine.home, '.copilot/hooks/git-ot.json'), 'utf8'));
    const claude = JSON.parse(readFileSync(join(machine.home, '.claude/settings.json'), 'utf8'));
    for (const command of [copilot.hooks.agentStop[0].bash, claude.hooks.Stop[0].hooks[0].command]) {
      mkdirSync(join(otHome, 'spool'), { recursive: true });
      writeFileSync(join(otHome, 'spool', 'drain'), `${process.pid}\n`);
      expect(spawnSync('sh', ['-c', command], { input: '{}', env: odd.env })).toMatchObject({ status: 0 });
    }
    expect(readdirSync(join(otHome, 'spool')).filter((name) => name.startsWith('event-'))).toHaveLength(2);
    const pi = readFileSync(join(machine.home, '.pi/agent/extensions/git-ot.ts'), 'utf8');
    expect(pi).toContain(`const HOOKS = ${JSON.stringify(join(otHome, 'hooks'))};`);
    expect(await ot(odd, 'setup', 'uninstall')).toMatchObject({ code: 0 });
    expect(existsSync(join(machine.home, '.pi/agent/extensions/git-ot.ts'))).toBe(false);
    expect(existsSync(join(machine.home, '.copilot/hooks/git-ot.json'))).toBe(false);
  });
});

/** A machine whose current folder is a repository with one commit. */
function repository(): Machine & { git: (...args: string[]) => ReturnType<typeof spawnSync> } {
  const machine = newMachine();
  const git = (...args: string[]) =>
    spawnSync('git', args, { cwd: machine.cwd, env: { ...machine.env, ...IDENTITY }, encoding: 'utf8' });
  git('init', '-q', '-b', 'main');
  git('commit', '-q', '--allow-empty', '-m', 'one');
  return { ...machine, git };
}

describe('setup git', () => {
  it('chains in hooks that are there, and takes itself out to the byte', async () => {
    const at = repository();
    const folder = join(at.cwd, '.git', 'hooks');
    put(
      join(folder, 'post-commit'),
      '#!/usr/bin/env bash\nset -e\necho hook-ran >>"$PWD/log"\nexit 0',
      0o755,
    );
    put(join(folder, 'pre-push'), '#!/bin/sh\ncat >refs-seen\n', 0o755);
    const before = snapshot(folder);
    expect(await ot(at, 'setup', 'git')).toMatchObject({ code: 0 });
    expect(await ot(at, 'setup', 'git')).toMatchObject({ code: 0 });
    at.git('commit', '-q', '--allow-empty', '-m', 'two');
    expect(readFileSync(join(at.cwd, 'log'), 'utf8')).toBe('hook-ran\n');
    expect(readdirSync(join(at.otHome, 'spool')).some((name) => name.startsWith('event-'))).toBe(true);
    at.git('init', '-q', '--bare', '../there.git');
    expect(at.git('push', '../there.git', 'main')).toMatchObject({ status: 0 });
    expect(readFileSync(join(at.cwd, 'refs-seen'), 'utf8')).toMatch(/^refs\/heads\/main [0-9a-f]{40} /);
    await ot(at, 'setup', 'git', '--remove');
    expect(snapshot(folder)).toEqual(before);
  });

  it('keeps evidence out of remotes that are none of the bucket', async () => {
    const at = repository();
    await ot(at, 'setup', 'git');
    at.git('init', '-q', '--bare', '../there.git');
    at.git('update-ref', 'refs/opentraces/x', 'HEAD');
    const refused = at.git('push', '--mirror', '../there.git');
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain('refusing to push refs/opentraces/x');
    expect(at.git('push', '../there.git', 'main')).toMatchObject({ status: 0 });
  });

  it('finds the hooks of work trees, submodules, bare repositories and core.hooksPath', async () => {
    const at = repository();
    at.git('worktree', 'add', '-q', '-b', 'side', '../side ä');
    expect(await ot({ ...at, cwd: join(at.home, 'side ä') }, 'setup', 'git')).toMatchObject({ code: 0 });
    expect(existsSync(join(at.cwd, '.git', 'hooks', 'post-commit'))).toBe(true);
    at.git('init', '-q', '--bare', '../bare.git');
    await ot({ ...at, cwd: join(at.home, 'bare.git') }, 'setup', 'git');
    expect(existsSync(join(at.home, 'bare.git', 'hooks', 'pre-push'))).toBe(true);
    at.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', join(at.home, 'work'), 'sub');
    await ot({ ...at, cwd: join(at.cwd, 'sub') }, 'setup', 'git');
    expect(existsSync(join(at.cwd, '.git', 'modules', 'sub', 'hooks', 'post-commit'))).toBe(true);
    at.git('config', 'core.hooksPath', '../my hooks');
    await ot(at, 'setup', 'git');
    expect(existsSync(join(at.home, 'my hooks', 'post-commit'))).toBe(true);
    const state = await ot(at, 'setup', 'uninstall');
    expect(state.code).toBe(0);
    for (const folder of ['my hooks', 'work/.git/hooks', 'work/.git/modules/sub/hooks', 'bare.git/hooks']) {
      expect(existsSync(join(at.home, folder, 'post-commit')), folder).toBe(false);
      expect(existsSync(join(at.home, folder, 'pre-push')), folder).toBe(false);
    }
  });

  it('adds to hooks of husky that git ignores, and leaves tracked ones alone', async () => {
    const at = repository();
    at.git('config', 'core.hooksPath', '.husky/_');
    const ignored = put(
      join(at.cwd, '.husky', '_', 'post-commit'),
      '#!/usr/bin/env sh\n. .husky/_/h\n',
      0o755,
    );
    expect(await ot(at, 'setup', 'git')).toMatchObject({
      code: 3,
      reply: { error: { code: 'OT_HOOKS_TRACKED' } },
    });
    put(join(at.cwd, '.husky', '_', '.gitignore'), '*\n');
    expect(await ot(at, 'setup', 'git')).toMatchObject({ code: 0 });
    expect(readFileSync(ignored, 'utf8')).toMatch(/^#!\/usr\/bin\/env sh\n# >>> git-ot post-commit 1 >>>/);
    expect(at.git('status', '--porcelain').stdout).toBe('');
  });
});

describe('setup git on hooks it cannot chain into', () => {
  it.each([
    ['a hook in Python', '#!/usr/bin/env python3\nprint(1)\n', 0o755, 'OT_HOOK_NOT_SHELL'],
    ['a hook that is switched off', '#!/bin/sh\n', 0o644, 'OT_HOOK_DISABLED'],
    [
      'a block that was edited',
      '#!/bin/sh\n# >>> git-ot post-commit 1 >>>\nmine\n# <<< git-ot <<<\n',
      0o755,
      'OT_HOOK_FOREIGN',
    ],
  ])('leaves %s alone and shows what to do', async (_, text, mode, code) => {
    const at = repository();
    const path = put(join(at.cwd, '.git', 'hooks', 'post-commit'), text, mode);
    const { code: exit, reply } = await ot(at, 'setup', 'git');
    expect({ exit, code: reply.error.code }).toEqual({ exit: 3, code });
    expect(reply.error.hint).not.toBeNull();
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('setup git beside a hook in another language', () => {
  it('sets up the others, shows how to start ours from it, and knows when that is done', async () => {
    const at = repository();
    const folder = join(at.cwd, '.git', 'hooks');
    const text = '#!/usr/bin/env node\n// mine\n';
    const hook = put(join(folder, 'post-commit'), text, 0o755);
    const before = snapshot(folder);
    const { code, reply } = await ot(at, 'setup', 'git');
    expect([code, reply.error.code]).toEqual([3, 'OT_HOOK_NOT_SHELL']);
    expect(reply.setup.changes).toContainEqual({ path: join(folder, 'pre-push'), action: 'create' });
    expect(readFileSync(hook, 'utf8')).toBe(text);
    const installed = async () =>
      (await ot(at, 'status')).reply.folder.hooks.map(({ installed: is }: { installed: boolean }) => is);
    expect(await installed()).toEqual([false, true, true, true]);
    const { findings } = (await ot(at, 'doctor')).reply;
    expect(findings).toContainEqual(expect.objectContaining({ code: 'hook_missing', path: hook }));

    const call = reply.error.hint.replace(/^.*: (?=')/, '');
    put(hook, `${text}require('node:child_process').execSync(${JSON.stringify(call)});\n`, 0o755);
    expect(await installed()).toEqual([true, true, true, true]);
    put(join(at.otHome, 'spool', 'drain'), `${process.pid}\n`);
    expect(at.git('commit', '-q', '--allow-empty', '-m', 'two').status).toBe(0);
    const notes = readdirSync(join(at.otHome, 'spool')).filter((name) => name.startsWith('event-'));
    expect(notes).toHaveLength(1);

    put(hook, text, 0o755);
    expect(await ot(at, 'setup', 'uninstall', '--purge', '--yes')).toMatchObject({ code: 0 });
    expect(snapshot(folder)).toEqual(before);
  });
});

describe('completions and skill', () => {
  it('are put where shells and agents look, and taken out by uninstall', async () => {
    const machine = newMachine();
    expect(await ot(machine, 'setup', 'completions')).toMatchObject({ code: 0 });
    expect(await ot(machine, 'setup', 'skill', '--agent', 'pi')).toMatchObject({ code: 0 });
    const files = [
      '.local/share/bash-completion/completions/git-ot',
      '.local/share/zsh/site-functions/_git-ot',
      '.config/fish/completions/git-ot.fish',
      '.config/fish/conf.d/git-ot.fish',
      '.pi/agent/skills/git-ot/SKILL.md',
    ].map((file) => join(machine.home, file));
    expect(files.map((file) => existsSync(file))).toEqual(files.map(() => true));
    expect(existsSync(join(machine.home, '.claude'))).toBe(false);
    expect(await ot(machine, 'setup', 'completions', '--shell', 'tcsh')).toMatchObject({ code: 2 });
    await ot(machine, 'setup', 'uninstall');
    expect(files.map((file) => existsSync(file))).toEqual(files.map(() => false));
  });

  it('complete the words of commands in bash, behind git and alone', () => {
    const bin = newMachine().cwd;
    const overview = '  trace list      list\n  trace get       get\n  setup pi        set up\n';
    put(join(bin, 'git-ot'), `#!/bin/sh\nprintf '${overview}'\n`, 0o755);
    const complete = (...words: string[]) => {
      const script = `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        if [ "$1" = git ]; then _git_ot; else __git_ot_program; fi; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const file = join(ROOT, 'hooks', 'completions', 'git-ot.bash');
      const env = { PATH: `${bin}:/usr/bin:/bin` };
      return spawnSync('bash', ['-c', script, file, ...words], { env, encoding: 'utf8' }).stdout.trim();
    };
    expect(complete('git-ot', 'tr')).toBe('trace');
    expect(complete('git-ot', 'trace', '')).toBe('get\nlist');
    expect(complete('git', '-C', 'x', 'ot', 'setup', 'p')).toBe('pi');
    expect(complete('git-ot', 'trace', 'get', '--js')).toBe('--json');
  });
});

describe('setup uninstall', () => {
  it('leaves alone what somebody edited or broke, tells of it, and takes out all else', async () => {
    const at = repository();
    for (const target of ['claude-code', 'pi', 'copilot-cli', 'git']) await ot(at, 'setup', target);
    const broken = put(join(at.home, '.claude', 'settings.json'), '{"hooks": ');
    const edited = join(at.home, '.pi', 'agent', 'extensions', 'git-ot.ts');
    put(edited, `${readFileSync(edited, 'utf8')}// mine\n`);
    const hook = join(at.cwd, '.git', 'hooks', 'post-commit');
    const ours = readFileSync(hook, 'utf8');
    put(hook, ours.replace('git post-commit', 'git mine'), 0o755);

    const { code, reply } = await ot(at, 'setup', 'uninstall');
    expect([code, reply.error.code]).toEqual([3, 'OT_SETUP_LEFT']);
    for (const path of [broken, edited, hook]) expect(reply.error.hint).toContain(path);
    expect([broken, edited, hook].map((path) => existsSync(path))).toEqual([true, true, true]);
    expect(existsSync(join(at.home, '.copilot', 'hooks', 'git-ot.json'))).toBe(false);
    expect(existsSync(join(at.otHome, 'hooks', 'spool'))).toBe(false);

    put(hook, ours, 0o755);
    put(broken, '{}');
    put(edited, readFileSync(edited, 'utf8').replace('// mine\n', ''));
    expect(await ot(at, 'setup', 'uninstall')).toMatchObject({ code: 0 });
    expect([edited, hook, at.otHome].map((path) => existsSync(path))).toEqual([false, false, false]);
  });

  it('leaves no folder of ours behind', async () => {
    const machine = newMachine();
    for (const target of ['claude-code', 'skill']) await ot(machine, 'setup', target);
    expect(await ot(machine, 'setup', 'uninstall')).toMatchObject({ code: 0 });
    expect(existsSync(machine.otHome)).toBe(false);
    expect(readdirSync(machine.home).sort()).toEqual(['.gitconfig-empty', 'work']);
  });

  it('leaves every folder as it was before the first setup, and what was captured', async () => {
    const at = repository();
    put(join(at.home, '.claude', 'settings.json'), SETTINGS);
    const before = [snapshot(join(at.home, '.claude')), snapshot(join(at.cwd, '.git', 'hooks'))];
    for (const target of ['claude-code', 'codex-cli', 'gemini-cli', 'git']) await ot(at, 'setup', target);
    await ot(at, 'capture', join(ROOT, 'fixtures', 'sessions', 'claude-code', 'basic', 'input.jsonl'));
    expect(await ot(at, 'setup', 'uninstall')).toMatchObject({ code: 0 });
    expect([snapshot(join(at.home, '.claude')), snapshot(join(at.cwd, '.git', 'hooks'))]).toEqual(before);
    expect((await ot(at, 'trace', 'list')).reply.traces).toHaveLength(1);
    put(join(at.otHome, 'mine.txt'), 'x');
    expect(await ot(at, 'setup', 'uninstall', '--purge')).toMatchObject({ code: 3 });
    expect(await ot(at, 'setup', 'uninstall', '--purge', '--yes')).toMatchObject({ code: 0 });
    expect(readdirSync(at.otHome)).toEqual(['mine.txt']);
  });
});

describe('the inverse of a setup', () => {
  // One agent with settings and one with a file of ours: the others are rows of the same table.
  const VERBS = ['claude-code', 'copilot-cli', 'git', 'completions', 'skill'];

  it.each(VERBS)('of %s leaves the home as it was, by its own verb and by uninstall', async (verb) => {
    const at = repository();
    for (const folder of ['.config', '.claude/skills/git-ot'])
      mkdirSync(join(at.home, folder), { recursive: true });
    const before = snapshot(at.home);
    for (const inverse of [[verb, '--remove'], ['uninstall']]) {
      await ot(at, 'setup', verb, '--dry-run');
      expect(snapshot(at.home)).toEqual(before);
      expect(await ot(at, 'setup', verb)).toMatchObject({ code: 0 });
      expect(snapshot(at.home)).not.toEqual(before);
      expect(await ot(at, 'setup', ...inverse)).toMatchObject({ code: 0 });
      expect(snapshot(at.home)).toEqual(before);
    }
  });

  it('keeps scripts and folders for as long as something of ours uses them', async () => {
    const at = repository();
    for (const verb of ['claude-code', 'skill', 'git', 'pi']) await ot(at, 'setup', verb);
    const has = (...names: string[]) => names.map((name) => existsSync(join(at.home, name)));
    await ot(at, 'setup', 'claude-code', '--remove');
    await ot(at, 'setup', 'pi', '--remove');
    expect(has('.claude/skills', '.pi', '.opentraces/hooks/spool')).toEqual([true, false, true]);
    put(join(at.home, '.claude', 'mine'), 'x');
    await ot(at, 'setup', 'git', '--remove');
    expect(has('.opentraces/hooks/spool', '.opentraces/hooks/made')).toEqual([false, true]);
    await ot(at, 'setup', 'skill', '--remove');
    expect(has('.claude/skills', '.claude/mine', '.opentraces')).toEqual([false, true, false]);
  });

  it('takes the hooks of a copied repository when run in it, and forgets repositories that are gone', async () => {
    const at = repository();
    const before = snapshot(at.home);
    for (const verb of ['git', 'pi']) await ot(at, 'setup', verb);
    const copy = join(at.home, 'copy');
    cpSync(at.cwd, copy, { recursive: true });
    rmSync(at.cwd, { recursive: true });
    await ot({ ...at, cwd: at.home }, 'setup', 'pi', '--remove');
    expect(readdirSync(at.home).sort()).toEqual(['.gitconfig-empty', 'copy']);
    expect(await ot({ ...at, cwd: copy }, 'setup', 'uninstall')).toMatchObject({ code: 0 });
    renameSync(copy, at.cwd);
    expect(snapshot(at.home)).toEqual(before);
  });

  it('finds what was set up under another setting, and drops the backup of a file that others mended', async () => {
    const machine = newMachine();
    const elsewhere = join(machine.home, 'conf');
    const there = { ...machine, env: { ...machine.env, CLAUDE_CONFIG_DIR: elsewhere } };
    for (const verb of ['claude-code', 'skill']) await ot(there, 'setup', verb);
    const settings = put(join(machine.home, '.gemini', 'settings.json'), '{}');
    await ot(machine, 'setup', 'gemini-cli');
    put(settings, '{"mine": 1}');
    expect(await ot(machine, 'setup', 'uninstall')).toMatchObject({ code: 0 });
    expect(readdirSync(machine.home).sort()).toEqual(['.gemini', '.gitconfig-empty', 'work']);
    expect(readdirSync(join(machine.home, '.gemini'))).toEqual(['settings.json']);
    expect(readFileSync(settings, 'utf8')).toBe('{"mine": 1}');
  });
});
