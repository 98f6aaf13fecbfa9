import { Command, Option } from 'clipanion';
import { assertFile } from '../../../trail/blame.ts';
import { explainLine } from '../../../trail/explain.ts';
import { explainPatch } from '../../../trail/explain-patch.ts';
import { limitationsOf } from '../../../trail/repository.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import type { Reply } from '../../envelope.ts';
import { explainTarget } from '../../explain-target.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { explainedLineView, explainedPatchView } from '../../views/trail-explain.ts';
import { type OpenedTrail, withTrail } from '../../with-trail.ts';

export class TrailExplainCommand extends OtCommand {
  static override paths = [['trail', 'explain']];
  static override usage = Command.Usage({
    details:
      'The evidence behind one answer: which commit brought a line, which patch and step wrote it and by what rule ' +
      'that is known; of a line without an owner which patches have the same text, and what kept each of them from ' +
      'owning it. Of a patch: which commits brought its lines, and what became of them. A TARGET is FILE:LINE, ' +
      'COMMIT:FILE:LINE or the id of a patch.',
    examples: [
      ['Why this line is said to be of that step', 'git ot trail explain src/app.ts:12'],
      ['What became of a patch', 'git ot trail explain tp:3f2a9c1e:12.1'],
    ],
  });
  static readonly synopsis = 'TARGET';

  target = Option.String({ name: 'TARGET' });

  protected override run(app: App): Promise<Reply> {
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const target = await explainTarget(app, opened, this.target);
      if (target.kind === 'line' && target.line.commit === null)
        await assertFile(opened.repository, target.line.path);
      const more = { limitations: limitationsOf(opened.repository), freshness: opened.freshness };
      const { data, text, step } =
        target.kind === 'line' ? await ofLine(opened, target.line) : await ofPatch(opened, target.patch);
      return {
        schema: 'opentraces.trail.explain.v1',
        notes: limitationNotes(opened.repository),
        data: { ...data, ...more },
        text,
        ...(step === null ? {} : { nextSteps: waysToOpen(step) }),
      };
    });
  }
}

type Explained = Pick<Reply, 'data' | 'text'> & { readonly step: Place | null };
type Place = { readonly trace_id: string; readonly step_index: number };

async function ofLine(opened: OpenedTrail, target: Parameters<typeof explainLine>[1]): Promise<Explained> {
  const found = await explainLine(opened, target);
  return { data: found, text: (page) => explainedLineView(page, found), step: found.step };
}

async function ofPatch(opened: OpenedTrail, name: Parameters<typeof explainPatch>[1]): Promise<Explained> {
  const found = await explainPatch(opened, name);
  return { data: found, text: (page) => explainedPatchView(page, found), step: found.step };
}

function waysToOpen({ trace_id, step_index }: Place): string[] {
  return [`git ot trace get ${trace_id}:${step_index}`, `git ot ctx step ${trace_id} ${step_index}`];
}
