/**
 * Which JSON fields are searched how. A field is special only while its value has the shape its name
 * promises: a token hidden in a field called `uuid` is no UUID and is searched like any text.
 */
import type { Field } from './contract.ts';

/**
 * - `id`: never touched.
 * - `random`: searched for shapes that cannot be a coincidence, and for long listed values.
 * - `word`: searched by all detectors, but a user who is called like a word of the format changes nothing.
 * - `plain`: searched for everything.
 */
export type FieldClass = 'id' | 'random' | 'word' | 'plain';

/** Names of one session format; a name `parent.key` wins over `key`. */
export interface FieldTable {
  readonly ids: readonly string[];
  /** Random by nature: base64 of images, signatures, encrypted reasoning. */
  readonly random: readonly string[];
  /** Words of the format itself: types, roles, states, times. */
  readonly words: readonly string[];
}

const GENERIC: FieldTable = {
  ids: [
    'id',
    'uuid',
    'sessionId',
    'session_id',
    'parentId',
    'parent_id',
    'messageId',
    'message_id',
    'requestId',
  ],
  random: ['signature', 'data', 'encrypted_content', 'image_url'],
  words: ['type', 'subtype', 'role', 'model', 'version', 'timestamp', 'media_type'],
};

const GEMINI: FieldTable = {
  ids: ['agentId'],
  random: ['thoughtSignature'],
  words: ['status', 'kind', 'displayName', 'mimeType', 'toolCalls.name', 'functionResponse.name'],
};

/** Exports and files write names as the program does, rows those of columns. */
const OPENCODE: FieldTable = {
  ids: ['sessionID', 'messageID', 'parentID', 'callID', 'message_id', 'partID', 'itemId'],
  random: ['url', 'reasoningEncryptedContent', 'encryptedContent'],
  words: ['table', 'status', 'tool', 'modelID', 'providerID', 'mode', 'agent', 'finish', 'mime', 'reason'],
};

const FORMATS = new Map<string, FieldTable>([
  [
    'pi-jsonl',
    {
      ids: ['toolCallId', 'responseId', 'firstKeptEntryId', 'targetId', 'fromId'],
      random: ['thinkingSignature', 'textSignature', 'thoughtSignature'],
      words: ['stopReason', 'api', 'provider', 'modelId', 'thinkingLevel', 'toolName', 'mimeType'],
    },
  ],
  ['gemini-json', GEMINI],
  ['gemini-jsonl', GEMINI],
  ['opencode-export', OPENCODE],
  ['opencode-files', OPENCODE],
  ['opencode-rows', OPENCODE],
  [
    'claude-jsonl',
    {
      ids: [
        'parentUuid',
        'leafUuid',
        'logicalParentUuid',
        'sourceToolAssistantUUID',
        'sourceToolUseID',
        'toolUseID',
        'parentToolUseID',
        'tool_use_id',
        'agentId',
        'promptId',
        'taskId',
        'backgroundTaskId',
        'compactedToolIds',
        'container.id',
      ],
      random: ['source.data', 'thinking.signature', 'file.base64'],
      words: [
        'userType',
        'stop_reason',
        'stop_sequence',
        'service_tier',
        'operation',
        'level',
        'content.name',
      ],
    },
  ],
  [
    'codex-rollout',
    {
      ids: [
        'call_id',
        'turn_id',
        'thread_id',
        'parent_thread_id',
        'new_thread_id',
        'sender_thread_id',
        'forked_from_id',
        'agent_id',
      ],
      random: ['payload.result'],
      words: ['record_type', 'phase', 'status', 'originator', 'cli_version', 'effort', 'payload.name'],
    },
  ],
  [
    'copilot-events',
    {
      ids: [
        'toolCallId',
        'parentToolCallId',
        'interactionId',
        'turnId',
        'hookInvocationId',
        'serviceRequestId',
        'apiCallId',
        'parentAgentTaskId',
        'reasoningId',
        'agentId',
      ],
      random: ['reasoningOpaque', 'encryptedContent'],
      words: ['copilotVersion', 'producer', 'newModel', 'selectedModel', 'hookType', 'toolName'],
    },
  ],
]);

/** Shapes of ids: UUIDs, short hex, decimal numbers, and the prefixed ids of model providers. */
const ID_SHAPE =
  /^(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-f]{6,24}|[0-9]{1,20}|(?:toolu|srvtoolu|msg|req|call|fc|ws|rs|ctc|resp|chatcmpl|agent|ses|prt|prj)(?:_|-)(?:vrtx_|bdrk_)?[A-Za-z0-9]{8,60})$/;
const BASE64_SHAPE = /^(?:data:[a-z]{1,20}\/[a-z0-9.+-]{1,40};base64,)?[A-Za-z0-9+/_-]{64,}={0,2}$/;
const WORD_SHAPE = /^[A-Za-z0-9][A-Za-z0-9 :.+/_-]{0,47}$/;

/** Classifies the string fields of one format; names it does not know are plain. */
export class FieldClassifier {
  readonly #shapes = new Map<string, readonly [FieldClass, RegExp]>();

  /** `format` is a session format's name; an unknown one gets the generic table alone. */
  constructor(format: string) {
    for (const table of [GENERIC, FORMATS.get(format)]) {
      for (const name of table?.ids ?? []) this.#shapes.set(name, ['id', ID_SHAPE]);
      for (const name of table?.random ?? []) this.#shapes.set(name, ['random', BASE64_SHAPE]);
      for (const name of table?.words ?? []) this.#shapes.set(name, ['word', WORD_SHAPE]);
    }
  }

  /** Class of a string value; `key` and `parent` are raw keys, `value` its raw content. */
  classify(key: string | null, parent: string | null, value: string): FieldClass {
    if (key === null) return 'plain';
    const shape =
      this.#shapes.get(key) ?? (parent === null ? undefined : this.#shapes.get(`${parent}.${key}`));
    if (shape === undefined) return 'plain';
    return shape[1].test(value) ? shape[0] : 'plain';
  }
}

/** The detectors' view of a field. */
export function fieldOf(key: string | null, fieldClass: FieldClass): Field {
  return { key, opaque: fieldClass === 'random' };
}
