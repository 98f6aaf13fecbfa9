/** Content of Gemini messages and tool results: a string, a part, or a list of parts. */
import type { ParsedAttachment } from '../session-source.ts';
import { decodedAttachment } from '../shared/attachment.ts';
import { type Fields, fieldsOf, filledOf, isFields, jsonOf, listOf, textOf } from '../shared/fields.ts';

/** What parts say; parts of other kinds stand as their JSON. */
export interface Said {
  readonly text: string | undefined;
  readonly attachments: readonly ParsedAttachment[];
}

export function saidIn(content: unknown, callId?: string): Said {
  const texts: string[] = [];
  const attachments: ParsedAttachment[] = [];
  for (const part of partsOf(content)) {
    const attachment = inlineData(part, callId);
    if (attachment) attachments.push(attachment);
    else texts.push(partText(part));
  }
  return { text: texts.length > 0 ? texts.join('\n') : undefined, attachments };
}

/** A tool's answer carries its images beside its text, as parts of its own. */
function partsOf(content: unknown): readonly Fields[] {
  const list = Array.isArray(content) ? content : [content];
  const parts = list.map((part) => (typeof part === 'string' ? { text: part } : part)).filter(isFields);
  return parts.flatMap((part) => [part, ...mediaOf(part)]);
}

function mediaOf({ functionResponse }: Fields): readonly Fields[] {
  return listOf(fieldsOf(functionResponse)?.parts).filter(isFields);
}

function inlineData(part: Fields, callId?: string): ParsedAttachment | null {
  const data = fieldsOf(part.inlineData);
  return data === undefined ? null : decodedAttachment(data.mimeType, data.data, callId);
}

function partText(part: Fields): string {
  const response = fieldsOf(fieldsOf(part.functionResponse)?.response);
  if (response !== undefined) return responseText(response);
  const uri = filledOf(fieldsOf(part.fileData)?.fileUri);
  return textOf(part.text) ?? (uri === undefined ? jsonOf(part) : `[file: ${uri}]`);
}

function responseText(response: Fields): string {
  const keys = Object.keys(response);
  const [only] = keys;
  const plain =
    keys.length === 1 && (only === 'output' || only === 'error') ? textOf(response[only]) : undefined;
  return plain ?? jsonOf(response);
}
