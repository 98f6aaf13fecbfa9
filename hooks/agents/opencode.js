// git-ot: notes that a session began or came to rest; 'git ot setup opencode --remove' takes this file out.
import { spawn } from 'node:child_process';

const HOOKS = @HOOKS@;

/** Never waits, never fails: the script prints nothing and ends by itself. */
function note(hook_event_name, sessionId, cwd) {
  try {
    if (typeof sessionId !== 'string') return;
    const child = spawn(`${HOOKS}/spool`, ['agent', 'opencode'], {
      cwd,
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify({ hook_event_name, session_id: sessionId, cwd }));
    child.unref();
  } catch {
    return;
  }
}

export const GitOt = async ({ directory }) => ({
  event: async ({ event }) => {
    const { sessionID, info } = event?.properties ?? {};
    if (event?.type === 'session.idle') note('Stop', sessionID, directory);
    else if (event?.type === 'session.created' && !info?.parentID) note('SessionStart', info?.id, directory);
  },
});
