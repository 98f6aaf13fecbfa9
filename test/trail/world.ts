/** A code repository, sessions of agents that edit it, and a clock: what happened is written as it would be in life. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileBlame } from '../../src/trail/blame.ts';
import { type Machine, newMachine, runInProcess } from '../support/cli.ts';

/** A session of Claude Code that grows entry by entry. */
export class Session {
  readonly id: string;
  readonly #world: World;
  readonly #entries: object[] = [];
  #calls = 0;

  constructor(world: World, number: number, prompt = `Request ${number}: change something`) {
    this.#world = world;
    this.id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    this.#entry('user', { content: prompt });
    this.save();
  }

  get file(): string {
    return join(this.#world.machine.home, 'sessions', `${this.id}.jsonl`);
  }

  /** Replaces a text that occurs once. */
  edit(path: string, before: string, after: string, all = false): void {
    const whole = this.#world.read(path);
    if (!whole.includes(before)) throw new Error(`${path} has no ${before}`);
    const now = all ? whole.split(before).join(after) : whole.replace(before, () => after);
    const input = {
      file_path: this.#world.path(path),
      old_string: before,
      new_string: after,
      ...(all ? { replace_all: true } : {}),
    };
    this.#call('Edit', input, {
      filePath: input.file_path,
      oldString: before,
      newString: after,
      originalFile: whole,
      structuredPatch: [],
    });
    this.#world.write(path, now);
  }

  write(path: string, content: string): void {
    const whole = this.#world.readOrNull(path);
    const input = { file_path: this.#world.path(path), content };
    const type = whole === null ? 'create' : 'update';
    this.#call('Write', input, {
      type,
      filePath: input.file_path,
      content,
      originalFile: whole,
      structuredPatch: [],
    });
    this.#world.write(path, content);
  }

  /** A shell call; `work` is what the command does, and gives what it prints. */
  run(command: string, work: () => string): void {
    this.#call('Bash', { command }, {}, work);
  }

  #call(name: string, input: object, toolUseResult: object, work: () => string = () => 'done'): void {
    this.#calls += 1;
    const id = `toolu_${this.id.slice(-4)}${this.#calls}`;
    this.#entry('assistant', {
      id: `msg_${this.id.slice(-4)}${this.#calls}`,
      model: 'claude-test-1',
      content: [{ type: 'tool_use', id, name, input }],
    });
    const content = work();
    this.#entry(
      'user',
      { content: [{ type: 'tool_result', tool_use_id: id, content }] },
      this.#world.bare ? {} : { toolUseResult },
    );
    this.save();
  }

  #entry(type: 'user' | 'assistant', message: object, more: object = {}): void {
    const uuid = `${this.id.slice(0, -4)}${String(this.#entries.length + 1000).slice(-4)}`;
    const timestamp = this.#world.tick(2);
    const common = {
      uuid,
      timestamp,
      cwd: this.#world.root,
      sessionId: this.id,
      version: '2.1.37',
      isSidechain: false,
      userType: 'external',
    };
    this.#entries.push({ parentUuid: null, ...common, type, message: { role: type, ...message }, ...more });
  }

  save(): void {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, this.#entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }
}

export class World {
  readonly machine: Machine = newMachine();
  readonly root: string;
  readonly sessions: Session[] = [];
  /** Logs that do not show files as they were, as those of some agents. */
  bare = false;
  #time = Date.parse('2026-03-01T10:00:00.000Z');

  constructor() {
    this.root = this.machine.cwd;
    this.git('init', '-q', '-b', 'main');
  }

  /** Moves the clock on; gives the new time. */
  tick(seconds: number): string {
    this.#time += seconds * 1000;
    return new Date(this.#time).toISOString();
  }

  session(prompt?: string): Session {
    const session = new Session(this, this.sessions.length + 1, prompt);
    this.sessions.push(session);
    return session;
  }

  path(path: string): string {
    return join(this.root, path);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  readOrNull(path: string): string | null {
    try {
      return this.read(path);
    } catch {
      return null;
    }
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  git(...args: string[]): string {
    return this.gitWith({}, ...args);
  }

  gitWith(
    options: { readonly input?: string; readonly env?: Record<string, string> },
    ...args: string[]
  ): string {
    const date = this.tick(60);
    const env = {
      ...this.machine.env,
      GIT_AUTHOR_NAME: 'A Person',
      GIT_AUTHOR_EMAIL: 'person@example.invalid',
      GIT_COMMITTER_NAME: 'A Person',
      GIT_COMMITTER_EMAIL: 'person@example.invalid',
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
      ...options.env,
    };
    const { status, stdout, stderr } = spawnSync('git', args, {
      cwd: this.root,
      env,
      input: options.input ?? '',
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}${stdout}`);
    return stdout.trim();
  }

  commit(message = 'work'): string {
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** When a commit was written, as git takes it. */
  dateOf(commit: string): string {
    return this.git('log', '-1', '--format=%aI', commit);
  }

  async capture(): Promise<void> {
    const { code, stderr } = await runInProcess(['capture', join(this.machine.home, 'sessions')], {
      machine: this.machine,
    });
    if (code !== 0) throw new Error(stderr);
  }

  async json<T>(...argv: string[]): Promise<T> {
    const { code, stdout } = await runInProcess([...argv, '--json'], { machine: this.machine });
    if (code !== 0) throw new Error(`${argv.join(' ')}: ${stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** Each line with the number of the session that wrote it, 0 for nobody: `2 text`. */
  async owners(path: string, ...more: string[]): Promise<string[]> {
    const { lines } = await this.json<FileBlame>('trail', 'blame', path, ...more);
    const ids = await this.traceNumbers();
    return lines.map(({ text, trace_id }) => `${trace_id === null ? 0 : ids.get(trace_id)} ${text}`);
  }

  async traceNumbers(): Promise<Map<string, number>> {
    const { traces } = await this.json<{ traces: { trace_id: string; session_id: string }[] }>(
      'trace',
      'list',
      '--limit',
      '1000',
    );
    return new Map(traces.map(({ trace_id, session_id }) => [trace_id, Number(session_id.slice(-12))]));
  }
}
