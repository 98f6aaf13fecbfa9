#!/usr/bin/env node
/**
 * Independent tally of Gemini CLI sessions: one JSON object per file. It shares no code with the parser.
 *
 * usage: node gemini_tally.mjs FILE...
 *
 *   message           an object with id, content and type user, gemini, info, warning or error: an element of
 *                     `messages` of a document or of a `$set`, or a line. The last of an id counts.
 *   user_messages     type user.
 *   agent_messages    type gemini.
 *   tool_calls        toolCalls of gemini messages, those of one id once.
 *   tool_results      toolCalls with a result; tool_errors those of them with status error.
 *   thinking_blocks   thoughts of gemini messages.
 *   images            inlineData with bytes, in messages and in results.
 *   subagents         distinct agentIds of toolCalls.
 *   tokens            input without what was cached but with tool prompts; thoughts are output; what is no
 *                     integer from 0 to 10^12 is 0.
 */
import { readFileSync } from 'node:fs';

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const count = (value) => (Number.isInteger(value) && value >= 0 && value <= 1e12 ? value : 0);
const list = (value) => (Array.isArray(value) ? value : []);
const TYPES = ['user', 'gemini', 'info', 'warning', 'error'];

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A cut document is closed behind the last message that makes it whole. */
function documentOf(text) {
  const whole = parsed(text);
  if (whole !== undefined || /^\{.*\}\s*$/m.test(text)) return whole;
  for (let at = text.lastIndexOf('}'); at > 0; at = text.lastIndexOf('}', at - 1)) {
    const closed = parsed(`${text.slice(0, at + 1)}]}`);
    if (closed !== undefined) return closed;
  }
  return undefined;
}

function recordsOf(line) {
  const whole = parsed(line);
  if (whole !== undefined) return [whole];
  const cut = line.indexOf('}{') + 1;
  return cut > 0 ? [parsed(line.slice(0, cut)), ...recordsOf(line.slice(cut))] : [];
}

function candidatesOf(text) {
  const document = documentOf(text);
  if (isObject(document) && Array.isArray(document.messages)) return document.messages;
  return text
    .split('\n')
    .flatMap(recordsOf)
    .flatMap((record) => [record, ...list(record?.$set?.messages)]);
}

function messagesOf(text) {
  const byId = new Map();
  for (const message of candidatesOf(text)) {
    if (!isObject(message) || typeof message.id !== 'string' || message.content === undefined) continue;
    if (TYPES.includes(message.type)) byId.set(message.id, message);
  }
  return [...byId.values()];
}

/** Parts with bytes, those beside a tool's answer included. */
function imagesIn(content) {
  const parts = [content].flat().filter(isObject);
  const inner = parts.flatMap((part) => list(part.functionResponse?.parts)).filter(isObject);
  return [...parts, ...inner].filter((part) => part.inlineData?.data).length;
}

export function tallyText(text) {
  const messages = messagesOf(text);
  const models = messages.filter(({ type }) => type === 'gemini');
  const calls = models.flatMap(({ toolCalls }) => list(toolCalls).filter(isObject));
  const named = new Set(calls.map(({ id }) => id).filter(Boolean));
  const answered = calls.filter(({ result }) => result !== undefined && result !== null);
  const sum = (of) => models.reduce((total, { tokens }) => total + (isObject(tokens) ? of(tokens) : 0), 0);
  const input = (tokens) => Math.max(0, count(tokens.input) - count(tokens.cached)) + count(tokens.tool);
  return [
    {
      trace: '',
      user_messages: messages.filter(({ type }) => type === 'user').length,
      agent_messages: models.length,
      tool_calls: named.size + calls.filter(({ id }) => !id).length,
      tool_results: answered.length,
      thinking_blocks: models.flatMap(({ thoughts }) => list(thoughts).filter(isObject)).length,
      tool_errors: answered.filter(({ status }) => status === 'error').length,
      subagents: new Set(calls.map(({ agentId }) => agentId).filter(Boolean)).size,
      images:
        messages.reduce((total, { content }) => total + imagesIn(content), 0) +
        answered.reduce((total, { result }) => total + imagesIn(result), 0),
      tokens: {
        input: sum(input),
        output: sum((tokens) => count(tokens.output) + count(tokens.thoughts)),
        cache_read: sum((tokens) => count(tokens.cached)),
        cache_write: 0,
      },
    },
  ];
}

if (process.argv[1]?.endsWith('gemini_tally.mjs')) {
  for (const file of process.argv.slice(2)) {
    for (const trace of tallyText(readFileSync(file, 'utf8'))) {
      process.stdout.write(`${JSON.stringify({ file, ...trace })}\n`);
    }
  }
}
