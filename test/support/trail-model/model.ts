/** Random work of several agents and a person on a repository, with the truth about every line. */
import type { Machine } from '../cli.ts';
import type { Call, LoggedSession } from '../trail-logs/call.ts';
import { Chance } from './chance.ts';
import { History } from './history.ts';
import { Vocabulary } from './lines.ts';
import { type Owner, Owners, PERSON, type Row } from './rows.ts';
import { Shadow, textOf } from './shadow.ts';
import { Sight } from './sight.ts';

/** Agents of the sessions; `bare` ones log no file as it was. */
const SESSIONS: readonly (readonly [string, string, boolean])[] = [
  ['one', 'claude-code', true],
  ['two', 'claude-code', true],
  ['three', 'codex-cli', true],
  ['bare', 'claude-code', false],
  ['gemini', 'gemini-cli', true],
  ['open', 'opencode', true],
  ['pi', 'pi', true],
  ['copilot', 'copilot-cli', true],
];

interface Change {
  readonly before: readonly Row[];
  readonly from: number;
  readonly to: number;
  readonly added: readonly Row[];
}

export class Model {
  readonly owners = new Owners();
  readonly shadow: Shadow;
  readonly log: string[] = [];
  readonly vocabulary: Vocabulary;
  readonly #chance: Chance;
  readonly #calls = new Map<string, Call[]>(SESSIONS.map(([name]) => [name, []]));
  readonly #history: History;
  readonly #sight: Sight;
  #files = 0;

  constructor(machine: Machine, seed: number) {
    this.#chance = new Chance(seed);
    this.vocabulary = new Vocabulary(this.#chance);
    this.shadow = new Shadow(machine);
    this.#sight = new Sight(this.owners, this.shadow);
    this.#history = new History(this.shadow, this.#chance);
    for (let file = 0; file < 3; file += 1) this.#create(PERSON);
    this.#history.commitAll();
    this.#look();
  }

  get sessions(): LoggedSession[] {
    return SESSIONS.map(([name, agent, showsFiles]) => ({
      name,
      agent,
      showsFiles,
      calls: this.#calls.get(name)!,
    })).filter(({ calls }) => calls.length > 0);
  }

  /** One more thing that happens. */
  step(): void {
    const roll = this.#chance.next();
    if (roll < 0.42) this.#agentActs();
    else if (roll < 0.62) this.#personActs();
    else if (roll < 0.75) this.log.push(this.#history.commit());
    else this.log.push(this.#history.rewrite());
    this.#look();
  }

  finish(): void {
    this.log.push(this.#history.commit());
    this.#look();
    this.shadow.finish();
  }

  #look(): void {
    const fresh = this.shadow.project();
    this.log.push(...fresh.map(({ seen }) => `  = ${seen.slice(0, 10)}`));
    this.#sight.commits(fresh);
  }

  #fresh(owner: Owner, most: number): Row[] {
    const count = 1 + this.#chance.below(most);
    return Array.from({ length: count }, () => this.owners.write(owner, this.vocabulary.line()));
  }

  #create(owner: Owner): { readonly path: string; readonly rows: readonly Row[] } {
    this.#files += 1;
    const path = `${this.#chance.pick(['', 'src/', 'src/deep/'])}file${this.#files}.ts`;
    const rows = this.#fresh(owner, 14);
    this.shadow.write(path, rows);
    if (owner === PERSON) this.#sight.hide(rows);
    else this.#sight.show(path, rows);
    return { path, rows };
  }

  #agentActs(): void {
    const [name, agent] = this.#chance.pick(SESSIONS);
    const calls = this.#calls.get(name)!;
    const owner = `${name}.${calls.length + 1}`;
    this.shadow.seconds += 5;
    const path = this.#somePath();
    if (path === null || this.#chance.happens(0.06)) {
      const made = this.#create(owner);
      this.log.push(`${owner} creates ${made.path}`);
      calls.push(this.#call('write', made.path, null, made.rows, []));
      return;
    }
    const change = this.#change(owner, this.shadow.rows(path));
    const after = applied(change);
    const part = partOf(change);
    const writes = part === null || this.#chance.happens(0.1);
    // This agent's tool makes new files only.
    if (writes && agent === 'copilot-cli') return;
    const tool = writes
      ? 'write'
      : agent === 'claude-code' && this.#chance.happens(0.2)
        ? 'multiedit'
        : 'edit';
    this.log.push(`${owner} ${tool} ${path} ${change.from}-${change.to} +${change.added.length}`);
    calls.push(this.#call(tool, path, change.before, after, writes ? [] : [part!]));
    this.shadow.write(path, after);
    this.#shows(path, change.before, after, { name, agent, writes, owner });
  }

  /** What the log of this agent shows of the file. */
  #shows(
    path: string,
    before: readonly Row[],
    after: readonly Row[],
    { name, agent, writes, owner }: { name: string; agent: string; writes: boolean; owner: Owner },
  ): void {
    const showsBoth = SESSIONS.some(([each, , shows]) => each === name && shows);
    if (
      showsBoth &&
      (agent === 'claude-code' || agent === 'gemini-cli' || (agent === 'opencode' && !writes))
    ) {
      this.#sight.show(path, before);
      this.#sight.show(path, after);
    } else if (writes && agent !== 'codex-cli') this.#sight.overwrite(path, after, owner);
    else this.owners.observe(before, after);
  }

  #call(
    tool: Call['tool'],
    path: string,
    before: readonly Row[] | null,
    after: readonly Row[],
    parts: Call['parts'],
  ): Call {
    return {
      tool,
      path,
      folder: this.shadow.seen,
      seconds: this.shadow.seconds,
      failed: false,
      before: before === null ? null : textOf(before),
      after: textOf(after),
      parts,
      text: tool === 'write' ? textOf(after) : '',
    };
  }

