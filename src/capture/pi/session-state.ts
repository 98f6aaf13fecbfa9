/** What one pass over a Pi session remembers: the draft of the session, its tree, and what lies beside the steps. */
import type { StepKind } from '../../record/step.ts';
import type { ParseOptions } from '../session-source.ts';
import { BoundedList } from '../shared/bounded-list.ts';
import type { Entry } from '../shared/entry-reader.ts';
import { filledOf, timeOf } from '../shared/fields.ts';
import { SessionDraft } from '../shared/session-draft.ts';
import { RowTree } from './row-tree.ts';

export const AGENT = 'pi';

export interface NewPiStep {
  readonly role: 'system' | 'user' | 'agent';
  readonly kind: StepKind;
  readonly model?: string;
  readonly messageId?: string;
  readonly metadata?: Record<string, unknown>;
}

export class PiState {
  readonly draft: SessionDraft;
  readonly tree = new RowTree();
  readonly compactions = new BoundedList();
  readonly modelChanges = new BoundedList();
  readonly thinkingLevels = new BoundedList();
  readonly labels = new BoundedList();
  /** Rows of extensions by their own type. */
  readonly customRows = new Map<string, number>();
  /** Facts of the header, for the record's metadata. */
  readonly header = new Map<string, unknown>();
  /** How the last model call ended. */
  lastStop: string | undefined;
  costUsd = 0;
  readonly #repeats = new Set<string>();

  constructor(parse: ParseOptions, windowSize?: number) {
    const size = windowSize === undefined ? {} : { windowSize };
    this.draft = new SessionDraft({ agent: AGENT, parse, callType: 'main', ...size });
  }

  /** Puts the row into the tree; false for a row that was there before, which says nothing new. */
  enter(entry: Entry): boolean {
    const { fields } = entry;
    const id = filledOf(fields.id);
    const { limits } = this.draft;
    if (id !== undefined && this.tree.has(id)) {
      const key = [id, fields.type, fields.timestamp, fields.parentId].map(String).join('\0');
      const repeat = this.#repeats.has(key);
      limits.add(repeat ? 'duplicate_entry' : 'duplicate_id', entry);
      if (repeat) return false;
    }
    if (id !== undefined) {
      this.#repeats.add([id, fields.type, fields.timestamp, fields.parentId].map(String).join('\0'));
    }
    const parent = fields.parentId;
    const parentId = typeof parent === 'string' || parent === null ? parent : undefined;
    const attached = this.tree.add(id, parentId, fields.type === 'message');
    if (!attached) limits.add('dangling_parent', entry);
    return true;
  }

  /** Opens a step for the newest row. Its origin names the step it follows in the tree. */
  open(entry: Entry, step: NewPiStep, text = ''): number {
    const { fields } = entry;
    const uuid = filledOf(fields.id);
    const parent = fields.parentId;
    const parentStep = this.tree.stepBefore();
    const isRoot = parentStep === null && this.draft.ledger.window.count > 0;
    const origin = {
      ...(step.messageId === undefined ? {} : { message_id: step.messageId }),
      ...(uuid === undefined ? {} : { uuid }),
      ...(typeof parent === 'string' || parent === null ? { parent_uuid: parent } : {}),
      ...(uuid === undefined || (parentStep === null && !isRoot) ? {} : { parent_step: parentStep }),
      line: entry.line,
      offset: entry.offset,
    };
    const { messageId: _, ...seed } = step;
    const timestamp = timeOf(fields.timestamp);
    const index = this.draft.textStep({ ...seed, timestamp, origin }, text);
    this.tree.opened(index);
    return index;
  }
}
