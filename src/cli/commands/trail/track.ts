import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { findTrace } from '../../../bucket/find.ts';
import type { PlacedPatch } from '../../../trail/read-edits.ts';
import { limitationsOf } from '../../../trail/repository.ts';
import { trackPatches } from '../../../trail/track.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { pointInTime, TIME_FORMS } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { limitationNotes } from '../../limitation-notes.ts';
import { patchNamed } from '../../patch-name.ts';
import { trackView } from '../../views/trail-track.ts';
import { type OpenedTrail, withTrail } from '../../with-trail.ts';

export class TrailTrackCommand extends OtCommand {
  static override paths = [['trail', 'track']];
  static override usage = Command.Usage({
    details:
      'What became of the patches of a session, of one patch, or with --all of every session of this repository: ' +
      'alive where they were made or under another name, alive in part, rewritten by the same session, repaired by ' +
      'others, reverted, lost, on a branch that HEAD does not hold, or never committed. Lines are followed by their ' +
      `owners, not by their positions. ${TIME_FORMS}`,
    examples: [
      ['What is left of a session', 'git ot trail track 3f2a9c1e'],
      ['All patches of this week', 'git ot trail track --all --since 7d'],
    ],
  });
  static readonly synopsis = '[ID] [--patch PATCH] [--all] [--since TIME]';

  id = Option.String({ name: 'ID', required: false });
  patch = Option.String('--patch', { description: 'only this patch, by its id' });
  all = Option.Boolean('--all', false, { description: 'patches of every session of this repository' });
  since = Option.String('--since', { description: 'only patches made since then' });

  protected override run(app: App): Promise<Reply> {
    const given = [this.id !== undefined, this.patch !== undefined, this.all].filter(Boolean).length;
    if (given !== 1) throw notOne();
    return withTrail(app, { quiet: this.quiet }, async (opened) => {
      const { shelves, database, repository } = opened;
      const wanted = await this.#wanted(app, opened);
      const patches = await trackPatches({ shelves, database, repository, wanted });
      if (this.patch !== undefined && patches.length === 0) throw noPatch();
      return {
        schema: 'opentraces.trail.track.v1',
        notes: limitationNotes(opened.repository),
        data: { patches, limitations: limitationsOf(opened.repository), freshness: opened.freshness },
        text: (page) => trackView(page, patches),
      };
    });
  }

  async #wanted(app: App, { shelves }: OpenedTrail): Promise<(patch: PlacedPatch) => boolean> {
    const since =
      this.since === undefined ? 0 : Date.parse(pointInTime('--since', this.since, app.platform.now()));
    const trace = this.id === undefined ? null : (await findTrace(shelves, this.id)).traceId;
    const one = this.patch === undefined ? null : await patchNamed(shelves, this.patch);
    if (this.patch !== undefined && one === null) throw noPatchId();
    return ({ session, step, ordinal, time }) =>
      time >= since &&
      (trace === null || session.trace_id === trace) &&
      (one === null || (session.trace_id === one.traceId && step === one.step && ordinal === one.ordinal));
  }
}

function notOne(): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', 'one of ID, --patch and --all says what to track', {
    hint: 'see git ot trail track --help',
  });
}

function noPatchId(): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', '--patch does not take that', {
    hint: 'give the id of a patch, such as tp:3f2a9c1e:12.1: git ot trail track --all lists them',
  });
}

function noPatch(): OtError {
  return new OtError('OT_PATCH_NOT_FOUND', 'not_found', 'no session of this repository made such a patch', {
    hint: 'list patches: git ot trail track --all',
  });
}
