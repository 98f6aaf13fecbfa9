import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { readMap } from '../../../trace/read-map.ts';
import { type SliceMode, slicesOf } from '../../../trace/slice.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { oneOf, wholeNumber, wholeTrace } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { gapSteps, gapsView } from '../../views/trace-gaps.ts';
import { slicesView } from '../../views/trace-slice.ts';
import { withShelves } from '../../with-shelves.ts';

const DEFAULT_RADIUS = 3;

export class TraceSliceCommand extends OtCommand {
  static override paths = [['trace', 'slice']];
  static override usage = Command.Usage({
    details:
      'Spans of a trace: their steps in full, with map, patches and commits. One span by step numbers or around ' +
      'a step or a patch, or one per burst: from what was asked to what was still done about it.',
    examples: [
      ['Every piece of work by itself', 'git ot trace slice 3f2a9c1e --template bursts --json'],
      ['What led to a patch', 'git ot trace slice 3f2a9c1e --around-patch 7.1 --radius 5'],
    ],
  });
  static readonly synopsis =
    'ID --template NAME | --from-step N --to-step N | --around-step N | --around-patch PATCH [--radius N] [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  template = Option.String('--template', { description: 'cut by a rule: bursts' });
  fromStep = Option.String('--from-step', { description: 'first step' });
  toStep = Option.String('--to-step', { description: 'last step, included' });
  aroundStep = Option.String('--around-step', { description: 'the steps around this one' });
  aroundPatch = Option.String('--around-patch', { description: 'the steps around this patch' });
  radius = Option.String('--radius', { description: `steps to either side (${DEFAULT_RADIUS})` });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const wanted = this.#mode();
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const mapped = await readMap(shelves, wholeTrace(this.reference));
      const slices = slicesOf(mapped, wanted);
      const { remote, limitations } = mapped;
      const { mode } = wanted;
      return {
        schema: 'opentraces.trace.slice.v1',
        data: {
          trace_id: mapped.traceId,
          mode,
          template: mode === 'bursts' ? mode : null,
          slices,
          remote,
          limitations,
        },
        text: (page) =>
          `${slicesView(page, slices)}${slices.length === 0 ? gapsView(page, limitations) : ''}`,
        nextSteps: gapSteps(remote, limitations),
      };
    });
  }

  #mode(): SliceMode {
    const modes = [this.template, this.fromStep ?? this.toStep, this.aroundStep, this.aroundPatch];
    if (modes.filter((mode) => mode !== undefined).length !== 1) throw oneMode();
    if (this.template !== undefined) {
      this.#refuseRadius();
      return { mode: oneOf('--template', this.template, ['bursts']) };
    }
    if (this.fromStep !== undefined || this.toStep !== undefined) return this.#span();
    const radius = this.radius === undefined ? DEFAULT_RADIUS : wholeNumber('--radius', this.radius, 0);
    if (this.aroundPatch !== undefined) return { mode: 'around_patch', patch: this.aroundPatch, radius };
    return { mode: 'around_step', step: wholeNumber('--around-step', this.aroundStep!, 1), radius };
  }

  #span(): SliceMode {
    this.#refuseRadius();
    const from = this.fromStep === undefined ? 1 : wholeNumber('--from-step', this.fromStep, 1);
    const to = this.toStep === undefined ? null : wholeNumber('--to-step', this.toStep, from);
    return { mode: 'steps', from, to };
  }

  #refuseRadius(): void {
    if (this.radius === undefined) return;
    throw new OtError('OT_BAD_VALUE', 'usage', '--radius says how far to go from a step or a patch', {
      hint: 'give --around-step or --around-patch with it',
    });
  }
}

function oneMode(): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', 'a slice is cut in one way', {
    hint: 'give one of: --template bursts, --from-step and --to-step, --around-step, --around-patch',
  });
}
