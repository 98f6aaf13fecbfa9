// The program under measurement, over a bucket of its own.
import { join } from 'node:path';
import { runCommand } from '../process.mjs';
import { gitText } from './git.mjs';

/** @returns {{json: (args: string[]) => any, timed: (args: string[]) => {ms: number, reply: any}, sessions: () => ReturnType<typeof sessionsByTrace>}} */
export function startProgram({ program, scratch, copy }) {
  const home = join(scratch, 'user');
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    OT_HOME: join(scratch, 'home'),
    LC_ALL: 'C',
    TZ: 'UTC',
  };
  const timed = (args) => {
    const { ms, stdout } = runCommand({
      program: process.execPath,
      args: [program, ...args, '--json'],
      env,
      cwd: copy,
    });
    return { ms: Math.round(ms), reply: JSON.parse(stdout) };
  };
  const json = (args) => timed(args).reply;
  return { json, timed, sessions: () => sessionsByTrace(json) };
}

/**
 * The session of each trace; what a sub-agent wrote is the session's that started it.
 * @returns {{byTrace: Map<string, string>, rootOf: (session: string) => string}} `rootOf` a sub-agent with a log of its
 * own is the session that started it
 */
function sessionsByTrace(json) {
  const byTrace = new Map();
  const roots = new Map();
  let cursor = null;
  do {
    const more = cursor === null ? [] : ['--cursor', cursor];
    const reply = json(['trace', 'list', '--subagents', '--limit', '500', ...more]);
    for (const { trace_id, session_id } of reply.traces) {
      const [root, ...below] = session_id.split('/');
      byTrace.set(trace_id, root);
      for (const name of below) roots.set(name, root);
    }
    cursor = reply.next_cursor ?? null;
  } while (cursor !== null);
  return { byTrace, rootOf: (session) => roots.get(session) ?? session };
}

/**
 * What the program says of a commit.
 * @returns {{owners: Map<string, {session: string, step: number, tier: string}>, lines: object[], relations: {session:
 * string, relation: string}[]}} by `path:line`, the same as a list with texts, and the sessions it names, the firmest first
 */
export function ownersOf({ ot, copy, commit, sessions }) {
  const { files, sessions: named } = ot.json(['trail', 'blame', 'commit', commit, '--lines']);
  const owners = new Map();
  const lines = [];
  for (const file of files) {
    if (file.lines.length === 0) continue;
    const texts = gitText(copy, ['cat-file', 'blob', `${commit}:${file.path}`]).split('\n');
    for (const { start, end, trace_id, step_index, tier } of file.lines) {
      for (let line = start; line <= end; line += 1) {
        const owner = {
          session: sessions.get(trace_id) ?? trace_id,
          trace: trace_id,
          step: step_index,
          tier,
        };
        owners.set(`${file.path}:${line}`, owner);
        lines.push({
          commit,
          path: file.path,
          line,
          text: texts[line - 1]?.replace(/\r$/, '') ?? '',
          ...owner,
        });
      }
    }
  }
  const relations = named.map(({ trace_id, relation }) => ({
    session: sessions.get(trace_id) ?? trace_id,
    relation,
  }));
  return { owners, lines, relations };
}
