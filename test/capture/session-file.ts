/** Builds Claude Code transcripts of the real form, entry by entry, with invented content. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '../support/git-env.ts';

export const SESSION_ID = '11111111-2222-4333-8444-555555555555';

type Fields = Readonly<Record<string, unknown>>;

/** Hex digits of a counter in the shape of a UUID: ids are told apart by their place in the session. */
function uuidOf(seed: string, count: number): string {
  return `${seed.slice(0, 8)}-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
}

/** A growing transcript; every method appends one entry. */
export class SessionText {
  readonly sessionId: string;
  readonly #extra: Fields;
  readonly #lines: string[] = [];
  #calls = 0;

  /** `extra` goes into every entry: another version, a sidechain's agent id. */
  constructor(sessionId: string = SESSION_ID, extra: Fields = {}) {
    this.sessionId = sessionId;
    this.#extra = extra;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  bytes(): Buffer {
    return Buffer.from(this.#lines.map((line) => `${line}\n`).join(''), 'utf8');
  }

  raw(line: string): this {
    this.#lines.push(line);
    return this;
  }

  user(content: unknown): this {
    return this.#entry({ type: 'user', message: { role: 'user', content } });
  }

  /** What the agent program itself puts in a user's place. */
  meta(content: string): this {
    return this.#entry({ type: 'user', isMeta: true, message: { role: 'user', content } });
  }

  assistant(...content: readonly Fields[]): this {
    const id = `msg_${this.#lines.length}`;
    const usage = { input_tokens: 10, output_tokens: 5 };
    const message = { id, role: 'assistant', model: 'claude-opus-4-1', content, usage };
    return this.#entry({ type: 'assistant', requestId: `req_${this.#lines.length}`, message });
  }

  say(text: string): this {
    return this.assistant({ type: 'text', text });
  }

  /** A model call with one tool call; the id is `call_<n>`, n from 1. */
  call(name: string, input: unknown): this {
    this.#calls += 1;
    return this.assistant({ type: 'tool_use', id: `call_${this.#calls}`, name, input });
  }

  result(callId: string, content: unknown, toolUseResult?: unknown): this {
    const block = { type: 'tool_result', tool_use_id: callId, content };
    return this.#entry({
      type: 'user',
      message: { role: 'user', content: [block] },
      ...(toolUseResult === undefined ? {} : { toolUseResult }),
    });
  }

  /** One message of an inline sub-agent, as newer versions write it into the parent's log. */
  agentProgress(agentId: string, callId: string, message: Fields): this {
    const data = { type: 'agent_progress', agentId, message, prompt: 'look around' };
    return this.#entry({ type: 'progress', data, parentToolUseID: callId, toolUseID: `agent_${callId}` });
  }

  #entry(fields: Fields): this {
    const count = this.#lines.length;
    const entry = {
      parentUuid: count === 0 ? null : uuidOf(this.sessionId, count - 1),
      isSidechain: false,
      cwd: '/home/dev/acme',
      sessionId: this.sessionId,
      version: '2.1.37',
      gitBranch: 'main',
      uuid: uuidOf(this.sessionId, count),
      timestamp: new Date(Date.UTC(2026, 1, 3, 9, 0, count)).toISOString(),
      ...this.#extra,
      ...fields,
    };
    return this.raw(JSON.stringify(entry));
  }
}

/** `turns` times prompt, call, result, answer. */
export function conversation(turns: number, sessionId?: string): SessionText {
  const session = new SessionText(sessionId);
  for (let turn = 1; turn <= turns; turn += 1) {
    session.user(`Question ${turn}: how far along are we?`);
    session.call('Bash', { command: `echo ${turn}` });
    session.result(`call_${turn}`, `${turn}\n`);
    session.say(`Turn ${turn} is done.`);
  }
  return session;
}

/** Writes bytes as the session's log into `folder` (default: a fresh one); returns the path. */
export function writeSession(
  bytes: Buffer | SessionText,
  options: { readonly folder?: string; readonly name?: string } = {},
): string {
  const content = Buffer.isBuffer(bytes) ? bytes : bytes.bytes();
  const name = options.name ?? `${Buffer.isBuffer(bytes) ? SESSION_ID : bytes.sessionId}.jsonl`;
  const path = join(options.folder ?? tempDir('git-ot-sessions-'), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

export function append(path: string, bytes: Buffer | string): void {
  appendFileSync(path, bytes);
}
