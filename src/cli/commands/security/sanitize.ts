import { Command, Option } from 'clipanion';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { type Reply, serialize } from '../../envelope.ts';
import { sanitizeStdin } from '../../sanitize.ts';

export class SecuritySanitizeCommand extends OtCommand {
  static override paths = [['security', 'sanitize']];
  static override usage = Command.Usage({
    details:
      'Reads one JSON object on stdin, {"text": "..."}, {"row": {...}} or {"record": {...}}, and prints it with every ' +
      'secret replaced by a placeholder, with a report of what was found where, which quotes nothing of it. --tools ' +
      "names the tools; --use-config takes those of the bucket's policy. Unless every one of them runs, nothing is " +
      'sanitized and the exit code is 3. --field-type says what the text is (general, tool_input, tool_result, ' +
      'reasoning): entropy looks at the first two only.',
    examples: [
      ['A text', `printf '%s' '{"text": "..."}' | git ot security sanitize --tools regex,path_anonymizer`],
      ['As a push would', `printf '%s' '{"record": {}}' | git ot security sanitize --use-config`],
    ],
  });
  static readonly synopsis = '[--tools NAMES] [--use-config] [--field-type TYPE]';

  tools = Option.String('--tools', { description: 'names of tools, separated by commas' });
  useConfig = Option.Boolean('--use-config', false, { description: "the tools of the bucket's policy" });
  fieldType = Option.String('--field-type', { description: 'what the text is; default general' });

  protected override async run(app: App): Promise<Reply> {
    const { tools, useConfig, fieldType } = this;
    const { answer, failure } = await sanitizeStdin(app, { tools, useConfig, fieldType });
    return {
      schema: 'opentraces.security.sanitize.v1',
      data: answer,
      text: () => (failure === undefined ? serialize(answer, false) : ''),
      ...(failure === undefined ? {} : { failure }),
    };
  }
}
