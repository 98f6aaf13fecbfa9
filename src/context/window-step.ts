/** A step as far as its node follows from it. */
import type { StepKind } from '../record/step.ts';

/** The parts of a step that can be in a window, with their whole texts. */
export interface WindowParts {
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly tool_calls: readonly {
    readonly tool_name: string;
    readonly input?: unknown;
    readonly subagent_trajectory_ref?: string | undefined;
  }[];
  readonly observations: readonly { readonly source_call_id: string; readonly content?: string | null }[];
  readonly attachments?: readonly { readonly media_type: string }[];
}

/** What a node follows from; a parsed step is one. */
export interface WindowStep extends WindowParts {
  readonly step_index: number;
  readonly role: string;
  readonly kind: StepKind;
  readonly model?: string | null;
  readonly origin: { readonly parent_step?: number | null; readonly parent_missing?: boolean };
  readonly metadata?: Readonly<Record<string, unknown>>;
}
