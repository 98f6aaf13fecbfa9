// A Claude Code session of many steps: a question, then calls of a tool, again and again.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SESSION = '22222222-2222-4333-8444-555555555555';
const CALLS_A_TURN = 9;

/** Writes a session of exactly this many steps into a folder; its path. */
export function writeLongSession(folder, steps) {
  const lines = [];
  let parent = null;
  const write = (fields) => {
    const count = lines.length;
    const uuid = `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
    const timestamp = new Date(Date.UTC(2026, 1, 3, 9) + count * 1000).toISOString();
    const envelope = { isSidechain: false, cwd: '/home/dev/acme', version: '2.1.37', gitBranch: 'main' };
    lines.push(
      JSON.stringify({ parentUuid: parent, sessionId: SESSION, uuid, timestamp, ...envelope, ...fields }),
    );
    parent = uuid;
  };
  for (let step = 1; step <= steps; step += 1) {
    if (step % (CALLS_A_TURN + 1) === 1) {
      write({
        type: 'user',
        message: { role: 'user', content: `Question ${step}: what does the next file do?` },
      });
      continue;
    }
    const id = `call_${step}`;
    const input = { file_path: `/home/dev/acme/src/file-${step % 50}.ts` };
    const content = [{ type: 'tool_use', id, name: 'Read', input }];
    const message = { id: `msg_${step}`, role: 'assistant', model: 'claude-opus-4-1', content };
    write({ type: 'assistant', requestId: `req_${step}`, message });
    const text = `line ${step} of the file\n`.repeat(50);
    const result = [{ type: 'tool_result', tool_use_id: id, content: text }];
    write({ type: 'user', message: { role: 'user', content: result } });
  }
  const path = join(folder, `${SESSION}.jsonl`);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}
