#!/usr/bin/env node
/**
 * Independent tally of Pi sessions: one JSON object per file. It shares no code with the parser.
 *
 * usage: node pi_tally.mjs FILE...
 *
 *   row               a JSON object on a line; of several on one line each counts. A row whose id, type,
 *                     timestamp and parentId another row had before is a repeat and says nothing new.
 *   user_messages     message rows with role user.
 *   agent_messages    message rows with role assistant.
 *   tool_calls        distinct ids of toolCall blocks of assistant messages.
 *   tool_results      message rows with role toolResult; tool_errors those with isError true.
 *   thinking_blocks   thinking blocks of assistant messages.
 *   images            image blocks with bytes, in any message.
 *   tokens            sums over assistant messages; what is no integer from 0 to 10^12 is 0.
 */
import { readFileSync } from 'node:fs';

const EMPTY = { user_messages: 0, agent_messages: 0, tool_results: 0, tool_errors: 0, thinking_blocks: 0 };

function rowsOf(line) {
  try {
    return [JSON.parse(line)];
  } catch {
    return gluedRows(line);
  }
}

/** Every way to cut the line at `}{` is tried, left to right. */
function gluedRows(line) {
  const found = [];
  let rest = line;
  for (let at = rest.indexOf('}{'); at >= 0; at = rest.indexOf('}{', at + 1)) {
    try {
      found.push(JSON.parse(rest.slice(0, at + 1)));
      rest = rest.slice(at + 1);
      at = 0;
    } catch {}
  }
  try {
    found.push(JSON.parse(rest));
  } catch {}
  return found;
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const count = (value) => (Number.isInteger(value) && value >= 0 && value <= 1e12 ? value : 0);

export function tallyText(text) {
  const totals = { ...EMPTY, images: 0 };
  const tokens = { input: 0, output: 0, cache_read: 0, cache_write: 0 };
  const calls = new Set();
  const seen = new Set();
  for (const row of text.split('\n').flatMap(rowsOf).filter(isObject)) {
    if (row.id !== undefined && row.type !== 'session') {
      const key = JSON.stringify([row.id, row.type, row.timestamp, row.parentId]);
      if (seen.has(key)) continue;
      seen.add(key);
    }
    const blocks = [row.message?.content, row.type === 'custom_message' && row.content]
      .flat()
      .filter(isObject);
    totals.images += blocks.filter((block) => block.type === 'image' && block.data).length;
    if (row.type === 'message') addMessage(row.message ?? {}, blocks, { totals, tokens, calls });
  }
  return [{ trace: '', ...totals, tool_calls: calls.size, subagents: 0, tokens }];
}

function addMessage(message, blocks, { totals, tokens, calls }) {
  if (message.role === 'user') totals.user_messages += 1;
  if (message.role === 'toolResult') {
    totals.tool_results += 1;
    if (message.isError === true) totals.tool_errors += 1;
  }
  if (message.role !== 'assistant') return;
  totals.agent_messages += 1;
  totals.thinking_blocks += blocks.filter((block) => block.type === 'thinking').length;
  for (const block of blocks) if (block.type === 'toolCall') calls.add(block.id);
  tokens.input += count(message.usage?.input);
  tokens.output += count(message.usage?.output);
  tokens.cache_read += count(message.usage?.cacheRead);
  tokens.cache_write += count(message.usage?.cacheWrite);
}

if (process.argv[1]?.endsWith('pi_tally.mjs')) {
  for (const file of process.argv.slice(2)) {
    for (const trace of tallyText(readFileSync(file, 'utf8'))) {
      process.stdout.write(`${JSON.stringify({ file, ...trace })}\n`);
    }
  }
}
