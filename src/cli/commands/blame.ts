import { TrailBlameCommand } from './trail/blame.ts';

/** The short form of `trail blame`. */
export class BlameCommand extends TrailBlameCommand {
  static override paths = [['blame']];
}
