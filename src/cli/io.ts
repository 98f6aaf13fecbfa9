/** The terminal as commands and `envelope.ts` see it; tests give one that records. */
export interface Io {
  /** True when text on stdout may carry colours: a terminal, no NO_COLOR, no `TERM=dumb`. */
  readonly color: boolean;
  readonly stdoutIsTerminal: boolean;
  /** True when a person can be asked: stdin and stderr are terminals. */
  readonly interactive: boolean;
  /** Width of the terminal in columns; 100 when there is none. */
  readonly columns: number;
  /** Resolves when the chunk has left the process, so that awaiting it bounds memory. */
  out(chunk: string | Uint8Array): Promise<void>;
  err(text: string): Promise<void>;
  /** Everything on stdin. */
  input(): AsyncIterable<Buffer>;
  /** One line typed by a person without its end, or null at the end of input. */
  readLine(): Promise<string | null>;
  /** The same, shown nowhere while it is typed. */
  readSecret(): Promise<string | null>;
}
