/** Images and documents that stand in a session as base64. */
import type { ParsedAttachment } from '../session-source.ts';
import { filledOf } from './fields.ts';

/** The attachment behind `encoded`, base64; null when it holds no bytes. */
export function decodedAttachment(
  mediaType: unknown,
  encoded: unknown,
  callId?: string,
): ParsedAttachment | null {
  const text = filledOf(encoded);
  if (text === undefined) return null;
  const data = Buffer.from(text, 'base64');
  if (data.length === 0) return null;
  const media_type = mediaTypeOf(mediaType);
  return { media_type, data, ...(callId === undefined ? {} : { source_call_id: callId }) };
}

const DATA_URL = /^data:([a-z0-9.+/-]{1,100})?(?:;[a-z0-9=.-]{1,60}){0,4};base64,/i;

/** The attachment in a `data:...;base64,` URL; null when it is another URL. */
export function dataUrlAttachment(url: unknown, callId?: string): ParsedAttachment | null {
  if (typeof url !== 'string') return null;
  const head = DATA_URL.exec(url.slice(0, 512));
  return head ? decodedAttachment(head[1], url.slice(head[0].length), callId) : null;
}

function mediaTypeOf(value: unknown): string {
  const known = typeof value === 'string' && /^[a-z]{1,20}\/[a-z0-9.+-]{1,80}$/i.test(value);
  return known ? value.toLowerCase() : 'application/octet-stream';
}
