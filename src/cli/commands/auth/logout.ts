import { Command } from 'clipanion';
import type { App } from '../../app.ts';
import { logOut } from '../../auth.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { logoutView } from '../../views/auth.ts';
import { warningLines } from '../../views/security.ts';

export class AuthLogoutCommand extends OtCommand {
  static override paths = [['auth', 'logout']];
  static override usage = Command.Usage({
    details:
      'Deletes the file with the token of the Hugging Face hub. The token itself stays valid at the hub.',
    examples: [['Forget the token', 'git ot auth logout']],
  });
  static readonly synopsis = '';

  protected override async run(app: App): Promise<Reply> {
    const logout = await logOut(app);
    return {
      schema: 'opentraces.auth.logout.v1',
      data: logout,
      text: () => logoutView(logout),
      notes: warningLines(logout.warnings),
    };
  }
}
