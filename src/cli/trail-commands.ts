/** The commands that tell whose line it is: a part of the table of commands. */
import type { CommandEntry } from './command-entry.ts';

export const TRAIL_COMMANDS: readonly CommandEntry[] = [
  {
    path: ['blame'],
    summary: 'short for trail blame',
    load: async () => (await import('./commands/blame.ts')).BlameCommand,
  },
  {
    path: ['trail', 'blame'],
    summary: 'say which step of which session wrote each line',
    load: async () => (await import('./commands/trail/blame.ts')).TrailBlameCommand,
  },
  {
    path: ['trail', 'blame', 'commit'],
    summary: 'say which lines of a commit agents wrote',
    load: async () => (await import('./commands/trail/blame-commit.ts')).TrailBlameCommitCommand,
  },
  {
    path: ['trail', 'blame', 'trace'],
    summary: 'list the commits that hold lines of a trace',
    load: async () => (await import('./commands/trail/blame-trace.ts')).TrailBlameTraceCommand,
  },
  {
    path: ['trail', 'blame', 'pr', 'render'],
    summary: 'write the text of a pull request: who asked for what',
    load: async () => (await import('./commands/trail/pr-render.ts')).TrailBlamePrRenderCommand,
  },
  {
    path: ['trail', 'explain'],
    summary: 'show the evidence behind one line or patch',
    load: async () => (await import('./commands/trail/explain.ts')).TrailExplainCommand,
  },
  {
    path: ['trail', 'log'],
    summary: 'list what happened to the work of agents, newest first',
    load: async () => (await import('./commands/trail/log.ts')).TrailLogCommand,
  },
  {
    path: ['trail', 'graph'],
    summary: 'show how traces, patches and commits hang together',
    load: async () => (await import('./commands/trail/graph.ts')).TrailGraphCommand,
  },
  {
    path: ['trail', 'stats'],
    summary: 'count lines by owner, and what is left of them',
    load: async () => (await import('./commands/trail/stats.ts')).TrailStatsCommand,
  },
  {
    path: ['trail', 'sync'],
    summary: 'find which lines of all commits agents wrote',
    load: async () => (await import('./commands/trail/sync.ts')).TrailSyncCommand,
  },
  {
    path: ['trail', 'verify'],
    summary: 'check owners, patches and notes against a replay',
    load: async () => (await import('./commands/trail/verify.ts')).TrailVerifyCommand,
  },
  {
    path: ['trail', 'track'],
    summary: 'say what became of each patch',
    load: async () => (await import('./commands/trail/track.ts')).TrailTrackCommand,
  },
];
