/** Consent before bytes move (DESIGN §7): shown first, then typed or given by `--yes`, never assumed. */
import { OtError } from '../base/errors.ts';
import type { App } from './app.ts';

/**
 * Returns when a person typed `y`, or at once with `yes`. Throws `OT_CONSENT_MISSING` (exit 3) when nobody
 * can be asked, `OT_DECLINED` (exit 1) on any other answer.
 */
export async function askConsent(app: App, shown: string, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!app.io.interactive) {
    throw new OtError('OT_CONSENT_MISSING', 'refused', 'nothing was sent: consent is missing', {
      hint: 'look at what would leave with --dry-run, then give --yes',
    });
  }
  await app.io.err(shown);
  await askFirst(app, question, 'nothing was sent');
}

/** Asks at a terminal; returns on `y`, throws `OT_DECLINED` (exit 1) with `declined` on any other answer. */
export async function askFirst(app: App, question: string, declined: string): Promise<void> {
  await app.io.err(`${question} [y/N] `);
  const answer = await app.io.readLine();
  if (answer?.trim().toLowerCase() === 'y') return;
  throw new OtError('OT_DECLINED', 'declined', declined);
}
