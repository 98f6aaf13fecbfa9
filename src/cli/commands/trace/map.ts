import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import type { Burst } from '../../../trace/bursts.ts';
import { ACTION_TYPES, type ActionType } from '../../../trace/map-node.ts';
import { type MapSelection, readMap, selectMap } from '../../../trace/read-map.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { oneOf, wholeNumber, wholeTrace } from '../../decode.ts';
import { engineName } from '../../engine.ts';
import type { Reply } from '../../envelope.ts';
import { gapSteps, gapsView } from '../../views/trace-gaps.ts';
import { burstsView, mapView } from '../../views/trace-map.ts';
import { withShelves } from '../../with-shelves.ts';

const DEFAULT_DEPTH = 2;

export class TraceMapCommand extends OtCommand {
  static override paths = [['trace', 'map']];
  static override usage = Command.Usage({
    details:
      'What happened in a trace as nodes in step order: instructions, messages, calls and their results, test ' +
      'runs, errors, patches, commits. With --bursts the edits made for one purpose are one node each, with ' +
      'what was asked, the files, the tests and the commit; the action type change_burst shows them among the other ' +
      'nodes. --around keeps what is near one step.',
    examples: [
      ['What was done, purpose by purpose', 'git ot trace map 3f2a9c1e --bursts'],
      ['Tests and errors only', 'git ot trace map 3f2a9c1e --actions test_run,error_signal'],
    ],
  });
  static readonly synopsis = 'ID [--bursts] [--around STEP] [--depth N] [--actions TYPES] [--engine NAME]';

  reference = Option.String({ name: 'ID' });
  bursts = Option.Boolean('--bursts', false, { description: 'edits made for one purpose as one node' });
  around = Option.String('--around', { description: 'only what is near this step' });
  depth = Option.String('--depth', { description: `edges to follow from --around (${DEFAULT_DEPTH})` });
  actions = Option.String('--actions', { description: 'only these action types, separated by commas' });
  engine = Option.String('--engine', { description: 'read with git (default) or isomorphic-git' });

  protected override run(app: App): Promise<Reply> {
    const selection = this.#selection();
    return withShelves(app, engineName(this.engine), async ({ shelves }) => {
      const mapped = await readMap(shelves, wholeTrace(this.reference));
      const { nodes, edges } = selectMap(mapped, selection);
      const { traceId, remote, limitations } = mapped;
      return {
        schema: 'opentraces.trace.map.v1',
        data: {
          trace_id: traceId,
          mode: selection.bursts ? 'bursts' : 'nodes',
          nodes,
          edges,
          remote,
          limitations,
        },
        text: (page) =>
          `${selection.bursts ? burstsView(page, nodes as readonly Burst[]) : mapView(page, nodes)}${gapsView(page, limitations)}`,
        nextSteps: gapSteps(remote, limitations),
      };
    });
  }

  #selection(): MapSelection {
    if (this.depth !== undefined && this.around === undefined) throw depthAlone();
    const depth = this.depth === undefined ? DEFAULT_DEPTH : wholeNumber('--depth', this.depth, 0);
    const step = this.around === undefined ? undefined : wholeNumber('--around', this.around, 1);
    const actions = this.actions === undefined ? undefined : this.#actionTypes(this.actions);
    return {
      bursts: this.bursts || actions?.every((type) => type === 'change_burst') === true,
      ...(step === undefined ? {} : { around: { step, depth } }),
      ...(actions === undefined ? {} : { actions }),
    };
  }

  #actionTypes(text: string): ActionType[] {
    const types = text.split(',').map((word) => oneOf('--actions', word.trim(), ACTION_TYPES));
    if (this.bursts && types.some((type) => type !== 'change_burst')) throw onlyBursts();
    return types;
  }
}

function onlyBursts(): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', 'with --bursts every node is a change_burst', {
    hint: 'leave out --bursts, and name change_burst among the --actions to see both',
  });
}

function depthAlone(): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', '--depth says how far to go from --around', {
    hint: 'give --around STEP too',
  });
}
