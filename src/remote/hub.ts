/** The Hugging Face hub over HTTPS: who a token belongs to. */
import { OtError } from '../base/errors.ts';

export const DEFAULT_ENDPOINT = 'https://huggingface.co';
/** Hosts of the hub besides that of the endpoint. */
const HUB_HOSTS = ['huggingface.co', 'www.huggingface.co', 'hf.co'];
const TIME_LIMIT_MS = 15_000;
const MAX_ANSWER = 1024 * 1024;

export interface HubUser {
  readonly name: string;
  readonly full_name: string | null;
  readonly organizations: readonly string[];
}

/**
 * Base URL without a slash at its end. Throws `OT_HUB_ENDPOINT` (exit 2) on anything a token must not be sent to:
 * no URL, a password in it, or plain http to another machine.
 */
export function hubEndpoint(text: string | undefined): string {
  const url = parseUrl(text ?? DEFAULT_ENDPOINT);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url === null || !isSafe || url.username !== '' || url.password !== '' || url.search !== '') {
    throw new OtError('OT_HUB_ENDPOINT', 'usage', 'HF_ENDPOINT is no https URL', {
      hint: `unset it for ${DEFAULT_ENDPOINT}`,
    });
  }
  return url.href.replace(/\/+$/, '');
}

/** True for a remote that only somebody known to the hub can push to: https to one of its hosts. */
export function isHubUrl(remoteUrl: string, endpoint: string): boolean {
  const url = parseUrl(remoteUrl);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return false;
  return HUB_HOSTS.includes(url.hostname) || url.host === new URL(endpoint).host;
}

/**
 * Whose token this is. Throws `OT_AUTH_REFUSED` (exit 3) when the hub does not take it, `OT_HUB_UNREACHABLE`
 * (exit 4) when it does not answer, or not as a hub does. A redirect is not followed: it could lead elsewhere.
 */
export async function whoami(endpoint: string, token: string): Promise<HubUser> {
  const answer = await ask(`${endpoint}/api/whoami-v2`, token);
  if (answer.status === 401 || answer.status === 403) {
    throw new OtError('OT_AUTH_REFUSED', 'refused', 'the hub does not take this token', {
      hint: `make one at ${endpoint}/settings/tokens, then run: git ot auth login`,
    });
  }
  if (answer.status !== 200) throw unreachable(`it answered ${answer.status}`);
  return decodeUser(answer.body);
}

async function ask(url: string, token: string): Promise<{ status: number; body: string }> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    });
    return { status: response.status, body: await readBody(response) };
  } catch (cause) {
    throw cause instanceof OtError ? cause : unreachable('it does not answer', cause);
  }
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw unreachable('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function decodeUser(body: string): HubUser {
  const value = parseJson(body);
  const { name, fullname, orgs } = isObject(value) ? value : {};
  if (typeof name !== 'string' || name === '') throw unreachable('it does not answer as a hub does');
  const names = Array.isArray(orgs) ? orgs.map((org: unknown) => (isObject(org) ? org.name : null)) : [];
  return {
    name,
    full_name: typeof fullname === 'string' ? fullname : null,
    organizations: names.filter((each) => typeof each === 'string'),
  };
}

function unreachable(reason: string, cause?: unknown): OtError {
  return new OtError('OT_HUB_UNREACHABLE', 'network', `the hub cannot be asked: ${reason}`, {
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
