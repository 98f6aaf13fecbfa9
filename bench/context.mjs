// What all rows share: the program, an environment of nobody's, a scratch folder, the sessions, and buckets
// that were filled once.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { runCommand } from './process.mjs';
import { openSessions } from './sessions.mjs';

export async function openContext(options) {
  const scratch = mkdtempSync(join(tmpdir(), 'git-ot-bench-'));
  try {
    return new Context(scratch, options);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
}

export class Context {
  #numbered = 0;
  #kept;
  #bucket;
  #packed;
  #bare;

  constructor(scratch, options) {
    this.scratch = scratch;
    this.#kept = options.keep;
    this.env = hermeticEnvironment(scratch);
    this.program = options.program ?? build(scratch, this.env);
    this.sessions = openSessions(options.corpus, join(scratch, 'sessions'));
    this.commands = this.#commandNames();
  }

  /** A path of a new folder below the scratch folder; made unless `make` is false. */
  folder(name, { make = true } = {}) {
    this.#numbered += 1;
    const path = join(this.scratch, `${name}-${this.#numbered}`);
    if (make) mkdirSync(path);
    return path;
  }

  /** `git-ot` over the bucket at `home`; a home nobody has made yet by default. */
  ot(args, home = join(this.scratch, 'no-home')) {
    const env = { ...this.env, OT_HOME: home };
    return { program: process.execPath, args: [this.program, ...args], env, cwd: this.scratch };
  }

  node(args) {
    return { program: process.execPath, args, env: this.env, cwd: this.scratch };
  }

  git(args, input) {
    return {
      program: 'git',
      args,
      env: this.env,
      cwd: this.scratch,
      ...(input === undefined ? {} : { input }),
    };
  }

  run(command) {
    return runCommand(command).stdout;
  }

  /** The program built without contexts, run like `ot`. */
  otWithoutContext(args, home) {
    this.#bare ??= build(join(this.scratch, 'bare'), this.env, ['--without-context']);
    const command = this.ot(args, home);
    return { ...command, args: [this.#bare, ...args] };
  }

  emptyRepository(name) {
    const path = this.folder(name, { make: false });
    this.run(this.git(['init', '--quiet', '--bare', path]));
    return path;
  }

  /** A bucket with every session, as captures leave it, and what `capture` said. Made once; only read it. */
  bucket() {
    this.#bucket ??= this.newBucket();
    return this.#bucket;
  }

  /** Its own bucket with every session, packed by `git repack -adf`. Made once; only read it. */
  packedBucket() {
    this.#packed ??= this.newBucket();
    if (this.#packed.repacked !== true) {
      this.run(this.git([`--git-dir=${this.#packed.gitDir}`, 'repack', '-adfq']));
      this.#packed.repacked = true;
    }
    return this.#packed;
  }

  /** Waits until the disk holds what was written, so that no repetition pays for the one before it. */
  settle() {
    spawnSync('sync');
  }

  close() {
    if (this.#kept) process.stderr.write(`kept: ${this.scratch}\n`);
    else rmSync(this.scratch, { recursive: true, force: true });
  }

  /** A bucket with every session that its caller may change. A copy would not do: it begins a new lane. */
  newBucket() {
    const home = this.folder('home', { make: false });
    const report = JSON.parse(this.run(this.ot(['capture', this.sessions.folder, '--json'], home)));
    return { home, gitDir: join(home, 'bucket.git'), report };
  }

  #commandNames() {
    const overview = JSON.parse(this.run(this.ot(['--help', '--json'])));
    return new Set(overview.commands.map(({ command }) => command));
  }
}

/** PATH, and a home, a bucket and a configuration that are empty: no setting of this machine is measured. */
function hermeticEnvironment(scratch) {
  const home = join(scratch, 'user');
  mkdirSync(home);
  const config = join(home, 'gitconfig');
  writeFileSync(config, '');
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    TZ: 'UTC',
  };
}

function build(scratch, env, options = []) {
  const out = join(scratch, 'dist');
  const script = join(ROOT, 'scripts', 'build.mjs');
  runCommand({ program: process.execPath, args: [script, '--out', out, ...options], env });
  return join(out, 'git-ot.cjs');
}
