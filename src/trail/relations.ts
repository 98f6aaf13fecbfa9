/** How a commit comes from a session, apart from who wrote its lines. */

/** In the order of what they tell; each is defined by one rule in FORMAT.md. */
export type Relation = 'wrote' | 'removed' | 'moved' | 'committed' | 'edited' | 'open';

export interface CommitSession {
  readonly trace_id: string;
  readonly agent: string;
  readonly relation: Relation;
  /** `possible` says nothing but that no other session is as near. */
  readonly firmness: 'firm' | 'provisional' | 'possible';
  /** Lines it wrote or removed; null where the relation is not about lines. */
  readonly lines: number | null;
  /** The last step that tells of it. */
  readonly step_index: number | null;
}

/** What one kind of evidence finds. */
export type FoundSession = Omit<CommitSession, 'agent'>;
