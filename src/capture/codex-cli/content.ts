/** Content of messages and outputs: texts and images out of the parts of the Responses API. */
import type { ParsedAttachment } from '../session-source.ts';
import { dataUrlAttachment } from '../shared/attachment.ts';
import { type Fields, fieldsOf, filledOf, isFields, jsonOf, listOf, textOf } from '../shared/fields.ts';

export interface Content {
  readonly texts: readonly string[];
  readonly attachments: readonly ParsedAttachment[];
  /** Types of parts that no rule covers; their JSON stands among the texts. */
  readonly unknown: readonly string[];
}

/** A string, or parts `input_text`, `output_text`, `text`, `input_image`, `refusal`. */
export function contentOf(value: unknown, callId?: string): Content {
  if (typeof value === 'string') return { texts: [value], attachments: [], unknown: [] };
  const texts: string[] = [];
  const attachments: ParsedAttachment[] = [];
  const unknown: string[] = [];
  for (const part of listOf(value)) {
    const image = isFields(part) ? imageOf(part, callId) : null;
    const text = typeof part === 'string' ? part : partText(fieldsOf(part) ?? {});
    if (image) attachments.push(image);
    else if (text !== undefined) texts.push(text);
    else {
      unknown.push(textOf(fieldsOf(part)?.type) ?? 'no type');
      texts.push(jsonOf(part));
    }
  }
  return { texts, attachments, unknown };
}

function imageOf(part: Fields, callId: string | undefined): ParsedAttachment | null {
  return dataUrlAttachment(imageUrl(part), callId);
}

/** The API's `image_url` is a string or an object with a `url`. */
function imageUrl(part: Fields): unknown {
  return fieldsOf(part.image_url)?.url ?? part.image_url;
}

function partText(part: Fields): string | undefined {
  if (typeof part.text === 'string') return part.text;
  if (part.type === 'refusal') return textOf(part.refusal);
  if (part.type !== 'input_image') return undefined;
  const where = filledOf(imageUrl(part)) ?? filledOf(part.file_id);
  return where === undefined ? undefined : `[image: ${where}]`;
}
