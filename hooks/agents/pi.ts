// git-ot: notes that a turn or a session ended; 'git ot setup pi --remove' takes this file out.
import { spawn } from 'node:child_process';

const HOOKS = @HOOKS@;

/** Never waits, never fails: the script prints nothing and ends by itself. */
function note(event, ctx) {
  try {
    const transcript = ctx?.sessionManager?.getSessionFile?.();
    if (typeof transcript !== 'string') return;
    const child = spawn(`${HOOKS}/spool`, ['agent', 'pi'], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    child.on('error', () => {});
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify({ hook_event_name: event, transcript_path: transcript, cwd: ctx.cwd }));
    child.unref();
  } catch {
    return;
  }
}

export default function (pi) {
  pi.on('session_start', (_event, ctx) => note('SessionStart', ctx));
  pi.on('agent_end', (_event, ctx) => note('Stop', ctx));
  pi.on('session_shutdown', (_event, ctx) => note('SessionEnd', ctx));
}
