/** Splits the output of `cat-file --batch-command` into header lines and bodies, without copying large bodies twice. */

/** What follows a header line: a body of `size` bytes and a newline, kept or thrown away; `null` for none. */
export type BodyPlan = { readonly size: number; readonly keep: boolean } | null;

export interface ReplyHandler {
  header(line: string): BodyPlan;
  body(data: Buffer): void;
}

const NOTHING = Buffer.alloc(0);

export class ReplyParser {
  readonly #handler: ReplyHandler;
  #parts: Buffer[] = [];
  /** Bytes of the body still to come, its closing newline included; 0 while a header is read. */
  #needed = 0;
  #keep = true;

  constructor(handler: ReplyHandler) {
    this.#handler = handler;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#needed > 0 ? this.#takeBody(chunk, at) : this.#takeHeader(chunk, at);
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(0x0a, at);
    if (newline < 0) {
      this.#parts.push(chunk.subarray(at));
      return chunk.length;
    }
    const plan = this.#handler.header(this.#join(chunk.subarray(at, newline)).toString('utf8'));
    this.#needed = plan === null ? 0 : plan.size + 1;
    this.#keep = plan?.keep ?? true;
    return newline + 1;
  }

  #takeBody(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#needed);
    this.#needed -= end - at;
    if (this.#needed > 0) {
      if (this.#keep) this.#parts.push(chunk.subarray(at, end));
    } else if (this.#keep) {
      const last = chunk.subarray(at, end);
      const whole = this.#parts.length === 0 ? detached(last, chunk) : this.#join(last);
      this.#handler.body(whole.subarray(0, whole.length - 1));
    } else {
      this.#handler.body(NOTHING);
    }
    return end;
  }

  #join(last: Buffer): Buffer {
    if (this.#parts.length === 0) return last;
    const whole = Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    return whole;
  }
}

/** A small body must not keep the whole read buffer alive. */
function detached(body: Buffer, chunk: Buffer): Buffer {
  return body.length * 4 < chunk.length ? Buffer.from(body) : body;
}
