import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import type { App } from '../../app.ts';
import { logIn } from '../../auth.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { loginView } from '../../views/auth.ts';
import { warningLines } from '../../views/security.ts';

export class AuthLoginCommand extends OtCommand {
  static override paths = [['auth', 'login']];
  static override usage = Command.Usage({
    details:
      'Stores a token of the Hugging Face hub where its own programs look for it, readable by you alone. On a ' +
      'terminal it is asked for, and not shown; with --token it is read from stdin where there is no terminal. It ' +
      'is never an argument, which other users could see. The hub is asked whose it is; one that it does not take ' +
      'is not stored.',
    examples: [
      ['Be asked', 'git ot auth login'],
      ['From a file', 'git ot auth login --token < token.txt'],
    ],
  });
  static readonly synopsis = '[--token]';

  token = Option.Boolean('--token', false, { description: 'read the token from stdin' });
  /** Taken, so that a token typed here is refused without being repeated. */
  rest = Option.Rest({ name: 'TOKEN' });

  protected override async run(app: App): Promise<Reply> {
    if (this.rest.length > 0) throw tokenTyped();
    const login = await logIn(app, this.token, !this.json);
    return {
      schema: 'opentraces.auth.login.v1',
      data: login,
      text: () => loginView(login),
      notes: warningLines(login.warnings),
      nextSteps: ['git ot auth whoami'],
    };
  }
}

function tokenTyped(): OtError {
  return new OtError('OT_TOKEN_ARGUMENT', 'usage', 'a token is no argument: other users could see it', {
    hint: 'give it on stdin: git ot auth login --token < FILE; and replace the one you typed',
  });
}
