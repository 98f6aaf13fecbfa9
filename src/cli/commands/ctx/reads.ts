import { Command } from 'clipanion';
import { CtxAccessCommand } from '../../ctx-access.ts';

export class CtxReadsCommand extends CtxAccessCommand {
  static override paths = [['ctx', 'reads']];
  static override usage = Command.Usage({
    details: 'Files that calls of a trace brought before the model.',
    examples: [['Up to a step', 'git ot ctx reads 3f2a9c1e --to-step 40']],
  });

  protected readonly access = 'reads';
}
