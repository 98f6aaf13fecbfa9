/** A repository with a session that has hooks: commands are run as they stand in its log, at times of a clock. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileBlame } from '../../src/trail/blame.ts';
import { type Machine, newMachine, ot, runInProcess } from '../support/cli.ts';
import { IDENTITY } from '../support/git-env.ts';

export class HookedSession {
  readonly machine: Machine;
  readonly #log: string;
  readonly #id: string;
  readonly #entries: object[] = [];
  readonly #clock: { now: number };
  #calls = 0;
  #notes = 0;

  /** With another session: in its repository, on its clock. */
  constructor(number: number, beside: HookedSession | null = null) {
    this.machine = beside?.machine ?? newMachine();
    this.#clock = beside?.clock ?? { now: Date.now() - 3_600_000 };
    this.#id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    this.#log = join(this.machine.home, '.claude', 'projects', '-w', `${this.#id}.jsonl`);
    mkdirSync(dirname(this.#log), { recursive: true });
    if (beside === null) this.git('init', '-q', '-b', 'main');
  }

  get clock(): { now: number } {
    return this.#clock;
  }

  git(...args: string[]): string {
    const date = new Date(this.#tick(2)).toISOString();
    const env = { ...this.machine.env, ...IDENTITY, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const { status, stdout, stderr } = spawnSync('git', args, {
      cwd: this.machine.cwd,
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  /** By a person, at the time of the clock. */
  write(path: string, ...lines: string[]): void {
    const file = join(this.machine.cwd, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    this.#settle();
  }

  read(path: string): string {
    return readFileSync(join(this.machine.cwd, path), 'utf8');
  }

  async prompt(text = 'do it'): Promise<void> {
    await this.#hook('UserPromptSubmit');
    this.#entry('user', text);
  }

  async stop(): Promise<void> {
    this.#settle();
    await this.#hook('Stop');
  }

  /** Gives the number of the step. */
  bash(command: string): number {
    const step = this.#call('Bash', { command });
    const env = { ...this.machine.env, ...IDENTITY };
    const date = new Date(this.#tick(1)).toISOString();
    const { status, stderr } = spawnSync('sh', ['-c', command], {
      cwd: this.machine.cwd,
      env: { ...env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    this.#result('done');
    return step;
  }

  edit(path: string, before: string, after: string): number {
    const file_path = join(this.machine.cwd, path);
    const whole = this.read(path);
    const step = this.#call('Edit', { file_path, old_string: before, new_string: after });
    writeFileSync(
      file_path,
      whole.replace(before, () => after),
    );
    const [oldString, newString] = [before, after];
    this.#result('done', {
      filePath: file_path,
      oldString,
      newString,
      originalFile: whole,
      structuredPatch: [],
    });
    return step;
  }

  /** The source of a notebook's cell, the file as Claude Code writes it. */
  cell(path: string, id: string, source: string): number {
    const file = join(this.machine.cwd, path);
    const whole = JSON.parse(this.read(path)) as { cells: Array<{ id: string; source: unknown }> };
    const input = { notebook_path: file, cell_id: id, new_source: source, edit_mode: 'replace' };
    const step = this.#call('NotebookEdit', input);
    for (const cell of whole.cells) if (cell.id === id) cell.source = source;
    writeFileSync(file, JSON.stringify(whole, null, 1));
    this.#result(`Updated cell ${id}`);
    return step;
  }

  /** Each line with the step that owns it and its tier, 0 for nobody. */
  async owners(path: string): Promise<string[]> {
    const { reply } = await ot(this.machine, 'trail', 'blame', path);
    return (reply as unknown as FileBlame).lines.map(
      ({ text, step_index: step, tier }) => `${step ?? 0}${tier === 'turn_snapshot' ? '~' : ''} ${text}`,
    );
  }

  #call(name: string, input: object): number {
    this.#calls += 1;
    const [id, use] = [
      `msg_${this.#id.slice(-4)}${this.#calls}`,
      `toolu_${this.#id.slice(-4)}${this.#calls}`,
    ];
    this.#entry(
      'assistant',
      [{ type: 'tool_use', id: use, name, input }],
      {},
      { id, model: 'claude-test-1' },
    );
    return this.#entries.filter((entry) => !JSON.stringify(entry).includes('tool_result')).length;
  }

  #result(content: string, toolUseResult: object = {}): void {
    const use = `toolu_${this.#id.slice(-4)}${this.#calls}`;
    this.#entry('user', [{ type: 'tool_result', tool_use_id: use, content }], { toolUseResult });
  }

  #entry(type: 'user' | 'assistant', content: unknown, more: object = {}, message: object = {}): void {
    const uuid = (at: number): string => `${this.#id.slice(0, -4)}${String(at + 1000).slice(-4)}`;
    const at = this.#entries.length;
    this.#entries.push({
      parentUuid: at === 0 ? null : uuid(at - 1),
      uuid: uuid(at),
      timestamp: new Date(this.#tick(2)).toISOString(),
      cwd: this.machine.cwd,
      sessionId: this.#id,
      version: '2.1.37',
      isSidechain: false,
      userType: 'external',
      type,
      message: { role: type, content, ...message },
      ...more,
    });
    writeFileSync(this.#log, this.#entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }

  #tick(seconds: number): number {
    this.#clock.now += seconds * 1000;
    return this.#clock.now;
  }

  /** Files were written at times of the clock, not just now. */
  #settle(): void {
    const now = this.#tick(1) / 1000;
    for (const entry of readdirSync(this.machine.cwd, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const isRecent = !path.includes('/.git/') && entry.isFile();
      if (isRecent) utimesSync(path, now, now);
    }
  }

  async #hook(event: string): Promise<void> {
    const payload = JSON.stringify({
      hook_event_name: event,
      transcript_path: this.#log,
      cwd: this.machine.cwd,
    });
    const path = join(this.machine.otHome, 'spool', `event-${this.#id.slice(-4)}-${this.#notes}`);
    this.#notes += 1;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      `git-ot spool 1\nkind agent\nname claude-code\ncwd ${this.machine.cwd}\n\n${payload}`,
    );
    const then = this.#tick(2) / 1000;
    utimesSync(path, then, then);
    const { code, stderr } = await runInProcess(['capture', 'drain'], { machine: this.machine });
    if (code !== 0) throw new Error(stderr);
  }
}
