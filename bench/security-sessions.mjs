// Sessions as the tools see them: false findings, over-redaction, throughput, and secrets planted into them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { detectorsOf } from './security-engine.mjs';

const FORMATS = {
  'claude-code': 'claude-jsonl',
  'codex-cli': 'codex-rollout',
  pi: 'pi-jsonl',
  'gemini-cli': 'gemini-json',
  opencode: 'opencode-export',
  'copilot-cli': 'copilot-events',
};

/** @returns {Array<{format: string, lines: Buffer[], bytes: number}>} */
export function readSessions(corpus) {
  const folder = join(corpus, 'sessions');
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.sort().map((file) => {
    const bytes = readFileSync(file);
    const agent = file.slice(folder.length + 1).split('/')[0];
    return { format: FORMATS[agent] ?? agent, lines: linesOf(bytes), bytes: bytes.length };
  });
}

function linesOf(bytes) {
  const lines = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    lines.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return lines;
}

/** Findings of these tools, outside the word REDACTED: number and bytes by kind, and processor seconds. */
export function survey(engine, sessions, tools) {
  const detectors = detectorsOf(engine, tools);
  const found = new Map();
  const started = process.cpuUsage();
  for (const { format, lines } of sessions) {
    const search = new engine.TextSearch(detectors, new engine.FieldClassifier(format), null);
    for (const line of lines) {
      for (const match of search.search(line).matches) if (!isMarked(line, match)) count(found, match);
    }
  }
  const { user, system } = process.cpuUsage(started);
  return { found, seconds: (user + system) / 1e6 };
}

const MARK = 'REDACTED';

/** What an earlier redaction put there is no finding. */
function isMarked(line, { start, end }) {
  return line.toString('latin1', Math.max(0, start - MARK.length), end + MARK.length).includes(MARK);
}

function count(found, { kind, start, end }) {
  const entry = found.get(kind) ?? { findings: 0, bytes: 0 };
  found.set(kind, { findings: entry.findings + 1, bytes: entry.bytes + end - start });
}

/** Processor seconds of one pass of a regular expression over the text of the sessions. */
export function passOf(pattern, sessions) {
  const texts = sessions.flatMap(({ lines }) => lines.map((line) => line.toString('latin1')));
  const started = process.cpuUsage();
  for (const text of texts) {
    pattern.lastIndex = 0;
    while (pattern.exec(text) !== null) if (pattern.lastIndex === 0) break;
  }
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

/** Every rule in one expression, as a program without an index of literals would run them. */
export function joinedPattern(rules) {
  const sources = rules.map(({ pattern, anchors }) => {
    const names = anchors.map((anchor) =>
      anchor.replace(/[^A-Za-z0-9]/g, '\\$&').replaceAll('\u2460', '[0-9]'),
    );
    const source = pattern?.source.replace(/\(\?<[a-z]+>/g, '(?:');
    if (source !== undefined && !source.startsWith('[ \\t=]{0,5}')) return source;
    const value = source ?? '[^ "\'\\r\\n]{6,512}';
    return `(?:${names.join('|')})[A-Za-z0-9_.-]{0,48}["']?[ \\t]{0,8}(?:=>|[:=])[ \\t]{0,8}["']?${value}`;
  });
  return new RegExp(sources.map((source) => `(?:${source})`).join('|'), 'gi');
}

/**
 * Rows planted into sessions, one a session line with a string in it, spread over all of them.
 * @returns rows whose text is a JSON line of a session
 */
export function planted(sessions, rows) {
  const lines = sessions.flatMap((session) => session.lines.filter((line) => line.length < 20_000));
  const step = Math.max(1, Math.floor(lines.length / (rows.length + 1)));
  return rows.flatMap((row, index) => {
    const text = withText(lines[(index + 1) * step].toString('utf8'), row.text);
    return text === null ? [] : [{ ...row, text }];
  });
}

/** The line with `addition` in its longest string; null when it is no JSON or holds none. */
function withText(line, addition) {
  let longest = '';
  try {
    JSON.parse(line, (_, value) => {
      if (typeof value === 'string' && value.length > longest.length) longest = value;
      return value;
    });
  } catch {
    return null;
  }
  if (longest === '') return null;
  const quoted = JSON.stringify(longest);
  return line.includes(quoted) ? line.replace(quoted, () => JSON.stringify(`${longest}\n${addition}`)) : null;
}
