/** Our blocks in git hooks, run by git: where hooks lie, whose hooks are there already, and what is noted. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeNote, type SpoolNote } from '../../../src/capture/live/note.ts';
import { type Machine, newMachine, ot, ROOT } from '../../support/cli.ts';
import { IDENTITY } from '../../support/git-env.ts';
import { put as putFile } from '../../support/settings.ts';

interface Setting extends Machine {
  /** Runs git in the folder, which is the repository's by default; throws when it fails. */
  readonly git: (args: readonly string[], cwd?: string) => string;
}

/** A repository with one commit, in a folder whose name needs quotes; a drain seems to be at work. */
function repository(): Setting {
  const base = newMachine();
  const cwd = join(base.home, "it's wörk");
  mkdirSync(cwd);
  mkdirSync(join(base.otHome, 'spool'), { recursive: true });
  writeFileSync(join(base.otHome, 'spool', 'drain'), `${process.pid}\n`);
  const git = (args: readonly string[], where = cwd): string => {
    const env = { ...base.env, ...IDENTITY, GIT_EDITOR: 'true' };
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: where, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  git(['init', '-q', '-b', 'main']);
  git(['commit', '-q', '--allow-empty', '-m', 'one']);
  return { ...base, cwd, git };
}

/** Takes the notes out of the spool. */
function takeNotes({ otHome }: Machine): SpoolNote[] {
  const spool = join(otHome, 'spool');
  const names = readdirSync(spool).filter((name) => name.startsWith('event-'));
  return names.map((name) => {
    const note = decodeNote(readFileSync(join(spool, name)));
    rmSync(join(spool, name));
    if (typeof note === 'string') throw new Error(`${name}: ${note}`);
    return note;
  });
}

/** Sets up hooks in that folder and commits there: the note has to name the place and the new commit. */
async function expectNoted(at: Setting, cwd: string): Promise<void> {
  expect(await ot({ ...at, cwd }, 'setup', 'git')).toMatchObject({ code: 0 });
  at.git(['commit', '-q', '--allow-empty', '-m', 'noted'], cwd);
  const tip = at.git(['rev-parse', 'HEAD'], cwd);
  const ref = at.git(['symbolic-ref', 'HEAD'], cwd);
  expect(takeNotes(at)).toMatchObject([{ kind: 'git', source: 'post-commit', cwd, head: `${tip} ${ref}` }]);
}

const put = (path: string, text: string, mode = 0o755): string => putFile(path, text, mode);

describe('a commit is noted', () => {
  it('in a folder whose name needs quotes, and in a linked work tree', async () => {
    const at = repository();
    await expectNoted(at, at.cwd);
    at.git(['worktree', 'add', '-q', '-b', 'side-ü', '../tree ü']);
    await expectNoted(at, join(at.home, 'tree ü'));
  });

  it('in a submodule, with relative paths to its repository', async () => {
    const at = repository();
    at.git(['init', '-q', '-b', 'main', join(at.home, 'library')]);
    at.git(['commit', '-q', '--allow-empty', '-m', 'one'], join(at.home, 'library'));
    at.git(['-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', join(at.home, 'library'), 'sub ü']);
    await expectNoted(at, join(at.cwd, 'sub ü'));
  });

  it.each(['absolute', 'relative', 'global'])(
    'with hooks in a folder of core.hooksPath, %s',
    async (kind) => {
      const at = repository();
      const folder = join(at.home, 'my hooks');
      const path = kind === 'relative' ? '../my hooks' : folder;
      at.git(['config', ...(kind === 'global' ? ['--global'] : []), 'core.hooksPath', path]);
      await expectNoted(at, at.cwd);
      expect(existsSync(join(folder, 'post-commit'))).toBe(true);
      expect(existsSync(join(at.cwd, '.git', 'hooks', 'post-commit'))).toBe(false);
    },
  );

  it('in a bare repository, whose work tree is elsewhere', async () => {
    const at = repository();
    const bare = join(at.home, 'dots.git');
    at.git(['clone', '-q', '--bare', at.cwd, bare]);
    expect(await ot({ ...at, cwd: bare }, 'setup', 'git')).toMatchObject({ code: 0 });
    const there = ['--git-dir', bare, '--work-tree', at.home];
    at.git([...there, 'commit', '-q', '--allow-empty', '-m', 'two'], at.home);
    const tip = at.git(['rev-parse', 'HEAD'], bare);
    expect(takeNotes(at)).toMatchObject([{ cwd: at.home, head: `${tip} refs/heads/main` }]);
  });
});

/** Hooks as those managers install them, reduced to what runs. */
const MANAGERS = {
  husky: {
    hook: '.husky/_/post-commit',
    files: {
      '.husky/_/.gitignore': '*',
      '.husky/_/h':
        's=$(dirname "$(dirname "$0")")/$(basename "$0")\n[ ! -f "$s" ] && exit 0\nsh -e "$s" "$@"\nexit $?\n',
      '.husky/_/post-commit': '#!/usr/bin/env sh\n. "$(dirname "$0")/h"',
      '.husky/post-commit': 'echo managed >>managed.log\n',
    },
  },
  lefthook: {
    hook: '.git/hooks/post-commit',
    files: {
      '.git/hooks/post-commit':
        '#!/bin/sh\n\nif [ "$LEFTHOOK" = "0" ]; then\n  exit 0\nfi\n\ncall_lefthook()\n{\n  echo managed >>managed.log\n}\n\ncall_lefthook run "post-commit" "$@"\n',
    },
  },
  'pre-commit': {
    hook: '.git/hooks/post-commit',
    files: {
      '.git/hooks/post-commit':
        '#!/usr/bin/env bash\n# start templated\nARGS=(hook-impl --hook-type=post-commit)\n# end templated\nHERE="$(cd "$(dirname "$0")" && pwd)"\nARGS+=(--hook-dir "$HERE" -- "$@")\necho managed >>managed.log\nexec true "$HERE"\n',
    },
  },
};

describe('beside the hooks of a manager', () => {
  it.each(Object.entries(MANAGERS))(
    '%s: both run, and ours go to the byte',
    async (name, { hook, files }) => {
      const at = repository();
      for (const [path, text] of Object.entries(files)) put(join(at.cwd, path), text);
      if (name === 'husky') at.git(['config', 'core.hooksPath', '.husky/_']);
      const before = readFileSync(join(at.cwd, hook));
      await expectNoted(at, at.cwd);
      expect(readFileSync(join(at.cwd, 'managed.log'), 'utf8')).toBe('managed\n');
      expect(await ot(at, 'setup', 'git', '--remove')).toMatchObject({ code: 0 });
      expect(readFileSync(join(at.cwd, hook)).equals(before)).toBe(true);
    },
  );

  it('doctor tells when the manager has written its hooks anew, or moved them', async () => {
    const at = repository();
    const findings = async () =>
      (await ot(at, 'doctor')).reply.findings.filter(({ code }: { code: string }) => /^hooks?_/.test(code));
    await ot(at, 'setup', 'git');
    expect(await findings()).toEqual([]);
    put(join(at.cwd, '.git', 'hooks', 'post-commit'), '#!/bin/sh\n');
    expect(await findings()).toMatchObject([
      { code: 'hook_missing', path: join(at.cwd, '.git', 'hooks', 'post-commit') },
    ]);
    at.git(['config', 'core.hooksPath', '../elsewhere']);
    expect(await findings()).toMatchObject([{ code: 'hooks_moved', path: join(at.home, 'elsewhere') }]);
    await ot(at, 'setup', 'git');
    expect(await findings()).toEqual([]);
  });
});

describe('a rewrite is noted', () => {
  it('with what replaced what, and a hook that is there reads the same', async () => {
    const at = repository();
    const theirs = put(
      join(at.cwd, '.git', 'hooks', 'post-rewrite'),
      '#!/bin/sh\necho "$1" >>seen\ncat >>seen\n',
    );
    await ot(at, 'setup', 'git');
    for (const name of ['a', 'b']) {
      put(join(at.cwd, name), name, 0o644);
      at.git(['add', name]);
      at.git(['commit', '-q', '-m', name]);
    }
    const first = at.git(['rev-parse', 'HEAD']);
    at.git(['commit', '-q', '--amend', '-m', 'better']);
    const amended = at.git(['rev-parse', 'HEAD']);
    const rewrites = takeNotes(at).filter(({ source }) => source === 'post-rewrite');
    expect(rewrites).toMatchObject([{ event: 'amend', rewritten: [[first, amended]] }]);
    expect(readFileSync(join(at.cwd, 'seen'), 'utf8')).toBe(`amend\n${first} ${amended}\n`);

    at.git(['checkout', '-q', '-b', 'other', 'HEAD~2']);
    at.git(['commit', '-q', '--allow-empty', '-m', 'base']);
    const old = at.git(['rev-list', 'other..main']).split('\n').reverse();
    at.git(['rebase', '-q', 'other', 'main']);
    const replaced = at.git(['rev-list', 'other..main']).split('\n').reverse();
    const rebased = takeNotes(at).filter(({ event }) => event === 'rebase');
    expect(rebased).toMatchObject([{ rewritten: old.map((oid, index) => [oid, replaced[index]]) }]);
    await ot(at, 'setup', 'git', '--remove');
    expect(readFileSync(theirs, 'utf8')).toBe('#!/bin/sh\necho "$1" >>seen\ncat >>seen\n');
  });

  it('and a merge with where HEAD stood before', async () => {
    const at = repository();
    const before = at.git(['rev-parse', 'HEAD']);
    await ot(at, 'setup', 'git');
    at.git(['checkout', '-q', '-b', 'side']);
    at.git(['commit', '-q', '--allow-empty', '-m', 'side']);
    at.git(['checkout', '-q', 'main']);
    takeNotes(at);
    at.git(['merge', '-q', '--no-ff', '-m', 'merged', 'side']);
    const head = `${at.git(['rev-parse', 'HEAD'])} refs/heads/main`;
    expect(takeNotes(at)).toMatchObject([{ source: 'post-merge', event: '0', orig: before, head }]);
  });
});

/** Blocks that earlier versions installed. */
const EARLIER = [
  `# >>> git-ot post-commit 1 >>> 'git ot setup git --remove' takes this out
[ ! -x @HOOKS@/spool ] || @HOOKS@/spool git post-commit </dev/null >/dev/null 2>&1 || :
# <<< git-ot <<<
`,
];

describe('blocks of another version', () => {
  it.each(EARLIER)('are replaced, and taken out: %#', async (block) => {
    const at = repository();
    const installed = block.replaceAll('@HOOKS@', `'/somewhere/it'\\''s/.opentraces/hooks'`);
    const path = put(join(at.cwd, '.git', 'hooks', 'post-commit'), `#!/bin/sh\n${installed}echo theirs\n`);
    await expectNoted(at, at.cwd);
    const current = readFileSync(join(ROOT, 'hooks', 'git', 'post-commit'), 'utf8').split('\n')[1];
    expect(readFileSync(path, 'utf8')).toContain(current?.split('@HOOKS@')[0]);
    expect(readFileSync(path, 'utf8')).not.toContain('/somewhere');
    put(path, `#!/bin/sh\n${installed}echo theirs\n`);
    await ot(at, 'setup', 'git', '--remove');
    expect(readFileSync(path, 'utf8')).toBe('#!/bin/sh\necho theirs\n');
  });
});
