/**
 * A session format whose files are packed with zstd. The packed bytes are the source; lines, numbers and
 * offsets are those of the text in it. A sealed copy has the text, as a source of the plain format.
 */
import { LineSplitter } from '../../base/jsonl.ts';
import type {
  IdentityScan,
  LateParts,
  ParseOptions,
  SessionFacts,
  SessionFormat,
  SessionIdentity,
  SessionParse,
  SourceLine,
} from '../session-source.ts';
import { unpackHead, unpackZstd, ZstdUnpacker } from './zstd.ts';
import { isZstd } from './zstd-frames.ts';

const NEWLINE = Buffer.from('\n');

/** `plain` over zstd, under a name of its own. Without inline sub-agents: no line of the file is one's own. */
export function packedFormat(plain: SessionFormat, name: string): SessionFormat {
  return {
    agent: plain.agent,
    name,
    parserVersion: plain.parserVersion,
    detect: (head, fileName) => isPackedSession(plain, head, fileName),
    identify: (path) => new PackedScan(plain.identify(path.replace(/\.zst$/, ''))),
    parse: (options) => new PackedParse(plain, options),
    lineOwners: () => () => [],
    text: { format: plain, unpack: unpackZstd },
  };
}

/** A head without a whole block tells nothing yet: reading the file decides. */
function isPackedSession(plain: SessionFormat, head: Buffer, fileName: string): boolean {
  if (!isZstd(head)) return false;
  const { bytes, isSound } = unpackHead(head);
  return bytes.length === 0 ? isSound : plain.detect(bytes, fileName);
}

/** The lines of the text in a packed source, whose bytes come cut at what would be line ends. */
class PackedLines {
  readonly unpacker: ZstdUnpacker;
  readonly #splitter: LineSplitter;

  constructor(onLine: (line: SourceLine) => void) {
    this.#splitter = new LineSplitter(onLine);
    this.unpacker = new ZstdUnpacker((bytes) => this.#splitter.push(bytes));
  }

  push({ bytes, terminated }: SourceLine): void {
    this.unpacker.push(bytes);
    if (terminated) this.unpacker.push(NEWLINE);
  }

  end(): void {
    this.unpacker.end();
    this.#splitter.end();
  }
}

class PackedScan implements IdentityScan {
  readonly #scan: IdentityScan;
  readonly #lines: PackedLines;

  constructor(scan: IdentityScan) {
    this.#scan = scan;
    this.#lines = new PackedLines((line) => scan.push(line));
  }

  push(piece: SourceLine): void {
    this.#lines.push(piece);
  }

  get settled(): boolean {
    return this.#scan.settled === true;
  }

  end(): SessionIdentity | null {
    if (!this.settled) this.#lines.end();
    return this.#scan.end();
  }
}

class PackedParse implements SessionParse {
  readonly #parse: SessionParse;
  readonly #lines: PackedLines;

  constructor(plain: SessionFormat, options: ParseOptions) {
    this.#parse = plain.parse(options);
    this.#lines = new PackedLines((line) => this.#parse.push(line));
  }

  push(piece: SourceLine): void {
    this.#lines.push(piece);
  }

  end(): { facts: SessionFacts; late: LateParts } {
    this.#lines.end();
    const { facts, late } = this.#parse.end();
    if (!this.#lines.unpacker.damaged) return { facts, late };
    const limitations = [...facts.limitations, { code: 'damaged_compression', count: 1 }];
    return { facts: { ...facts, limitations }, late };
  }
}
