import { Command } from 'clipanion';
import { CtxAccessCommand } from '../../ctx-access.ts';

export class CtxWritesCommand extends CtxAccessCommand {
  static override paths = [['ctx', 'writes']];
  static override usage = Command.Usage({
    details: 'Files that calls of a trace wrote or changed.',
    examples: [['Up to a step', 'git ot ctx writes 3f2a9c1e --to-step 40']],
  });

  protected readonly access = 'writes';
}
