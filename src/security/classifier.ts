/**
 * Judge `classifier`: how sensitive a record is, from what the detectors counted and a few counts of its
 * text. Deterministic, local, and a judge only: it counts and never blocks. Its verdict holds no text.
 */
import type { Kind } from './contract.ts';

/** Raised whenever the same evidence would give another verdict. */
export const CLASSIFIER_VERSION = 1;

export const SENSITIVITIES = ['low', 'medium', 'high'] as const;
/** How early something is flagged: at `high` sensitivity little is enough. */
export type Sensitivity = (typeof SENSITIVITIES)[number];

export type Severity = 'critical' | 'high' | 'medium';

export interface Flag {
  /** A kind of finding, `identifier_density` or `deep_file_path`. */
  readonly pattern: string;
  readonly severity: Severity;
  readonly count: number;
}

export interface Verdict {
  readonly name: 'classifier';
  readonly decision: 'flagged' | 'clean';
  readonly summary: string;
  readonly payload: {
    readonly flags: readonly Flag[];
    /** From 0 to 1. */
    readonly risk_score: number;
    readonly sensitivity: Sensitivity;
  };
}

/** What is looked at: numbers of findings by kind, and the text they were found in. */
export interface Evidence {
  readonly findings: Readonly<Partial<Record<Kind, number>>>;
  readonly text: string;
}

const SEVERITY: Readonly<Partial<Record<Kind, Severity>>> = {
  host: 'high',
  account: 'high',
  url: 'medium',
  email: 'medium',
  phone: 'medium',
  ip_address: 'medium',
  user: 'medium',
};
const WEIGHT: Readonly<Record<Severity, number>> = { critical: 0.6, high: 0.3, medium: 0.1 };

interface Limits {
  /** UUIDs per word. */
  readonly density: number;
  /** Folders above a file. */
  readonly depth: number;
  readonly severities: readonly Severity[];
}

const LIMITS: Readonly<Record<Sensitivity, Limits>> = {
  low: { density: 0.02, depth: 8, severities: ['critical', 'high'] },
  medium: { density: 0.01, depth: 6, severities: ['critical', 'high', 'medium'] },
  high: { density: 0.005, depth: 4, severities: ['critical', 'high', 'medium'] },
};

/** Fewest UUIDs that say something. */
const MANY = 3;
const UUIDS = /(?<![0-9A-Za-z-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z-])/gi;
const PATHS = /(?<![A-Za-z0-9_.\\/:-])(?:\/[A-Za-z0-9_.@-]{1,80}){2,40}/g;

/** Same evidence, same verdict. */
export function classify(evidence: Evidence, sensitivity: Sensitivity = 'medium'): Verdict {
  const limits = LIMITS[sensitivity];
  const all = [...findingFlags(evidence.findings), ...textFlags(evidence.text, limits)];
  const flags = all.filter(({ severity }) => limits.severities.includes(severity));
  const risk = 1 - flags.reduce((clean, { severity }) => clean * (1 - WEIGHT[severity]), 1);
  const decision = flags.length > 0 ? 'flagged' : 'clean';
  const summary =
    flags.length > 0 ? `${flags.length} kinds of sensitive content` : 'nothing sensitive counted';
  const payload = { flags, risk_score: Math.round(risk * 100) / 100, sensitivity };
  return { name: 'classifier', decision, summary, payload };
}

function findingFlags(findings: Evidence['findings']): Flag[] {
  const kinds = Object.entries(findings).filter(([, count]) => count > 0);
  return kinds
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => ({ pattern: kind, severity: SEVERITY[kind as Kind] ?? 'critical', count }));
}

function textFlags(text: string, { density, depth }: Limits): Flag[] {
  const flags: Flag[] = [];
  const uuids = text.match(UUIDS)?.length ?? 0;
  const words = text.match(/\S+/g)?.length ?? 0;
  if (uuids >= MANY && uuids / words >= density)
    flags.push({ pattern: 'identifier_density', severity: 'medium', count: uuids });
  const deep = (text.match(PATHS) ?? []).filter((path) => path.split('/').length - 2 >= depth).length;
  if (deep > 0) flags.push({ pattern: 'deep_file_path', severity: 'medium', count: deep });
  return flags;
}
