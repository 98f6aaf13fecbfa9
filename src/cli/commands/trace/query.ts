import { Command, Option } from 'clipanion';
import { OtError } from '../../../base/errors.ts';
import { projectIdOfPath, projectIdOfRoot } from '../../../base/ids.ts';
import type { FacetName } from '../../../catalog/facts.ts';
import {
  dependencyFacet,
  type FacetFilter,
  pathPatterns,
  type TraceFilter,
} from '../../../catalog/filter.ts';
import { describeCodeRepository } from '../../../git/code-repository.ts';
import { type QueryResult, queryTraces } from '../../../trace/query.ts';
import { agentHint } from '../../agent-hint.ts';
import type { App } from '../../app.ts';
import { OtCommand } from '../../base-command.ts';
import { journalFailure } from '../../damage.ts';
import { oneOf, TIME_FORMS, timeRange, wholeNumber } from '../../decode.ts';
import type { Reply } from '../../envelope.ts';
import { startProgress } from '../../progress.ts';
import { contradiction } from '../../usage-error.ts';
import { queryView } from '../../views/trace-query.ts';
import { withShelves } from '../../with-shelves.ts';

const DEFAULT_LIMIT = 20;
const MOST_LIMIT = 1000;
const SORTS = ['relevance', 'time'] as const;
const FILE_OPS = ['read', 'edit'] as const;

export class TraceQueryCommand extends OtCommand {
  static override paths = [['trace', 'query']];
  static override usage = Command.Usage({
    details:
      'Words may match anywhere in a step: what was asked, answered, thought, run, printed, and paths of files. ' +
      'Any of them is enough; the more and the rarer, the better. Identifiers match by their parts, words by their forms, "quoted words" ' +
      'stand side by side, auth* is a beginning, -word must not be there (after --; with filters alone, nowhere in the session). Filters are about the whole ' +
      'session. A file is a path or a pattern as git takes them. Own traces and pulled ones are searched, ' +
      `sub-agents too. ${TIME_FORMS}`,
    examples: [
      ['A half remembered step', 'git ot trace query stale lock file retried'],
      ['Words side by side, and a beginning', `git ot trace query '"lock file" stale*'`],
      [
        'Sessions that edited tests of a folder',
        "git ot trace query --files 'src/bucket/*.test.ts' --file-op edit",
      ],
      ['Failing runs of this week, as JSON', 'git ot trace query --test failed --since 7d --json'],
    ],
  });
  static readonly synopsis =
    '[TERMS...] [--lex TERMS] [--project PROJECT | --cwd] [--agent AGENT] [--model MODEL] [--tool TOOL] [--files GLOB] [--file-op OP] [--skill SKILL] [--test TEST] [--dependency NAME] [--committed | --uncommitted] [--success | --no-success] [--since TIME] [--until TIME] [--sort ORDER] [--limit N] [--cursor CURSOR]';

  terms = Option.Rest({ name: 'TERMS' });
  lex = Option.String('--lex', { description: 'words to look for, beside TERMS' });
  project = Option.String('--project', { description: 'only of this project: its id, or its name' });
  cwd = Option.Boolean('--cwd', false, { description: 'only of the project of the current folder' });
  agent = Option.String('--agent', { description: 'only of this agent, such as claude-code' });
  model = Option.String('--model', {
    description: 'only where this model spoke, in sub-agents too: a part of its name',
  });
  tool = Option.String('--tool', { description: 'only where this tool was called' });
  files = Option.String('--files', { description: 'only where such a file was read or edited' });
  fileOp = Option.String('--file-op', { description: 'what was done to the file: read or edit' });
  skill = Option.String('--skill', { description: 'only where this skill was used' });
  test = Option.String('--test', { description: 'only where tests ran: a runner, passed, failed, or any' });
  dependency = Option.String('--dependency', {
    description: 'only where this package was installed or pinned: NAME or NAME@VERSION',
  });
  committed = Option.Boolean('--committed', false, { description: 'only sessions that committed' });
  uncommitted = Option.Boolean('--uncommitted', false, { description: 'only sessions that did not' });
  success = Option.Boolean('--success', {
    description: 'only sessions that ended well: by their record, or their last run of tests',
  });
  since = Option.String('--since', { description: 'only traces that were still active then or later' });
  until = Option.String('--until', { description: 'only traces that began before or then' });
  sort = Option.String('--sort', 'relevance', { description: 'relevance (default) or time, newest first' });
  limit = Option.String('--limit', {
    description: `hits on a page (${DEFAULT_LIMIT}, at most ${MOST_LIMIT})`,
  });
  cursor = Option.String('--cursor', { description: 'go on after this page: its next_cursor' });

