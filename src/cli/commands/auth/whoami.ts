import { Command } from 'clipanion';
import type { App } from '../../app.ts';
import { identity } from '../../auth.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { identityView } from '../../views/auth.ts';

export class AuthWhoamiCommand extends OtCommand {
  static override paths = [['auth', 'whoami']];
  static override usage = Command.Usage({
    details:
      'Asks the Hugging Face hub whose token this is. The token is that of HF_TOKEN, HUGGING_FACE_HUB_TOKEN, or the ' +
      'file HF_TOKEN_PATH, $HF_HOME/token or ~/.cache/huggingface/token.',
    examples: [['Am I logged in?', 'git ot auth whoami']],
  });
  static readonly synopsis = '';

  protected override async run(app: App): Promise<Reply> {
    const found = await identity(app);
    return { schema: 'opentraces.auth.whoami.v1', data: found, text: (page) => identityView(page, found) };
  }
}
