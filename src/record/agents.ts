/** The one table of agent names (DESIGN §1). A name is part of a trace's identity: never rename one. */
export const AGENTS = ['claude-code', 'codex-cli', 'pi', 'gemini-cli', 'opencode', 'copilot-cli'] as const;
export type AgentName = (typeof AGENTS)[number];
