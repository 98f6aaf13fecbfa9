/** Content of a Pi message: a string, or blocks of text and images among others. */
import type { ParsedAttachment } from '../session-source.ts';
import { decodedAttachment } from '../shared/attachment.ts';
import { type Fields, isFields, jsonOf, listOf, textOf } from '../shared/fields.ts';

export function blocksOf(content: unknown): readonly Fields[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return listOf(content).filter(isFields);
}

/** What texts and images say; a block of another kind stands as its JSON and is named in `unknown`. */
export interface Said {
  readonly text: string | undefined;
  readonly attachments: readonly ParsedAttachment[];
  readonly unknown: readonly string[];
}

export function saidIn(content: unknown, callId?: string): Said {
  const texts: string[] = [];
  const attachments: ParsedAttachment[] = [];
  const unknown: string[] = [];
  for (const block of blocksOf(content)) {
    const text = block.type === 'text' ? textOf(block.text) : undefined;
    const image = imageOf(block, callId);
    if (image) attachments.push(image);
    else if (text !== undefined) texts.push(text);
    else {
      unknown.push(textOf(block.type) ?? 'no type');
      texts.push(jsonOf(block));
    }
  }
  return { text: texts.length > 0 ? texts.join('\n') : undefined, attachments, unknown };
}

/** Bytes of an `image` block, null when it is another block or holds none. */
export function imageOf(block: Fields, callId?: string): ParsedAttachment | null {
  return block.type === 'image' ? decodedAttachment(block.mimeType, block.data, callId) : null;
}
