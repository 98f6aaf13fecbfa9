/**
 * What a transcript tells beside its steps: queue operations, summaries, titles, timings. Everything here
 * is bounded, because it is stored in one record; the source keeps the rest.
 */
import { BoundedList } from '../shared/bounded-list.ts';
import {
  countOf,
  cutText,
  type Fields,
  fieldsOf,
  filledOf,
  jsonOf,
  listOf,
  numberOf,
  textOf,
  timeOf,
} from '../shared/fields.ts';
import { Envelope } from './envelope.ts';

const MAX_ITEMS = 500;
const MAX_TEXT = 10_000;

export class SessionNotes {
  readonly envelope = new Envelope();
  /** True while the last thing the user did was to stop a request. */
  interrupted = false;
  readonly compactions = new BoundedList();
  readonly #queue = new BoundedList();
  readonly #pullRequests = new BoundedList();
  readonly #modes = new BoundedList();
  readonly #summaries = new BoundedList();
  readonly #counts = new Map<string, number>();
  readonly #values = new Map<string, unknown>();
  #firstPrompt: string | null = null;
  #firstCommand: string | null = null;
  #lastMode: string | null = null;
  #customTitle: string | null = null;
  #aiTitle: string | null = null;
  #success: boolean | null = null;

  notePrompt(text: string): void {
    if (this.#firstPrompt === null && text.trim() !== '') this.#firstPrompt = cutText(text.trim(), 500);
  }

  noteCommand(text: string): void {
    if (this.#firstCommand === null) this.#firstCommand = commandLine(text);
  }

  /** First typed prompt, else the first slash command with its arguments; at most 500 characters. */
  get task(): string | null {
    return this.#firstPrompt ?? this.#firstCommand;
  }

  get customTitle(): string | null {
    return this.#customTitle ?? this.#aiTitle;
  }

  /** What a `result` entry said, null without one. */
  get success(): boolean | null {
    return this.#success;
  }

  /** Last summary whose leaf satisfies `isOwn`; summaries of other sessions stand in the same file. */
  ownSummary(isOwn: (leafUuid: string) => boolean): string | null {
    const own = this.#summaries.items.filter((item) => isOwn(String(item.leaf_uuid)));
    return textOf(own.at(-1)?.summary) ?? null;
  }

  /** The last summary of any kind. */
  anySummary(): string | null {
    return textOf(this.#summaries.items.at(-1)?.summary) ?? null;
  }

  /** Distinct names counted so far. */
  get countedNames(): number {
    return this.#counts.size;
  }

  count(name: string, by = 1): void {
    if (by > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  noteQueue(fields: Fields, line: number): void {
    const operation = cutText(filledOf(fields.operation) ?? 'unknown', 40);
    const content = fields.content;
    const text = content === undefined ? {} : boundedText(textOf(content) ?? jsonOf(content));
    this.#queue.add({ operation, timestamp: timeOf(fields.timestamp), line, ...text });
  }

  noteMode(value: unknown, line: number): void {
    const mode = filledOf(value);
    if (mode === undefined || mode === this.#lastMode) return;
    this.#lastMode = mode;
    this.#modes.add({ mode: cutText(mode, 100), line });
  }

  noteSummary(fields: Fields): void {
    const summary = filledOf(fields.summary);
    if (summary === undefined) return;
    const leaf = filledOf(fields.leafUuid);
    this.#summaries.add({
      summary: cutText(summary, 1000),
      ...(leaf === undefined ? {} : { leaf_uuid: cutText(leaf, 100) }),
    });
  }

  notePullRequest(fields: Fields): void {
    const number = numberOf(fields.prNumber);
    this.#pullRequests.add({
      ...(number === undefined ? {} : { number }),
      repository: cutText(textOf(fields.prRepository) ?? '', 300),
      url: cutText(textOf(fields.prUrl) ?? '', 1000),
    });
  }

  noteCustomTitle(value: unknown): void {
    this.#customTitle = filledOf(value) ?? this.#customTitle;
  }

  noteAiTitle(value: unknown): void {
    this.#aiTitle = filledOf(value) ?? this.#aiTitle;
  }

  /** Keeps the last text told under `name`. */
  noteText(name: string, value: unknown): void {
    const text = filledOf(value);
    if (text !== undefined) this.#values.set(name, cutText(text, MAX_TEXT));
  }

  noteStopHooks(fields: Fields): void {
    this.count('stop_hook_summaries');
    this.count('stop_hook_runs', countOf(fields.hookCount));
    this.count('stop_hook_errors', listOf(fields.hookErrors).length);
    if (fields.preventedContinuation === true) this.count('stop_hook_prevented');
  }

  noteTurn(fields: Fields): void {
    this.count('turns_timed');
    this.count('turns_duration_ms', countOf(fields.durationMs));
  }

  /** `result` closes a run started by a program: it alone says whether the run succeeded. */
  noteResult(fields: Fields): void {
    const subtype = filledOf(fields.subtype) ?? 'unknown';
    this.#success = subtype === 'success' && fields.is_error !== true;
    const cost = numberOf(fields.total_cost_usd);
    const turns = numberOf(fields.num_turns);
    this.#values.set('result', {
      subtype: cutText(subtype, 100),
      ...(cost === undefined ? {} : { total_cost_usd: cost }),
      ...(turns === undefined ? {} : { num_turns: turns }),
      permission_denials: listOf(fields.permission_denials).length,
    });
  }