  protected override async run(app: App): Promise<Reply> {
    const options = { home: app.home, now: () => app.platform.now(), ...this.#question() };
    const filter = await this.#filter(app);
    const progress = startProgress(app, 'indexing', this.quiet);
    const onTrace = (done: number, total: number): void => progress.update(done, total);
    const result = await withShelves(app, 'git', ({ shelves }) =>
      queryTraces(shelves, { ...options, filter, onTrace }),
    ).finally(() => progress.end());
    return reply(result, this.agent);
  }

  #question() {
    const limit = this.limit === undefined ? DEFAULT_LIMIT : wholeNumber('--limit', this.limit, 1);
    if (limit > MOST_LIMIT) throw usage(`--limit takes at most ${MOST_LIMIT}`);
    return {
      text: [...this.terms, this.lex ?? ''].join(' ').trim(),
      sort: oneOf('--sort', this.sort, SORTS),
      limit,
      bounds: [this.since ?? null, this.until ?? null],
      ...(this.cursor === undefined ? {} : { cursor: this.cursor }),
    };
  }

  async #filter(app: App): Promise<TraceFilter> {
    if (this.committed && this.uncommitted) throw contradiction('--committed', '--uncommitted');
    if (this.cwd && this.project !== undefined) throw contradiction('--project', '--cwd');
    const { since, until } = timeRange(this.since, this.until, app.platform.now());
    const named = this.project === undefined ? [] : [this.project];
    const projects = this.cwd ? await projectsHere(app) : named;
    return {
      facets: this.#facets(),
      ...(projects.length === 0 ? {} : { projects }),
      ...(this.agent === undefined ? {} : { agent: this.agent }),
      ...(this.model === undefined ? {} : { model: this.model }),
      ...(this.committed || this.uncommitted ? { committed: this.committed } : {}),
      ...(this.success === undefined ? {} : { success: this.success }),
      ...(since === undefined ? {} : { since: Date.parse(since) }),
      ...(until === undefined ? {} : { until: Date.parse(until) }),
    };
  }

  #facets(): FacetFilter[] {
    if (this.fileOp !== undefined && this.files === undefined) throw usage('--file-op needs --files');
    const op = this.fileOp === undefined ? undefined : oneOf('--file-op', this.fileOp, FILE_OPS);
    return [
      ...facet(this.files, op === undefined ? ['file.read', 'file.edit'] : [`file.${op}`], pathPatterns),
      ...facet(this.tool, ['tool.name']),
      ...facet(this.skill, ['skill.name']),
      ...(this.dependency === undefined ? [] : [dependencyFacet(this.dependency)]),
      ...facet(this.test, ['test.framework', 'test.result'], testPatterns),
    ];
  }
}

function facet(
  value: string | undefined,
  names: readonly FacetName[],
  patterns = (text: string): string[] => [text],
): FacetFilter[] {
  return value === undefined ? [] : [{ names, patterns: patterns(value) }];
}

/** A runner is known by its program and its task: `go` finds `go test`. */
function testPatterns(text: string): string[] {
  return text === 'any' ? ['*'] : [text, `${text} *`];
}

/** Ids under which sessions of the current folder may be known. */
async function projectsHere({ git, cwd }: App): Promise<string[]> {
  const repository = await describeCodeRepository(git, cwd);
  const root = repository?.rootCommit;
  return [
    projectIdOfPath(cwd),
    ...(repository === null ? [] : [projectIdOfPath(repository.topLevel)]),
    ...(root === null || root === undefined ? [] : [projectIdOfRoot(root)]),
  ];
}

function reply(result: QueryResult, agent: string | undefined): Reply {
  return {
    schema: 'opentraces.trace.query.v1',
    data: result,
    text: (page) => queryView(page, result),
    nextSteps: nextSteps(result),
    ...agentHint('git ot trace query', agent, result.search_diagnostics.agents ?? []),
    ...journalFailure(result.unreadable_journals.map(() => undefined)),
  };
}

function nextSteps({ candidates, freshness }: QueryResult): string[] {
  const [first] = candidates;
  if (first === undefined) return freshness.incomplete_fix === null ? [] : [freshness.incomplete_fix];
  const absent = candidates.find(({ limitations }) => limitations.includes('text_not_here'));
  const fetch = absent?.metadata.remote
    ? `git ot bucket remote pull ${absent.metadata.remote} --again`
    : 'git ot bucket verify --full';
  return [`git ot trace get ${first.refs.short}`, ...(absent === undefined ? [] : [fetch])];
}

function usage(message: string): OtError {
  return new OtError('OT_BAD_VALUE', 'usage', message, { hint: 'see git ot trace query --help' });
}
