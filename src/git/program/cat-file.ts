/** The long-lived `git cat-file --batch-command` child behind the reader: start, pipeline, restart, end. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Socket } from 'node:net';
import { OtError } from '../../base/errors.ts';
import { gitFailed } from '../failure.ts';
import type { ObjectType } from '../ports.ts';
import { collectStderr, exitOf, type GitProgram } from '../spawn.ts';
import { damaged } from '../walking-reader.ts';
import { type BodyPlan, ReplyParser } from './reply-parser.ts';

export interface Reply {
  readonly oid: string;
  readonly type: ObjectType;
  readonly size: number;
  /** Empty for `info`. */
  readonly data: Buffer;
}

type Command = 'info' | 'contents';

interface Request {
  readonly command: Command;
  readonly name: string;
  readonly resolve: (reply: Reply | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Larger contents are refused: one object must not take the memory of the whole process. */
const LARGEST_OBJECT = 512 * 1024 * 1024;
const HEADER = /^([0-9a-f]{40}|[0-9a-f]{64}) (blob|tree|commit|tag) (\d{1,15})$/;
const NOTHING = Buffer.alloc(0);

export class CatFile {
  readonly #git: GitProgram;
  readonly #gitDir: string;
  #session: Session | null = null;

  constructor(git: GitProgram, gitDir: string) {
    this.#git = git;
    this.#gitDir = gitDir;
  }

  /**
   * Asks for an object by a name in git's syntax, without newlines. Null when git knows no such object.
   * Throws `OT_OBJECT_CORRUPT` when git dies over it, `OT_OBJECT_TOO_LARGE` above 512 MiB, `OT_GIT_FAILED`.
   */
  ask(command: Command, name: string): Promise<Reply | null> {
    return new Promise((resolve, reject) => this.#submit({ command, name, resolve, reject }));
  }

  /** Starts the child before there is anything to ask. */
  begin(): void {
    this.#live();
  }

  /** Lets the child answer what was asked and end. A later request starts another one. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.end();
  }

  /** True when the child has written an error about anything so far. */
  complained(): boolean {
    return this.#session?.complained() ?? false;
  }

  #submit(request: Request): void {
    this.#live().add(request);
  }

  #live(): Session {
    this.#session ??= new Session(this.#git, this.#gitDir, (session, unanswered) => {
      if (this.#session === session) this.#session = null;
      for (const again of unanswered) this.#submit(again);
    });
    return this.#session;
  }
}

type OnEnd = (session: Session, unanswered: readonly Request[]) => void;

/** One life of the child. */
class Session {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #stderr: () => string;
  readonly #parser = new ReplyParser({
    header: (line) => this.#header(line),
    body: (data) => this.#body(data),
  });
  readonly #done: Promise<void>;
  #queue: Request[] = [];
  #answered = 0;
  #unsent: string[] = [];
  #current: Omit<Reply, 'data'> | null = null;

  constructor(git: GitProgram, gitDir: string, onEnd: OnEnd) {
    this.#child = git.start(['cat-file', '--batch-command', '--buffer'], { gitDir });
    this.#stderr = collectStderr(this.#child);
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.on('data', (chunk: Buffer) => this.#parser.push(chunk));
    this.#done = exitOf(this.#child, { gitDir }).then(
      ({ code, signal }) => onEnd(this, this.#buried(signal === null ? `exit ${code}` : `signal ${signal}`)),
      (error) => {
        onEnd(this, []);
        for (const request of this.#pending()) request.reject(error);
      },
    );
    this.#hold(false);
  }

  add(request: Request): void {
    if (this.#queue.length === this.#answered) this.#hold(true);
    this.#queue.push(request);
    if (this.#unsent.length === 0) queueMicrotask(() => this.#send());
    this.#unsent.push(`${request.command} ${request.name}\n`);
  }

  complained(): boolean {
    return this.#stderr() !== '';
  }

  async end(): Promise<void> {
    this.#send();
    this.#hold(true);
    this.#child.stdin.end();
    await this.#done;
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    this.#child.stdin.write(`${this.#unsent.join('')}flush\n`);
    this.#unsent = [];
  }

  #header(line: string): BodyPlan {
    const request = this.#queue[this.#answered]!;
    const match = HEADER.exec(line);
    if (match === null) {
      this.#settle().resolve(null);
      return null;
    }
    const size = Number(match[3]);
    this.#current = { oid: match[1]!, type: match[2] as ObjectType, size };
    if (request.command === 'contents') return { size, keep: size <= LARGEST_OBJECT };
    this.#settle().resolve({ ...this.#current, data: NOTHING });
    return null;
  }

  #body(data: Buffer): void {
    const reply = { ...this.#current!, data };
    if (reply.size <= LARGEST_OBJECT) this.#settle().resolve(reply);
    else this.#settle().reject(tooLarge(reply.oid, reply.size));
  }

  /** The request now answered, taken off the queue. */
  #settle(): Request {
    const request = this.#queue[this.#answered]!;
    this.#answered += 1;
    if (this.#answered === this.#queue.length) {
      this.#queue = [];
      this.#answered = 0;
      this.#hold(false);
    }
    return request;
  }

  /** Fails what the child died over; returns the requests behind it, which deserve another child. */
  #buried(outcome: string): readonly Request[] {
    const [fatal, ...rest] = this.#pending();
    if (fatal === undefined) return [];
    const stderr = this.#stderr();
    if (/promisor|lazy fetching/.test(stderr)) fatal.resolve(null);
    else if (isDamage(stderr)) fatal.reject(damaged(fatal.name));
    else for (const request of [fatal, ...rest]) request.reject(gitFailed('cat-file', stderr, outcome));
    return isDamage(stderr) || /promisor|lazy fetching/.test(stderr) ? rest : [];
  }

  #pending(): readonly Request[] {
    return this.#queue.slice(this.#answered);
  }

  /** An idle child must not keep our process alive; one that owes an answer must. */
  #hold(wanted: boolean): void {
    const verb = wanted ? 'ref' : 'unref';
    this.#child[verb]();
    for (const pipe of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      (pipe as unknown as Socket)[verb]();
    }
  }
}

function isDamage(stderr: string): boolean {
  return /corrupt|inflate|unpack|delta|bad object|mismatch|truncated|garbage|malloc/i.test(stderr);
}

function tooLarge(oid: string, size: number): OtError {
  return new OtError(
    'OT_OBJECT_TOO_LARGE',
    'corrupt',
    `object ${oid} holds ${size} bytes, more than 512 MiB`,
  );
}
