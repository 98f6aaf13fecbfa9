/** `git ot auth`: the token of the Hugging Face hub, stored where its own programs look. Never shown, never an argument. */
import { OtError } from '../base/errors.ts';
import { type HubUser, hubEndpoint, whoami } from '../remote/hub.ts';
import {
  checkedToken,
  findToken,
  type HubPlaces,
  removeToken,
  TOKEN_VARIABLES,
  tokenPath,
  writeToken,
} from '../remote/hub-token.ts';
import type { App } from './app.ts';

export interface Login {
  /** Null when the hub could not be asked. */
  readonly user: HubUser | null;
  readonly path: string;
  readonly warnings: readonly string[];
}

export interface Identity {
  readonly user: HubUser;
  /** Variable or file that holds the token. */
  readonly source: string;
}

export interface Logout {
  readonly removed: boolean;
  readonly path: string;
  readonly warnings: readonly string[];
}

const MAX_INPUT = 4096;

export function hubPlaces(app: App): HubPlaces {
  return { variable: (name) => app.setting(name), userHome: app.userHome };
}

/**
 * Asks the hub and stores the token. Without an answer it is stored all the same, with a warning. Throws
 * `OT_AUTH_REFUSED` (exit 3) when the hub does not take it; then nothing is stored.
 */
export async function logIn(app: App, fromStdin: boolean, canAsk: boolean): Promise<Login> {
  const endpoint = hubEndpoint(app.setting('HF_ENDPOINT'));
  const token = checkedToken(await readToken(app, endpoint, fromStdin, canAsk));
  const user = await whoami(endpoint, token).catch(orNotAsked);
  const path = tokenPath(hubPlaces(app));
  await writeToken(path, token, `tmp_token_${app.platform.randomHex(4)}`);
  const unchecked = user === null ? ['the hub could not be asked, so the token was not checked'] : [];
  return { user, path, warnings: [...unchecked, ...variableWarnings(app)] };
}

/** Takes the file away; a token in the environment is named, since it still counts. */
export async function logOut(app: App): Promise<Logout> {
  const path = tokenPath(hubPlaces(app));
  return { removed: await removeToken(path), path, warnings: variableWarnings(app) };
}

/** Throws `OT_AUTH_MISSING`, `OT_AUTH_REFUSED` (exit 3) and `OT_HUB_UNREACHABLE` (exit 4). */
export async function identity(app: App): Promise<Identity> {
  const endpoint = hubEndpoint(app.setting('HF_ENDPOINT'));
  const found = await findToken(hubPlaces(app));
  if (found === null) throw authMissing();
  return { user: await whoami(endpoint, found.token), source: found.source };
}

export function authMissing(): OtError {
  return new OtError('OT_AUTH_MISSING', 'refused', 'you are not logged in to the hub', {
    hint: 'run: git ot auth login',
  });
}

async function readToken(app: App, endpoint: string, fromStdin: boolean, canAsk: boolean): Promise<string> {
  if (app.io.interactive && canAsk) {
    await app.io.err(`a token from ${endpoint}/settings/tokens (it is not shown): `);
    const typed = await app.io.readSecret();
    await app.io.err('\n');
    if (typed === null || typed.trim() === '')
      throw new OtError('OT_DECLINED', 'declined', 'no token was given');
    return typed;
  }
  if (fromStdin && !app.io.interactive) return readInput(app);
  throw new OtError('OT_INTERACTIVE_REQUIRED', 'usage', 'there is nobody to ask for a token', {
    hint: 'give it on stdin: git ot auth login --token < FILE',
  });
}

async function readInput(app: App): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of app.io.input()) {
    size += chunk.length;
    if (size > MAX_INPUT) break;
    chunks.push(chunk);
  }
  return size > MAX_INPUT ? '' : Buffer.concat(chunks).toString('utf8');
}

function variableWarnings(app: App): string[] {
  const name = TOKEN_VARIABLES.find((variable) => app.setting(variable) !== undefined);
  return name === undefined ? [] : [`${name} is set, and counts before the file`];
}

function orNotAsked(error: unknown): null {
  if (error instanceof OtError && error.code === 'OT_HUB_UNREACHABLE') return null;
  throw error;
}
