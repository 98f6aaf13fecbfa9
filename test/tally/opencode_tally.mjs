#!/usr/bin/env node
/**
 * Independent tally of OpenCode sessions: one JSON object per file. It shares no code with the parser.
 *
 * usage: node opencode_tally.mjs FILE...
 *
 * A file is an exported document, or lines of a database (`table`, `row`) or of a storage tree (`path` with
 * `content` or `text`). A part belongs to the message its id names, when that is the last one before it.
 *
 *   user_messages     role user with a part that is not synthetic, and no compaction part.
 *   agent_messages    role assistant.
 *   tool_calls        distinct callIDs of tool parts, those without one each.
 *   tool_results      the first of a call to be completed or error; tool_errors those of status error, and
 *                     those whose metadata names an exit code other than 0.
 *   thinking_blocks   reasoning parts.
 *   images            data URLs of file parts and of attachments of results.
 *   subagents         distinct session ids in the metadata of task parts.
 *   tokens            of assistant messages; reasoning is output; what is no integer from 0 to 10^12 is 0.
 */
import { readFileSync } from 'node:fs';

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value) => (Array.isArray(value) ? value.filter(isObject) : []);
const count = (value) => (Number.isInteger(value) && value >= 0 && value <= 1e12 ? value : 0);
const hasBytes = ({ url }) => /^data:[^,]*;base64,./.test(url ?? '');

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
  if (whole !== undefined || !/^\s*\{\s*"info"/.test(text)) return whole;
  for (let at = text.lastIndexOf('}'); at > 0; at = text.lastIndexOf('}', at - 1)) {
    const closed = parsed(`${text.slice(0, at + 1)}]}`);
    if (closed !== undefined) return closed;
  }
  return undefined;
}

/** Objects on a line, also when several are glued together. */
function objectsOn(line) {
  const whole = parsed(line);
  if (whole !== undefined) return [whole];
  for (let at = line.indexOf('}{'); at >= 0; at = line.indexOf('}{', at + 1)) {
    const first = parsed(line.slice(0, at + 1));
    if (first !== undefined) return [first, ...objectsOn(line.slice(at + 1))];
  }
  return [];
}

/** `[kind, own id, id of the message, value]` of a line. */
function recordOf(line) {
  if (isObject(line.row)) {
    const { id, message_id, data } = line.row;
    return [line.table, id, message_id, typeof data === 'string' ? parsed(data) : data];
  }
  const [kind, folder, name] = String(line.path).split('/');
  const value = line.content ?? parsed(line.text ?? '');
  return [kind, value?.id ?? name?.replace('.json', ''), value?.messageID ?? folder, value];
}

function messagesOf(text) {
  const document = documentOf(text);
  if (isObject(document) && Array.isArray(document.messages)) {
    return list(document.messages).flatMap(({ info, parts }) =>
      isObject(info) ? [{ info, parts: list(parts) }] : [],
    );
  }
  const messages = [];
  for (const line of text.split('\n').flatMap(objectsOn).filter(isObject)) {
    const [kind, id, messageId, value] = recordOf(line);
    if (!isObject(value)) continue;
    if (kind === 'message') messages.push({ id, info: value, parts: [] });
    if (kind === 'part' && messages.at(-1)?.id === messageId) messages.at(-1).parts.push(value);
  }
  return messages;
}

const isPrompt = ({ info, parts }) =>
  info.role === 'user' &&
  parts.some(({ synthetic }) => synthetic !== true) &&
  !parts.some(({ type }) => type === 'compaction');

/** The first result of each call. */
function resultsOf(tools) {
  const found = new Map();
  for (const [at, { callID, state }] of tools.entries()) {
    const ended = state?.status === 'completed' || state?.status === 'error';
    if (ended && !found.has(callID ?? at)) found.set(callID ?? at, state);
  }
  return [...found.values()];
}

export function tallyText(text) {
  const messages = messagesOf(text);
  const answers = messages.filter(({ info }) => info.role === 'assistant').map(({ info }) => info);
  const parts = messages.flatMap((message) => message.parts);
  const tools = parts.filter(({ type }) => type === 'tool');
  const results = resultsOf(tools);
  const failed = ({ status, metadata }) =>
    status === 'error' || (Number.isInteger(metadata?.exit) && metadata.exit !== 0);
  const children = tools.filter(({ tool }) => tool === 'task').map(({ state }) => state?.metadata?.sessionId);
  const sum = (of) => answers.reduce((total, { tokens }) => total + count(of(tokens ?? {})), 0);
  return [
    {
      trace: '',
      user_messages: messages.filter(isPrompt).length,
      agent_messages: answers.length,
      tool_calls: new Set(tools.map(({ callID }, at) => callID ?? at)).size,
      tool_results: results.length,
      thinking_blocks: parts.filter(({ type }) => type === 'reasoning').length,
      tool_errors: results.filter(failed).length,
      subagents: new Set(children.filter(Boolean)).size,
      images:
        parts.filter((part) => part.type === 'file' && hasBytes(part)).length +
        results.flatMap(({ attachments }) => list(attachments)).filter(hasBytes).length,
      tokens: {
        input: sum(({ input }) => input),
        output: sum(({ output }) => output) + sum(({ reasoning }) => reasoning),
        cache_read: sum(({ cache }) => cache?.read),
        cache_write: sum(({ cache }) => cache?.write),
      },
    },
  ];
}

if (process.argv[1]?.endsWith('opencode_tally.mjs')) {
  for (const file of process.argv.slice(2)) {
    for (const trace of tallyText(readFileSync(file, 'utf8'))) {
      process.stdout.write(`${JSON.stringify({ file, ...trace })}\n`);
    }
  }
}
