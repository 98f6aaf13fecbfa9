/**
 * The environment of every git child. Inside a hook `GIT_DIR` and its relatives point at the code
 * repository, and a child that inherited them would write raw objects there.
 */
import { isAbsolute } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `git rev-parse --local-env-vars` of git 2.39 to 2.51, and what else moves a repository, its format or our output. */
const CLEARED: ReadonlySet<string> = new Set([
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
  'GIT_CONFIG_COUNT',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_INDEX_VERSION',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_PREFIX',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_INTERNAL_TOPLEVEL',
  'GIT_SHALLOW_FILE',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_QUARANTINE_PATH',
  'GIT_DEFAULT_HASH',
  'GIT_DEFAULT_REF_FORMAT',
  'GIT_REF_STORAGE_FORMAT',
  'GIT_ATTR_SOURCE',
  'GIT_TEMPLATE_DIR',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
  'GIT_EXTERNAL_DIFF',
  'GIT_DIFF_OPTS',
  'GIT_PAGER_IN_USE',
  'GIT_REFLOG_ACTION',
  'GIT_REF_PARANOIA',
  'GIT_PROTOCOL',
  'GIT_PROTOCOL_FROM_USER',
  'GIT_NO_LAZY_FETCH',
  'GIT_FLUSH',
  'GIT_SSH_VARIANT_IN_USE',
  'LANGUAGE',
  'LC_MESSAGES',
]);

const CLEARED_PREFIXES = ['GIT_AUTHOR_', 'GIT_COMMITTER_', 'GIT_CONFIG_KEY_', 'GIT_CONFIG_VALUE_'];

/** Variables of git's tracing that name no place to write to. */
const TRACE_DETAILS =
  /^GIT_TRACE(?:_REDACT|_CURL_NO_DATA|2_BRIEF|2_ENV_VARS|2_CONFIG_PARAMS|2_MAX_FILES|2_PARENT_(?:SID|NAME))$/;

/** Whether git would trace to its stderr, which is read here, or to a descriptor it does not have. */
function tracesToStderr(name: string, value: string): boolean {
  if (name === 'GIT_CURL_VERBOSE') return true;
  if (!name.startsWith('GIT_TRACE') || TRACE_DETAILS.test(name)) return false;
  return !isAbsolute(value) && !value.startsWith('af_unix:');
}

/**
 * Copy of `env` fit for a git child: English messages, no replaced objects, nothing that names a
 * repository, no transport that runs commands, no tracing but into files.
 */
export function cleanEnvironment(env: Environment): Record<string, string> {
  const clean: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || CLEARED.has(name)) continue;
    if (CLEARED_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    if (tracesToStderr(name, value)) continue;
    clean[name] = value;
  }
  const allowed = clean.GIT_ALLOW_PROTOCOL?.split(':').filter((name) => name !== 'ext' && name !== 'fd');
  if (allowed !== undefined) clean.GIT_ALLOW_PROTOCOL = allowed.join(':');
  clean.LC_ALL = 'C';
  clean.GIT_NO_REPLACE_OBJECTS = '1';
  return clean;
}

/** Variables that keep a child off the network: a missing object stays missing, and no remote learns its id. */
export const OFFLINE: Readonly<Record<string, string>> = { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: '' };
