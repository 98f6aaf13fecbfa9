#!/usr/bin/env node
/**
 * Independent tally of Copilot CLI sessions: one JSON object per file, for the session itself. It shares no
 * code with the parser.
 *
 * usage: node copilot_tally.mjs FILE...
 *
 *   event             a JSON object on a line; of several on one line each counts. One that names an agent or
 *                     a parent call belongs to a sub-agent, unless it tells of the sub-agent itself.
 *   user_messages     user.message without a source other than the user.
 *   agent_messages    distinct messageIds of assistant.message, and those without one.
 *   tool_calls        distinct ids of toolRequests and of tool.execution_start.
 *   tool_results      tool.execution_complete; tool_errors those without success, or with an exit code.
 *   thinking_blocks   messages with reasoningText; else the assistant.reasoning events before them.
 *   subagents         distinct ids of agents that events name.
 *   images            attachments and parts of results with bytes.
 *   tokens            the largest outputTokens of each message; of one shutdown what it adds up, when nothing
 *                     was resumed.
 */
import { readFileSync } from 'node:fs';

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const count = (value) => (Number.isInteger(value) && value >= 0 && value <= 1e12 ? value : 0);
const objects = (value) => (Array.isArray(value) ? value.filter(isObject) : []);
const isFilled = (value) => typeof value === 'string' && value !== '';

function eventsOf(line) {
  try {
    return [JSON.parse(line)];
  } catch {
    return line.split(/(?=\{"type":"[a-z]+\.)/).flatMap((text) => {
      try {
        return [JSON.parse(text)];
      } catch {
        return [];
      }
    });
  }
}

function isError(data, tool) {
  const result = isObject(data.result) ? data.result : {};
  const text = String(result.content ?? result.text_result_for_llm ?? data.result ?? '');
  const codes = objects(result.contents).map((part) => part.exitCode);
  const told = /(bash|shell)$/.test(tool) ? /exit code (-?\d+)>\s*$/.exec(text)?.[1] : undefined;
  const code = codes.find(Number.isInteger) ?? told;
  if (code !== undefined && Number(code) !== 0) return true;
  return data.success === false || (isFilled(result.result_type) && result.result_type !== 'success');
}

class Tally {
  totals = {
    user_messages: 0,
    agent_messages: 0,
    tool_results: 0,
    thinking_blocks: 0,
    tool_errors: 0,
    images: 0,
  };
  calls = new Set();
  messages = new Set();
  agents = new Set();
  tools = new Map();
  thoughts = 0;
  outputs = new Map();
  shutdowns = [];
  resumed = false;

  read({ type, data, agentId }) {
    if (!isFilled(type)) return;
    const agent = agentId ?? data?.parentToolCallId;
    if (isFilled(agent)) this.agents.add(agent);
    if (type === 'subagent.started') this.agents.add(agentId ?? data.toolCallId);
    if (!isObject(data) || (isFilled(agent) && !type.startsWith('subagent.'))) return;
    if (type === 'user.message') this.prompt(data);
    if (type === 'assistant.message') this.message(data);
    if (type === 'assistant.reasoning' && isFilled(data.content)) this.thoughts += 1;
    if (type === 'tool.execution_start') this.call(data.toolCallId, data.toolName);
    if (type === 'tool.execution_complete') this.result(data);
    if (type === 'session.shutdown') this.shutdowns.push(data);
    if (type === 'session.resume') this.resumed = true;
  }

  bytes(parts) {
    this.totals.images += objects(parts).filter((part) => isFilled(part.data)).length;
  }

  prompt(data) {
    if (data.source === undefined || data.source === 'user') this.totals.user_messages += 1;
    this.bytes(data.attachments);
  }

  message(data) {
    if (!this.messages.has(data.messageId)) this.totals.agent_messages += 1;
    if (isFilled(data.messageId)) this.messages.add(data.messageId);
    this.totals.thinking_blocks += isFilled(data.reasoningText) ? 1 : this.thoughts;
    this.thoughts = 0;
    for (const request of objects(data.toolRequests)) this.call(request.toolCallId, request.name);
    const key = data.messageId ?? this.totals.agent_messages;
    this.outputs.set(key, Math.max(count(data.outputTokens), this.outputs.get(key) ?? 0));
  }

  call(id, name) {
    this.calls.add(id);
    if (isFilled(name)) this.tools.set(id, name);
  }

  result(data) {
    this.totals.tool_results += 1;
    if (isError(data, this.tools.get(data.toolCallId) ?? '')) this.totals.tool_errors += 1;
    this.bytes(data.result?.contents);
    this.bytes(data.result?.binaryResultsForLlm);
  }

  tokens() {
    const alone = this.shutdowns.length === 1 && !this.resumed ? this.shutdowns[0] : {};
    const usages = Object.values(alone.modelMetrics ?? {}).map((metrics) => metrics.usage ?? {});
    const sum = (field) => usages.reduce((total, usage) => total + count(usage[field]), 0);
    const output = [...this.outputs.values()].reduce((total, each) => total + each, 0);
    const read = sum('cacheReadTokens');
    const write = sum('cacheWriteTokens');
    return {
      input: Math.max(0, sum('inputTokens') - read - write),
      output: output > 0 ? output : sum('outputTokens'),
      cache_read: read,
      cache_write: write,
    };
  }
}

export function tallyText(text) {
  const tally = new Tally();
  for (const event of text.split('\n').flatMap(eventsOf).filter(isObject)) tally.read(event);
  const { totals, calls, agents } = tally;
  return [{ trace: '', ...totals, tool_calls: calls.size, subagents: agents.size, tokens: tally.tokens() }];
}

if (process.argv[1]?.endsWith('copilot_tally.mjs')) {
  for (const file of process.argv.slice(2)) {
    for (const trace of tallyText(readFileSync(file, 'utf8'))) {
      process.stdout.write(`${JSON.stringify({ file, ...trace })}\n`);
    }
  }
}
