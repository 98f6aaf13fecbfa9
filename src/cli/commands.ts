/**
 * The table of commands: the only list of them. Every class stays in a chunk of its own until its words
 * are typed, so this file may import nothing but types and parts of the table.
 */
import type { CommandEntry } from './command-entry.ts';
import { TRAIL_COMMANDS } from './trail-commands.ts';

export const COMMANDS: readonly CommandEntry[] = [
  {
    path: ['init'],
    summary: 'enrol this repository, or leave it out',
    load: async () => (await import('./commands/init.ts')).InitCommand,
  },
  {
    path: ['setup'],
    summary: 'ask what to set up',
    load: async () => (await import('./commands/setup/wizard.ts')).SetupCommand,
  },
  {
    path: ['setup', 'claude-code'],
    summary: 'capture Claude Code from now on',
    load: async () => (await import('./commands/setup/claude-code.ts')).SetupClaudeCodeCommand,
  },
  {
    path: ['setup', 'codex-cli'],
    summary: 'capture Codex CLI from now on',
    load: async () => (await import('./commands/setup/codex-cli.ts')).SetupCodexCliCommand,
  },
  {
    path: ['setup', 'gemini-cli'],
    summary: 'capture Gemini CLI from now on',
    load: async () => (await import('./commands/setup/gemini-cli.ts')).SetupGeminiCliCommand,
  },
  {
    path: ['setup', 'pi'],
    summary: 'capture Pi from now on',
    load: async () => (await import('./commands/setup/pi.ts')).SetupPiCommand,
  },
  {
    path: ['setup', 'opencode'],
    summary: 'capture OpenCode from now on',
    load: async () => (await import('./commands/setup/opencode.ts')).SetupOpencodeCommand,
  },
  {
    path: ['setup', 'copilot-cli'],
    summary: 'capture Copilot CLI from now on',
    load: async () => (await import('./commands/setup/copilot-cli.ts')).SetupCopilotCliCommand,
  },
  {
    path: ['setup', 'bucket'],
    summary: 'set the policy of the bucket, and add a remote',
    load: async () => (await import('./commands/setup/bucket.ts')).SetupBucketCommand,
  },
  {
    path: ['setup', 'git'],
    summary: 'add hooks to this repository',
    load: async () => (await import('./commands/setup/git.ts')).SetupGitCommand,
  },
  {
    path: ['setup', 'skill'],
    summary: 'teach agents to look up earlier sessions',
    load: async () => (await import('./commands/setup/skill.ts')).SetupSkillCommand,
  },
  {
    path: ['setup', 'completions'],
    summary: 'install completion for bash, zsh and fish',
    load: async () => (await import('./commands/setup/completions.ts')).SetupCompletionsCommand,
  },
  {
    path: ['setup', 'regex'],
    summary: 'look for keys, tokens and passwords',
    load: async () => (await import('./commands/setup/regex.ts')).SetupRegexCommand,
  },
  {
    path: ['setup', 'entropy'],
    summary: 'look for random values where secrets stand',
    load: async () => (await import('./commands/setup/entropy.ts')).SetupEntropyCommand,
  },
  {
    path: ['setup', 'trufflehog'],
    summary: 'look with the program trufflehog',
    load: async () => (await import('./commands/setup/trufflehog.ts')).SetupTrufflehogCommand,
  },
  {
    path: ['setup', 'gitleaks'],
    summary: 'look with the program gitleaks',
    load: async () => (await import('./commands/setup/gitleaks.ts')).SetupGitleaksCommand,
  },
  {
    path: ['setup', 'privacy_filter'],
    summary: 'look for personal data with a local classifier',
    load: async () => (await import('./commands/setup/privacy-filter.ts')).SetupPrivacyFilterCommand,
  },
  {
    path: ['setup', 'llm_pii'],
    summary: 'look for personal data with a language model',
    load: async () => (await import('./commands/setup/llm-pii.ts')).SetupLlmPiiCommand,
  },
  {
    path: ['setup', 'business_logic'],
    summary: 'look for internal hosts and account ids',
    load: async () => (await import('./commands/setup/business-logic.ts')).SetupBusinessLogicCommand,
  },
  {
    path: ['setup', 'path_anonymizer'],
    summary: 'take user names out of home paths',
    load: async () => (await import('./commands/setup/path-anonymizer.ts')).SetupPathAnonymizerCommand,
  },
  {
    path: ['setup', 'classifier'],
    summary: 'count what makes a record sensitive',
    load: async () => (await import('./commands/setup/classifier.ts')).SetupClassifierCommand,
  },
  {
    path: ['setup', 'uninstall'],
    summary: 'take out everything that setup put anywhere',
    load: async () => (await import('./commands/setup/uninstall.ts')).SetupUninstallCommand,
  },
  {
    path: ['status'],
    summary: 'say whether sessions are captured, and what is unsynced',
    load: async () => (await import('./commands/status.ts')).StatusCommand,
  },
  {
    path: ['doctor'],
    summary: 'find what is wrong, and what mends it',
    load: async () => (await import('./commands/doctor.ts')).DoctorCommand,
  },
  {
    path: ['pause'],
    summary: 'stop capture by hooks, or of one session',
    load: async () => (await import('./commands/pause.ts')).PauseCommand,
  },
  {
    path: ['resume'],
    summary: 'take up capture by hooks again',
    load: async () => (await import('./commands/resume.ts')).ResumeCommand,
  },
  {
    path: ['config', 'list'],
    summary: 'list our settings',
    load: async () => (await import('./commands/config/list.ts')).ConfigListCommand,
  },
  {
    path: ['config', 'get'],
    summary: 'print a setting',
    load: async () => (await import('./commands/config/get.ts')).ConfigGetCommand,
  },
  {
    path: ['config', 'set'],
    summary: 'set a setting',
    load: async () => (await import('./commands/config/set.ts')).ConfigSetCommand,
  },
  {
    path: ['config', 'unset'],
    summary: 'remove a setting',
    load: async () => (await import('./commands/config/unset.ts')).ConfigUnsetCommand,
  },
  {
    path: ['capture'],
    summary: 'capture agent sessions from files and folders',
    load: async () => (await import('./commands/capture.ts')).CaptureCommand,
  },
  {
    path: ['capture', 'drain'],
    summary: 'capture what hooks have noted',
    load: async () => (await import('./commands/capture-drain.ts')).CaptureDrainCommand,
  },
  {
    path: ['trace', 'list'],
    summary: 'list traces, newest first',
    load: async () => (await import('./commands/trace/list.ts')).TraceListCommand,
  },
  {
    path: ['trace', 'get'],
    summary: 'show a trace or some of its steps',
    load: async () => (await import('./commands/trace/get.ts')).TraceGetCommand,
  },
  {
    path: ['trace', 'source'],
    summary: 'write back the exact bytes that were captured',
    load: async () => (await import('./commands/trace/source.ts')).TraceSourceCommand,
  },
  {
    path: ['trace', 'query'],
    summary: 'find steps by their words and by what was done',
    load: async () => (await import('./commands/trace/query.ts')).TraceQueryCommand,
  },
  {
    path: ['trace', 'map'],
    summary: 'show what happened in a trace, step by step or purpose by purpose',
    load: async () => (await import('./commands/trace/map.ts')).TraceMapCommand,
  },
  {
    path: ['trace', 'slice'],
    summary: 'cut spans out of a trace: around a step or a patch, or one per burst',
    load: async () => (await import('./commands/trace/slice.ts')).TraceSliceCommand,
  },
  {
    path: ['trace', 'export'],
    summary: 'write a trace as Markdown or as an Agent Trace record',
    load: async () => (await import('./commands/trace/export.ts')).TraceExportCommand,
  },
  {
    path: ['trace', 'skills'],
    summary: 'list the skills that were used, and how often',
    load: async () => (await import('./commands/trace/skills.ts')).TraceSkillsCommand,
  },
  {
    path: ['trace', 'stats'],
    summary: 'add up tokens and cost, each model call once',
    load: async () => (await import('./commands/trace/stats.ts')).TraceStatsCommand,
  },
  ...TRAIL_COMMANDS,
  {
    path: ['ctx', 'list'],
    summary: 'list the context trees',
    load: async () => (await import('./commands/ctx/list.ts')).CtxListCommand,
  },
  {
    path: ['ctx', 'info'],
    summary: 'say whether a trace has a context tree',
    load: async () => (await import('./commands/ctx/info.ts')).CtxInfoCommand,
  },
  {
    path: ['ctx', 'diff'],
    summary: 'show what entered the window and what left it between two nodes',
    load: async () => (await import('./commands/ctx/diff.ts')).CtxDiffCommand,
  },
  {
    path: ['ctx', 'compactions'],
    summary: 'list where a window was cut, and what was lost',
    load: async () => (await import('./commands/ctx/compactions.ts')).CtxCompactionsCommand,
  },
  {
    path: ['ctx', 'reads'],
    summary: 'list files that calls read',
    load: async () => (await import('./commands/ctx/reads.ts')).CtxReadsCommand,
  },
  {
    path: ['ctx', 'writes'],
    summary: 'list files that calls changed',
    load: async () => (await import('./commands/ctx/writes.ts')).CtxWritesCommand,
  },
  {
    path: ['ctx', 'resume'],
    summary: 'write what an agent needs to go on from a node',
    load: async () => (await import('./commands/ctx/resume.ts')).CtxResumeCommand,
  },
  {
    path: ['ctx', 'resolve'],
    summary: 'show what the id of a node or a layer stands for',
    load: async () => (await import('./commands/ctx/resolve.ts')).CtxResolveCommand,
  },
  {
    path: ['ctx', 'anchor-for-step'],
    summary: 'print the first commit that holds lines of a step',
    load: async () => (await import('./commands/ctx/anchor-for-step.ts')).CtxAnchorForStepCommand,
  },
  {
    path: ['ctx', 'step'],
    summary: 'show what the model had before it at a step, and what filled it',
    load: async () => (await import('./commands/ctx/step.ts')).CtxStepCommand,
  },
  {
    path: ['ctx', 'show'],
    summary: 'show a context node and its layers',
    load: async () => (await import('./commands/ctx/show.ts')).CtxShowCommand,
  },
  {
    path: ['ctx', 'tree'],
    summary: 'show how the windows of a trace grew out of each other',
    load: async () => (await import('./commands/ctx/tree.ts')).CtxTreeCommand,
  },
  {
    path: ['bucket', 'status'],
    summary: 'count what is in the bucket',
    load: async () => (await import('./commands/bucket/status.ts')).BucketStatusCommand,
  },
  {
    path: ['bucket', 'manifest'],
    summary: 'show or mend one row per trace',
    load: async () => (await import('./commands/bucket/manifest.ts')).BucketManifestCommand,
  },
  {
    path: ['bucket', 'verify'],
    summary: 'check that everything in the bucket is sound',
    load: async () => (await import('./commands/bucket/verify.ts')).BucketVerifyCommand,
  },
  {
    path: ['bucket', 'rebuild'],
    summary: 'make the search index anew',
    load: async () => (await import('./commands/bucket/rebuild.ts')).BucketRebuildCommand,
  },
  {
    path: ['bucket', 'security'],
    summary: 'show or set the policy a push seals under',
    load: async () => (await import('./commands/bucket/security.ts')).BucketSecurityCommand,
  },
  {
    path: ['bucket', 'remote', 'add'],
    summary: 'name a remote to push to and pull from',
    load: async () => (await import('./commands/bucket/remote/add.ts')).BucketRemoteAddCommand,
  },
  {
    path: ['bucket', 'remote', 'remove'],
    summary: 'forget a remote and what was pulled from it',
    load: async () => (await import('./commands/bucket/remote/remove.ts')).BucketRemoteRemoveCommand,
  },
  {
    path: ['bucket', 'remote', 'status'],
    summary: 'say what a push or a pull would move',
    load: async () => (await import('./commands/bucket/remote/status.ts')).BucketRemoteStatusCommand,
  },
  {
    path: ['bucket', 'remote', 'diff'],
    summary: 'show what is only here and what is only there',
    load: async () => (await import('./commands/bucket/remote/diff.ts')).BucketRemoteDiffCommand,
  },
  {
    path: ['bucket', 'remote', 'push'],
    summary: 'send the sealed copy of our traces',
    load: async () => (await import('./commands/bucket/remote/push.ts')).BucketRemotePushCommand,
  },
  {
    path: ['bucket', 'remote', 'pull'],
    summary: 'fetch what other machines pushed',
    load: async () => (await import('./commands/bucket/remote/pull.ts')).BucketRemotePullCommand,
  },
  {
    path: ['auth', 'login'],
    summary: 'store a token of the Hugging Face hub',
    load: async () => (await import('./commands/auth/login.ts')).AuthLoginCommand,
  },
  {
    path: ['auth', 'logout'],
    summary: 'delete that token here',
    load: async () => (await import('./commands/auth/logout.ts')).AuthLogoutCommand,
  },
  {
    path: ['auth', 'whoami'],
    summary: 'ask the hub whose token this is',
    load: async () => (await import('./commands/auth/whoami.ts')).AuthWhoamiCommand,
  },
  {
    path: ['security', 'sanitize'],
    summary: 'replace the secrets in a text, row or record on stdin',
    load: async () => (await import('./commands/security/sanitize.ts')).SecuritySanitizeCommand,
  },
  {
    path: ['security', 'scan'],
    summary: 'count what the tools find in traces, by rule and field',
    load: async () => (await import('./commands/security/scan.ts')).SecurityScanCommand,
  },
  {
    path: ['security', 'tools', 'list'],
    summary: 'list what looks for secrets, and whether it can run',
    load: async () => (await import('./commands/security/tools/list.ts')).SecurityToolsListCommand,
  },
  {
    path: ['security', 'tools', 'info'],
    summary: 'explain one security tool',
    load: async () => (await import('./commands/security/tools/info.ts')).SecurityToolsInfoCommand,
  },
];