  /** `system/init` of a run started by a program: tools and servers it had. */
  noteInit(fields: Fields): void {
    const tools = listOf(fields.tools).filter((tool) => typeof tool === 'string');
    const servers = listOf(fields.mcp_servers)
      .map((server) => filledOf(fieldsOf(server)?.name))
      .filter((name) => name !== undefined);
    this.#values.set(
      'tools_available',
      tools.slice(0, MAX_ITEMS).map((name) => cutText(name, 200)),
    );
    this.#values.set(
      'mcp_servers',
      servers.slice(0, MAX_ITEMS).map((name) => cutText(name, 200)),
    );
  }

  /** The metadata bag of the record. */
  metadata(extra: ReadonlyArray<readonly [string, unknown]>): Record<string, unknown> {
    const session = this.envelope.severals();
    return Object.fromEntries([
      ...(session === undefined ? [] : [['session', session] as const]),
      ...(this.#counts.size === 0 ? [] : [['entry_counts', Object.fromEntries(this.#counts)] as const]),
      ...(this.#customTitle === null ? [] : [['custom_title', cutText(this.#customTitle, 500)] as const]),
      ...(this.#aiTitle === null ? [] : [['ai_title', cutText(this.#aiTitle, 500)] as const]),
      ...this.#values,
      ...this.#queue.entries('queue_operations'),
      ...this.#summaries.entries('summaries'),
      ...this.#pullRequests.entries('pr_links'),
      ...this.#modes.entries('permission_modes'),
      ...this.compactions.entries('compaction_events'),
      ...extra,
    ]);
  }
}

function boundedText(text: string): Record<string, unknown> {
  const content = cutText(text, MAX_TEXT);
  return content.length < text.length ? { content, truncated: true } : { content };
}

/** `/name args` out of the tags that a slash command leaves; null when there is no name. */
function commandLine(text: string): string | null {
  const name = tagged(text, 'command-name');
  if (name === null) return null;
  const args = tagged(text, 'command-args');
  return cutText(args === null ? name : `${name} ${args}`, 500);
}

function tagged(text: string, tag: string): string | null {
  const start = text.indexOf(`<${tag}>`);
  const end = text.indexOf(`</${tag}>`, start);
  if (start < 0 || end < 0) return null;
  return text.slice(start + tag.length + 2, end).trim() || null;
}
