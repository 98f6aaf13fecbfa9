/** Counts of one trace in a file; `trace` is "" for the main one, else the native agent id. */
export interface TraceTally {
  readonly trace: string;
  readonly user_messages: number;
  readonly agent_messages: number;
  readonly tool_calls: number;
  readonly tool_results: number;
  readonly tool_errors: number;
  readonly thinking_blocks: number;
  readonly images: number;
  readonly subagents: number;
  readonly tokens: Readonly<Record<'input' | 'output' | 'cache_read' | 'cache_write', number>>;
}

export function tallyText(text: string): TraceTally[];
