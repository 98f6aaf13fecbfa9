import type { TraceTally } from './claude_code_tally.d.mts';

export function tallyText(text: string): TraceTally[];