  #somePath(): string | null {
    const files = this.shadow.files();
    return files.length === 0 ? null : this.#chance.pick(files);
  }

  /** Lines of a place that give way to others; what is repeated in its order stays what it was. */
  #change(owner: Owner, before: readonly Row[]): Change {
    const from = this.#chance.below(before.length + 1);
    const kind = this.#chance.pick(['insert', 'insert', 'insert', 'replace', 'replace', 'delete']);
    const to = kind === 'insert' ? from : Math.min(before.length, from + 1 + this.#chance.below(4));
    if (kind === 'delete') return { before, from, to, added: [] };
    let next = from;
    const added = this.#fresh(owner, 6).map((row) => {
      const at = before.findIndex(({ text }, place) => place >= next && place < to && text === row.text);
      if (at < 0) return row;
      next = at + 1;
      return before[at]!;
    });
    return { before, from, to, added };
  }

  #personActs(): void {
    const path = this.#somePath();
    if (path === null || this.#chance.happens(0.04)) {
      this.log.push(`person creates ${this.#create(PERSON).path}`);
      return;
    }
    const rows = this.shadow.rows(path);
    const kind = this.#chance.pick(['change', 'change', 'change', 'change', 'indent', 'move']);
    if (kind === 'indent') this.#indent(path, rows);
    else if (kind === 'move') this.#move(path, rows);
    else this.#edits(path, rows);
  }

  #edits(path: string, rows: readonly Row[]): void {
    const change = this.#change(PERSON, rows);
    this.#sight.hide(change.added);
    this.log.push(`person changes ${path} ${change.from}-${change.to} +${change.added.length}`);
    this.shadow.write(path, applied(change));
  }

  /** A formatter, or a block put into another one: the lines stay those of who wrote them. */
  #indent(path: string, rows: readonly Row[]): void {
    const from = this.#chance.below(rows.length + 1);
    const to = Math.min(rows.length, from + 1 + this.#chance.below(5));
    this.log.push(`person indents ${path} ${from}-${to}`);
    this.shadow.write(
      path,
      rows.map(({ id, text }, at) => ({
        id,
        text: at >= from && at < to && text !== '' ? `  ${text}` : text,
      })),
    );
  }

  /** A block goes elsewhere by hand: it is of who wrote it, or of who put it there. */
  #move(path: string, rows: readonly Row[]): void {
    const from = this.#chance.below(rows.length + 1);
    const block = rows.slice(from, from + 1 + this.#chance.below(4));
    const rest = [...rows.slice(0, from), ...rows.slice(from + block.length)];
    const target = this.#chance.pick(this.shadow.files());
    for (const { id } of block) this.owners.allow(id, [PERSON]);
    this.#sight.hide(block);
    this.log.push(`person moves ${block.length} lines at ${from} of ${path} into ${target}`);
    this.shadow.write(path, rest);
    const there = target === path ? rest : this.shadow.rows(target);
    const at = this.#chance.below(there.length + 1);
    this.shadow.write(target, [...there.slice(0, at), ...block, ...there.slice(at)]);
  }
}

function applied({ before, from, to, added }: Change): Row[] {
  return [...before.slice(0, from), ...added, ...before.slice(to)];
}

/** The texts of an edit tool: as many lines around as make the old text unique; null: none does. */
function partOf({ before, from, to, added }: Change): Call['parts'][number] | null {
  const whole = textOf(before);
  for (let around = 0; around < 6; around += 1) {
    const above = before.slice(Math.max(0, from - around), from);
    const below = before.slice(to, to + around);
    const old = textOf([...above, ...before.slice(from, to), ...below]);
    const now = textOf([...above, ...added, ...below]);
    if (old !== '' && old !== now && whole.indexOf(old) === whole.lastIndexOf(old))
      return { before: old, after: now };
  }
  return null;
}
