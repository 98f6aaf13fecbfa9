/** What all commands share: the common options, and the one way from a reply to output and exit code. */
import { Command, Option, type Usage } from 'clipanion';
import type { App } from './app.ts';
import { deliver, type Reply } from './envelope.ts';

/**
 * A command decodes its options, calls one function of a feature folder and returns its data. It prints
 * nothing and catches nothing: `execute` turns the reply or the error into output and an exit code.
 */
export abstract class OtCommand extends Command {
  /** Given right after parsing. */
  declare app: App;

  json = Option.Boolean('--json', false, { description: 'print exactly one JSON document on stdout' });
  quiet = Option.Boolean('--quiet', false, { description: 'print no progress, notes or next steps' });
  noColor = Option.Boolean('--no-color', false, { description: 'print no colours' });

  protected abstract run(app: App): Promise<Reply>;

  /** Resolves with the exit code; never rejects. */
  override async execute(): Promise<number> {
    const { app } = this;
    if (!this.quiet) app.platform.notice = (line) => void app.io.err(`${line}\n`);
    const mode = { json: this.json, quiet: this.quiet, color: app.io.color && !this.noColor };
    try {
      return await deliver(await this.run(app), app, mode);
    } catch (thrown) {
      return deliver({ thrown }, app, mode);
    }
  }
}

/** A concrete command class, as the table loads it. */
export interface CommandClass {
  new (): OtCommand;
  readonly paths: string[][];
  readonly usage: Usage;
  /** Arguments and options after the command's words, as a manual writes them: `ID [--out DIR]`. */
  readonly synopsis: string;
  /** Argument that may be an empty text; every other value must not be. */
  readonly mayBeEmpty?: string;
}
