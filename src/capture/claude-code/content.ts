/** Content of messages and tool results: texts, images and documents out of the API's blocks. */
import type { ParsedAttachment } from '../session-source.ts';
import { decodedAttachment } from '../shared/attachment.ts';
import { type Fields, fieldsOf, filledOf, isFields, jsonOf, listOf, textOf } from '../shared/fields.ts';

/** Blocks of a message; a plain string, also as the message itself, is one text block. */
export function blocksOf(message: unknown): readonly Fields[] {
  const content = isFields(message) ? message.content : message;
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return listOf(content).map(blockOf).filter(isFields);
}

function blockOf(value: unknown): unknown {
  return typeof value === 'string' ? { type: 'text', text: value } : value;
}

/** Bytes of an `image` or `document` block, null when it holds none (a URL, a file id, a plain text). */
export function attachmentOf(block: Fields, callId?: string): ParsedAttachment | null {
  const source = fieldsOf(block.source);
  if (source?.type !== 'base64') return null;
  return decodedAttachment(source.media_type, source.data, callId);
}

/** Words that stand for a block without bytes of its own. */
function sourceText(block: Fields): string | undefined {
  const source = fieldsOf(block.source);
  if (source?.type === 'text') return textOf(source.data);
  const where = filledOf(source?.url) ?? filledOf(source?.file_id);
  return where === undefined ? undefined : `[${String(block.type)}: ${where}]`;
}

/** What a list of content blocks says: its texts joined by line feeds, its attachments, its oddities. */
export interface ResultContent {
  readonly text: string | undefined;
  readonly attachments: readonly ParsedAttachment[];
  readonly toolReferences: readonly string[];
  /** Types of blocks that no rule covers; their JSON stands in the text. */
  readonly unknown: readonly string[];
}

/** Blocks in the results of tools that ran on the server; their JSON is their text. */
const SERVER_RESULTS = /^[a-z_]{0,40}_result(?:_error)?$/;

/** Reads the `content` of a tool result: a string, or blocks. */
export function resultContentOf(content: unknown, callId: string): ResultContent {
  const texts: string[] = [];
  const attachments: ParsedAttachment[] = [];
  const toolReferences: string[] = [];
  const unknown: string[] = [];
  for (const block of blocksOf({ content: isFields(content) ? [content] : content })) {
    const type = block.type;
    const attachment = type === 'image' || type === 'document' ? attachmentOf(block, callId) : null;
    const text = attachment ? undefined : blockText(block);
    if (attachment) attachments.push(attachment);
    else if (type === 'tool_reference') toolReferences.push(textOf(block.tool_name) ?? '');
    else if (text !== undefined) texts.push(text);
    else {
      if (!SERVER_RESULTS.test(String(type))) unknown.push(textOf(type) ?? 'no type');
      texts.push(jsonOf(block));
    }
  }
  return { text: texts.length > 0 ? texts.join('\n') : undefined, attachments, toolReferences, unknown };
}

/** Text of a `text`, `image` or `document` block; undefined when the block is of another kind. */
export function blockText(block: Fields): string | undefined {
  if (block.type === 'text') return textOf(block.text);
  if (block.type === 'image' || block.type === 'document') return sourceText(block);
  return undefined;
}
