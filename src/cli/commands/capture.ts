import { resolve } from 'node:path';
import { Command, Option } from 'clipanion';
import { OtError } from '../../base/errors.ts';
import { type CaptureReport, captureSessions, type FileResult } from '../../capture/capture.ts';
import { settleLogs } from '../../capture/live/state.ts';
import { describeCodeRepository } from '../../git/code-repository.ts';
import { agentFolders } from '../agent-folders.ts';
import type { App } from '../app.ts';
import { OtCommand } from '../base-command.ts';
import { existingFolder } from '../decode.ts';
import type { Reply } from '../envelope.ts';
import { startProgress } from '../progress.ts';
import { takenSessions } from '../selection.ts';
import { captureView } from '../views/capture.ts';
import { withBucket } from '../with-bucket.ts';

export class CaptureCommand extends OtCommand {
  static override paths = [['capture']];
  static override usage = Command.Usage({
    details:
      'Reads session logs as agents write them; the format is told from their content. A session that was ' +
      'captured before is compared: an equal one makes no commit, a longer one adds its new part. In a folder, ' +
      'what is no session is reported and passed over, and so is what was left out: repositories where capture is ' +
      'off, sessions with a do-not-save mark.',
    examples: [
      ['One session', 'git ot capture ~/.claude/projects/-home-dev-acme/0b1d.jsonl'],
      ['Every session below a folder', 'git ot capture ~/.claude/projects'],
      ['Every session of this machine', 'git ot capture --all'],
      ['Mend a trace that bucket verify found damaged', 'git ot capture --again session.jsonl'],
    ],
  });
  static readonly synopsis = 'PATH... [--project DIR] [--all] [--again]';

  files = Option.Rest({ name: 'PATH' });
  project = Option.String('--project', {
    description: 'folder the sessions belong to, instead of the one they name',
  });
  all = Option.Boolean('--all', false, {
    description: 'also the folders where agents keep their sessions here',
  });

  again = Option.Boolean('--again', false, {
    description: 'derive sessions anew even when they are unchanged: mends damaged traces',
  });

  protected override async run(app: App): Promise<Reply> {
    const named = this.files.map((path) => resolve(app.cwd, path));
    const paths = this.all ? [...named, ...(await agentFolders(app))] : named;
    if (paths.length === 0) throw noPath();
    const project =
      this.project === undefined ? undefined : await existingFolder('--project', this.project, app.cwd);
    const began = app.platform.now();
    const progress = startProgress(app, 'capturing', this.quiet);
    let done = 0;
    const onFile = (): void => {
      done += 1;
      progress.update(done);
    };
    const report = await withBucket(app, { create: true }, ({ bucket }) =>
      captureSessions({
        bucket,
        paths,
        selection: takenSessions(app),
        again: this.again,
        ...(project === undefined ? {} : { project }),
        describeRepository: (folder) => describeCodeRepository(app.git, folder),
        onFile,
      }),
    ).finally(() => progress.end());
    if (this.all) await settleLogs(app.home, app.platform, began);
    return reply(report, app.cwd);
  }
}

function reply(report: CaptureReport, cwd: string): Reply {
  const failed = report.results.filter(isNamedFailure);
  const captured = traceToShow(report.results);
  return {
    schema: 'opentraces.capture.v1',
    data: { traces: report.results, totals: report.totals, commits: report.commits },
    text: (page) => captureView(page, report, cwd),
    nextSteps: captured === undefined ? [] : ['git ot trace list', `git ot trace get ${captured}`],
    ...(failed.length === 0 ? {} : { failure: incomplete(failed.length) }),
  };
}

/** One that changed before one that did not, a session before its sub-agents, which are read first. */
function traceToShow(results: readonly FileResult[]): string | undefined {
  const traces = results.filter(({ trace_id }) => trace_id !== undefined);
  const sessions = traces.filter(({ subagent }) => subagent === undefined);
  const changed = sessions.find(({ status }) => status !== 'unchanged');
  return (changed ?? sessions[0] ?? traces[0])?.trace_id;
}

function isNamedFailure({ named, status }: FileResult): boolean {
  return named && (status === 'error' || status === 'skipped');
}

function noPath(): OtError {
  return new OtError('OT_MISSING_ARGUMENT', 'usage', 'a file or folder to capture is missing', {
    hint: 'run: git ot capture PATH, or git ot capture --all',
  });
}

function incomplete(count: number): OtError {
  return new OtError('OT_CAPTURE_INCOMPLETE', 'usage', `${count} of the named files could not be captured`, {
    hint: 'the others were captured; the reasons stand beside each file',
  });
}
