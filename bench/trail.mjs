// A repository in which agents worked: sessions of Claude Code that edit files, each followed by a commit, with edits
// of a person between them. A third of the lines are everyday ones.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { random } from './random.mjs';

const FIRST_TIME = Date.UTC(2026, 2, 1) / 1000;
const EVERYDAY = [
  '}',
  '  }',
  '',
  '  return null;',
  '});',
  '  break;',
  '    continue;',
  '/**',
  ' */',
  '  } else {',
];

/**
 * @typedef {object} TrailWorld
 * @property {string} repository its work tree at HEAD
 * @property {string} logs folder with a log for each session
 * @property {readonly string[]} files
 */

/** @returns {TrailWorld} the same for the same numbers */
export function makeTrailWorld({ folder, env, sessions, patches, files, lines = 80 }) {
  const world = new World({ folder, sessions, patches, files, lines });
  const stream = world.run();
  const git = (args, input) => {
    const { status, stderr } = spawnSync('git', ['-C', world.repository, ...args], {
      env,
      input,
      maxBuffer: 1e9,
    });
    if (status !== 0) throw new Error(`git ${args[0]}: ${stderr}`);
  };
  git(['init', '-q', '-b', 'main']);
  git(['fast-import', '--quiet'], stream);
  git(['reset', '-q', '--hard']);
  return world;
}

class World {
  #texts = new Map();
  #changed = new Set();
  #stream = [];
  #time = FIRST_TIME;
  #written = 0;
  #next = random(1);
  #options;

  constructor(options) {
    this.#options = options;
    this.repository = join(options.folder, 'repository');
    this.logs = join(options.folder, 'logs');
    mkdirSync(this.repository, { recursive: true });
    mkdirSync(this.logs, { recursive: true });
    this.files = Array.from({ length: options.files }, (_, at) => `src/part-${at % 7}/file-${at}.ts`);
  }

  run() {
    for (const file of this.files)
      this.#set(
        file,
        Array.from({ length: this.#options.lines }, () => this.#line('person')),
      );
    this.#commit('start');
    for (let session = 0; session < this.#options.sessions; session += 1) {
      this.#session(session);
      this.#set(...this.#personEdit());
      this.#commit(`work ${session}`);
    }
    return this.#stream.join('');
  }

  #int(below) {
    return Math.floor(this.#next() * below);
  }

  #line(who) {
    this.#written += 1;
    if (this.#next() < 0.33) return EVERYDAY[this.#int(EVERYDAY.length)];
    return `  const value${this.#written} = compute(${who}, ${this.#int(1e6)});`;
  }

  #set(file, lines) {
    this.#texts.set(file, lines);
    this.#changed.add(file);
  }

  #personEdit() {
    const file = this.files[this.#int(this.files.length)];
    const lines = [...this.#texts.get(file)];
    lines.splice(this.#int(lines.length), 1, this.#line('person'));
    return [file, lines];
  }

  #commit(message) {
    this.#time += 60;
    this.#stream.push(
      `commit refs/heads/main\ncommitter A Person <person@example.invalid> ${this.#time} +0000\n`,
    );
    this.#stream.push(`data ${message.length}\n${message}\n`);
    for (const file of this.#changed) {
      const text = textOf(this.#texts.get(file));
      this.#stream.push(`M 100644 inline ${file}\ndata ${Buffer.byteLength(text)}\n${text}\n`);
    }
    this.#changed.clear();
  }

  #session(number) {
    const log = new Log(this.repository, `session ${number}`);
    log.prompt(this.#time, `Request ${number}: improve the parts.`);
    for (let patch = 0; patch < this.#options.patches; patch += 1) this.#edit(log);
    writeFileSync(join(this.logs, `${log.id}.jsonl`), log.text());
  }

  /** Lines of which one occurs once give way to others. */
  #edit(log) {
    const file = this.files[this.#int(this.files.length)];
    const lines = this.#texts.get(file);
    const whole = textOf(lines);
    let at = this.#int(lines.length);
    while (whole.split(`${lines[at]}\n`).length !== 2) at = (at + 1) % lines.length;
    const keeps = this.#next() < 0.5;
    const added = Array.from({ length: 1 + this.#int(3) }, () => this.#line('agent'));
    const after = keeps && lines.length < this.#options.lines * 1.5 ? [lines[at], ...added] : added;
    this.#time += 5;
    log.edit(this.#time, { file, before: lines[at], after: after.join('\n'), whole });
    this.#set(file, [...lines.slice(0, at), ...after, ...lines.slice(at + 1)]);
  }
}

class Log {
  #folder;
  #rows = [];

  constructor(folder, seed) {
    this.#folder = folder;
    this.id = uuidOf(seed);
  }

  prompt(time, content) {
    this.#row('user', time, { content });
  }

  edit(time, { file, before, after, whole }) {
    const file_path = join(this.#folder, file);
    const id = `toolu_${this.id.slice(0, 8)}${this.#rows.length}`;
    const input = { file_path, old_string: before, new_string: after };
    this.#row('assistant', time, {
      model: 'claude-opus-4-1',
      content: [{ type: 'tool_use', id, name: 'Edit', input }],
    });
    const toolUseResult = {
      filePath: file_path,
      oldString: before,
      newString: after,
      originalFile: whole,
      replaceAll: false,
    };
    const content = [{ type: 'tool_result', tool_use_id: id, content: 'The file has been updated.' }];
    this.#row('user', time + 1, { content }, { toolUseResult });
  }

  #row(type, seconds, message, more = {}) {
    const common = { isSidechain: false, cwd: this.#folder, sessionId: this.id, version: '2.1.37' };
    const uuid = uuidOf(`${this.id} ${this.#rows.length}`);
    const timestamp = new Date(seconds * 1000).toISOString();
    this.#rows.push(
      JSON.stringify({ ...common, type, message: { role: type, ...message }, uuid, timestamp, ...more }),
    );
  }

  text() {
    return this.#rows.map((row) => `${row}\n`).join('');
  }
}

function textOf(lines) {
  return lines.map((line) => `${line}\n`).join('');
}

function uuidOf(seed) {
  const hex = createHash('sha1').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
