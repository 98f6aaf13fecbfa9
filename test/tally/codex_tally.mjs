#!/usr/bin/env node
/**
 * Independent tally of Codex rollouts, bare and wrapped: one JSON object per file. It shares no code with
 * the parser.
 *
 * usage: node codex_tally.mjs FILE...
 *
 *   item              the payload of a response_item line, or a whole line of the bare form.
 *   span              lines between two marks: compacted, and the events token_count, error,
 *                     stream_error, task_started, task_complete, turn_aborted.
 *   user_messages     user_message events (or item_completed ones) when the file has any, else user items
 *                     with a text that no program wrote.
 *   agent_messages    per span the larger of assistant items and agent_message events.
 *   tool_calls        items that call a tool; an id used again is another call.
 *   tool_results      items that answer a call; tool_errors those that tell of a failure, and whose call is
 *                     there.
 *   thinking_blocks   per span reasoning items, and agent_reasoning events beyond their summaries.
 *   images            data URLs in content and results, generated images, and those of user_message events
 *                     when the file has no user item.
 *   tokens            what the running totals grew by; a total that shrinks begins anew with its last call.
 */
import { readFileSync } from 'node:fs';

const MARKS =
  /^(compacted|token_count|error|stream_error|task_started|turn_started|task_complete|turn_complete|turn_aborted)$/;
const CALLS =
  /^(function_call|custom_tool_call|local_shell_call|tool_search_call|web_search_call|image_generation_call)$/;
