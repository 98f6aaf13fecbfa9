/** Texts out of a transcript as parts of a Markdown page: shown, and never acted on. */

/** A block of code whose fence no line of the text can close. */
export function codeBlock(text: string, language = ''): string {
  let longest = 2;
  for (const run of text.match(/`{3,}/g) ?? []) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}\n`;
}

/**
 * Markdown that a person or a model wrote, kept as Markdown: HTML and remote images are disarmed outside its
 * own code blocks, headings go four levels down, and a code block left open is closed.
 */
export function proseBlock(text: string): string {
  const lines: string[] = [];
  let fence: string | null = null;
  for (const line of text.split('\n')) {
    lines.push(fence === null ? disarmed(line) : line);
    if (fence !== null) fence = closes(line, fence) ? null : fence;
    else fence = /^(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1] ?? null;
  }
  if (fence !== null) lines.push(fence);
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A line of at least as many of the same marks, indented by at most three blanks. */
function closes(line: string, fence: string): boolean {
  const marks = line.replace(/^ {0,3}/, '').trimEnd();
  return marks.length >= fence.length && marks === fence[0]!.repeat(marks.length);
}

function disarmed(line: string): string {
  const flat = line.replaceAll('<', '&lt;').replaceAll('![', '!\\[');
  const heading = /^ {0,3}(#{1,6})(?=\s|$)/.exec(flat);
  if (heading !== null)
    return `${'#'.repeat(Math.min(6, heading[1]!.length + 3))}${flat.slice(heading[0].length)}`;
  // A line of = or - below a text would make it a heading.
  return /^ {0,3}(?:=+|-+)\s*$/.test(flat) ? `\\${flat.trimStart()}` : flat;
}

/** One line of plain text inside a page's own Markdown. */
export function plainText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]<>#|!~]/g, '\\$&');
}