const OUTPUTS = /^(function_call_output|custom_tool_call_output|tool_search_output)$/;
const PROGRAM =
  /^\s*(<(environment_context|user_instructions|INSTRUCTIONS|turn_aborted|subagent_notification|user_shell_command|skill)>|# AGENTS\.md instructions)/;
const FAILED =
  /^(apply_patch (verification )?failed|write_stdin failed|exec_command failed|failed to parse function arguments|failed in sandbox|execution error|unsupported (custom tool )?call|tool call error|collab spawn failed|unable to locate image|aborted by user|aborted$)/;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const count = (value) => (Number.isInteger(value) && value >= 0 && value <= 1e12 ? value : 0);
const parts = (value) => (Array.isArray(value) ? value.filter(isObject) : []);

function entriesOf(line) {
  const texts = line.split(/(?=\{"(?:timestamp|record_type)":)|(?<=\})(?=\{"type":)/);
  try {
    return [JSON.parse(line)];
  } catch {
    return texts.flatMap((text) => {
      try {
        return [JSON.parse(text)];
      } catch {
        return [];
      }
    });
  }
}

/** What a line says, as [kind, payload]. */
function unwrap(entry) {
  if (isObject(entry.payload)) return [entry.type, entry.payload];
  if (entry.record_type === 'state') return ['state', entry];
  if (entry.type === undefined && 'instructions' in entry) return ['session_meta', entry];
  return ['response_item', entry];
}

function textsOf(content) {
  if (typeof content === 'string') return [content];
  return parts(content)
    .map((part) => part.text)
    .filter((text) => typeof text === 'string');
}

function imagesIn(content) {
  const urls = parts(content).map((part) => part.image_url?.url ?? part.image_url);
  return urls.filter((url) => typeof url === 'string' && /^data:[^,]*;base64,./.test(url)).length;
}

function isFailure(output, end) {
  const wrapped = isObject(output);
  const body = wrapped ? (output.content_items ?? output.content) : output;
  const text = textsOf(body).join('\n');
  if ((wrapped && output.success === false) || end === 'failed' || FAILED.test(text)) return true;
  if (text.startsWith('{"output":')) {
    try {
      const code = JSON.parse(text).metadata?.exit_code;
      return Number.isInteger(code) && code !== 0;
    } catch {
      return false;
    }
  }
  const head = text.split(/^Output:$/m, 1)[0].slice(0, 600);
  const code = /^(?:Process exited with code|Exit code:) (-?\d+)$/m.exec(head)?.[1] ?? end;
  return code !== undefined && code !== 'fine' && Number(code) !== 0;
}

function endOf(event) {
  if (event.type === 'exec_command_end' && Number.isInteger(event.exit_code)) return String(event.exit_code);
  if (event.type === 'patch_apply_end') return event.success === false ? 'failed' : 'fine';
  if (event.type !== 'mcp_tool_call_end') return undefined;
  const { Ok, Err } = event.result ?? {};
  return Err !== undefined || Ok?.isError === true || Ok?.is_error === true ? 'failed' : 'fine';
}

class Tally {
  totals = {
    user_messages: 0,
    agent_messages: 0,
    tool_calls: 0,
    tool_results: 0,
    thinking_blocks: 0,
    tool_errors: 0,
    subagents: 0,
    images: 0,
  };
  typed = { items: 0, events: 0, images: 0 };
  open = new Set();
  ends = new Map();
  agents = new Set();
  usages = [];
  span = { said: 0, heard: 0, thoughts: 0, summaries: 0, told: 0 };

  closeSpan() {
    const { said, heard, thoughts, summaries, told } = this.span;
    this.totals.agent_messages += Math.max(said, heard);
    this.totals.thinking_blocks += thoughts + Math.max(0, told - summaries);
    this.span = { said: 0, heard: 0, thoughts: 0, summaries: 0, told: 0 };
  }

  read([kind, payload]) {
    if (MARKS.test(kind === 'event_msg' ? payload.type : kind)) this.closeSpan();
    if (kind === 'response_item') this.item(payload);
    if (kind === 'event_msg') this.event(payload);
  }

  item(item) {
    if (item.type === 'message' || item.type === undefined) this.message(item);
    if (item.type === 'reasoning') {
      this.span.thoughts += 1;
      this.span.summaries += textsOf(item.summary).length;
    }
    if (CALLS.test(item.type)) {
      this.totals.tool_calls += 1;
      this.open.add(item.call_id);
      if (item.type === 'image_generation_call' && item.result) this.totals.images += 1;
    }
    if (OUTPUTS.test(item.type)) this.output(item);
  }

  message({ role, content }) {
    if (role === 'assistant') this.span.said += 1;
    if (role === 'assistant' || role === 'user') this.totals.images += imagesIn(content);
    const texts = textsOf(content);
    if (role === 'user' && (texts.length === 0 || texts.some((text) => !PROGRAM.test(text))))
      this.typed.items += 1;
  }

  output(item) {
    this.totals.tool_results += 1;
    this.totals.images += imagesIn(item.output?.content_items ?? item.output?.content ?? item.output);
    const failed = isFailure(item.output, this.ends.get(item.call_id));
    if (failed) this.totals.tool_errors += 1;
    this.ends.delete(item.call_id);
    try {
      this.agent(JSON.parse(item.output).agent_id);
    } catch {}
  }

  agent(id) {
    if (typeof id === 'string' && id !== '') this.agents.add(id);
  }

  event(event) {
    const { type, item } = event;
    if (type === 'agent_message' || item?.type === 'AgentMessage') this.span.heard += 1;
    const isTyped = type === 'user_message' && !PROGRAM.test(event.message);
    if (isTyped || item?.type === 'UserMessage') this.typed.events += 1;
    if (type === 'user_message') this.typed.images += event.images?.length ?? 0;
    if (type === 'agent_reasoning' || item?.type === 'Reasoning') this.span.told += 1;
    if (type === 'collab_agent_spawn_end') this.agent(event.new_thread_id);
    const end = endOf(event);
    if (end !== undefined) this.ends.set(event.call_id, end);
    const { total_token_usage: total, last_token_usage: last } = event.info ?? {};
    if (type === 'token_count' && isObject(total) && isObject(last)) this.usages.push({ total, last });
  }

  /** Growth of one field over the session: every stretch of growing totals, from before its first call. */
  grown(field) {
    const stretches = [];
    let before;
    for (const { total, last } of this.usages) {
      const shrinks =
        before &&
        ['input_tokens', 'output_tokens', 'cached_input_tokens'].some(
          (name) => count(total[name]) < count(before[name]),
        );
      if (!before || shrinks) stretches.push({ from: count(total[field]) - count(last[field]), to: 0 });
      stretches.at(-1).to = count(total[field]);
      before = total;
    }
    return stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  end() {
    this.closeSpan();
    const cached = this.grown('cached_input_tokens');
    const { items, events, images } = this.typed;
    return {
      trace: '',
      ...this.totals,
      user_messages: events > 0 ? events : items,
      images: this.totals.images + (items === 0 ? images : 0),
      subagents: this.agents.size,
      tokens: {
        input: this.grown('input_tokens') - cached,
        output: this.grown('output_tokens'),
        cache_read: cached,
        cache_write: 0,
      },
    };
  }
}

export function tallyText(text) {
  const tally = new Tally();
  const entries = text.split('\n').flatMap(entriesOf).filter(isObject);
  for (const entry of entries) tally.read(unwrap(entry));
  return [tally.end()];
}

if (process.argv[1]?.endsWith('codex_tally.mjs')) {
  for (const file of process.argv.slice(2)) {
    for (const trace of tallyText(readFileSync(file, 'utf8'))) {
      process.stdout.write(`${JSON.stringify({ file, ...trace })}\n`);
    }
  }
}
