/** `git fsck --full` as data. */
import { gitFailed } from '../failure.ts';
import type { Oid } from '../ports.ts';
import type { GitProgram } from '../spawn.ts';

export interface FsckReport {
  /**
   * `corrupt`: bytes that are no object; `hash_mismatch`: an object under another's name; `missing`: named and
   * not there; `bad`: an object against git's rules; `ref`: a ref that names nothing; `other`: told by the message.
   */
  readonly kind: 'corrupt' | 'hash_mismatch' | 'missing' | 'bad' | 'ref' | 'other';
  readonly oid?: Oid;
  /** The ref that names the object, or that is bad itself. */
  readonly ref?: string;
  /** Git's own words, one line: ids, names of refs and of files inside the repository. */
  readonly message: string;
}

/**
 * Checks every object and ref. An empty answer means that git found nothing. Throws `OT_GIT_FAILED` or
 * `OT_REPOSITORY_DAMAGED` only when the check itself could not run.
 */
export async function fsckFull(git: GitProgram, gitDir: string): Promise<readonly FsckReport[]> {
  const args = ['fsck', '--full', '--no-dangling', '--no-progress'];
  const { code, stdout, stderr } = await git.run(args, { gitDir, okCodes: ANY_CODE });
  const reports = parseFsck(`${stdout.toString('utf8')}\n${stderr}`);
  const found = code === 128 ? reports.filter(({ kind }) => kind !== 'other') : reports;
  if (code === 0 || found.length > 0) return reports;
  throw gitFailed('fsck', stderr, `exit ${code}`);
}

/** The exit code is a set of bits; 128 is a check that stopped at damage it names. */
const ANY_CODE = Array.from({ length: 129 }, (_, code) => code);

const OID = '([0-9a-f]{64}|[0-9a-f]{40})';
const PLACE = '.*?([0-9a-f]{2}/[0-9a-f]{38,62})';
const rule = (kind: FsckReport['kind'], pattern: string, group = 1) => ({
  kind,
  pattern: new RegExp(pattern),
  group,
});

/** First match wins. Each pattern's first group is an object id, or the last two parts of its path. */
const OBJECT_RULES = [
  rule('hash_mismatch', `^error: ${OID}: hash-path mismatch, found at: ${PLACE}`, 2),
  rule('hash_mismatch', `^error: packed ${OID} from .* is corrupt`),
  rule('corrupt', `^error: ${OID}: object corrupt or missing`),
  rule('corrupt', `^error: ${OID}: object could not be parsed`),
  rule('corrupt', `^fatal: (?:loose|packed) object ${OID} .*is corrupt`),
  rule('corrupt', `^error: cannot unpack ${OID} from`),
  rule('corrupt', `^error: index CRC mismatch for object ${OID} `),
  rule('corrupt', `^error: object file ${PLACE} is empty`),
  rule('corrupt', `^error: garbage at end of loose object '${OID}'`),
  rule('corrupt', `^error: (?:unable to unpack|corrupt loose object) '?${OID}`),
  rule('corrupt', `^error: header for ${OID} too long`),
  rule('corrupt', `^error: failed to read delta base object ${OID}`),
  rule('missing', `^missing (?:blob|tree|commit|tag|unknown) ${OID}`),
  rule('bad', `^(?:error|warning) in (?:blob|tree|commit|tag) ${OID}: `),
  rule('bad', `^error: bogus commit object ${OID}`),
] as const;

const REF_RULE =
  /^(?:error|warning): (refs\/[^:\s]{1,1000}|HEAD): (?:invalid sha1 pointer ([0-9a-f]{40,64})$)?/;
const PACK_RULE = /^error: .*\/(pack-[0-9a-f]{40,64})\.(?:pack|idx)/;
/** Lines that only explain the one beside them. */
const NOISE = [
  /^\s*$/,
  /^notice: /,
  /^(?:broken link from|\s+to\s)/,
  /^error: inflate: /,
  /^error: unable to (?:(?:parse|unpack) (?:header|contents)|mmap) /,
  /^error: (?:failed to unpack compressed delta|delta data unpack-initial failed)/,
  /^(?:dangling|unreachable|root) /,
  /^(?:Checking|Verifying) /,
];

/** Reports of fsck's output lines; several lines about one object are one report. */
export function parseFsck(output: string): readonly FsckReport[] {
  const reports = new Map<string, FsckReport>();
  for (const line of output.split('\n')) {
    const report = parseLine(line);
    if (report === null) continue;
    const key = report.oid ?? report.ref ?? PACK_RULE.exec(line)?.[1] ?? line;
    const known = reports.get(key);
    if (known === undefined || RANK[report.kind] < RANK[known.kind]) reports.set(key, report);
  }
  return [...reports.values()];
}

/** The more exact word stays when git says two things of one object. */
const RANK: Readonly<Record<FsckReport['kind'], number>> = {
  hash_mismatch: 0,
  corrupt: 1,
  bad: 2,
  missing: 3,
  ref: 4,
  other: 5,
};

function parseLine(line: string): FsckReport | null {
  if (NOISE.some((pattern) => pattern.test(line))) return null;
  const message = line.replace(/[\x00-\x1f\x7f]/g, ' ').slice(0, 500);
  for (const { kind, pattern, group } of OBJECT_RULES) {
    const match = pattern.exec(line);
    if (match !== null) return { kind, oid: match[group]!.replace('/', ''), message };
  }
  const ref = REF_RULE.exec(line);
  if (ref !== null) return refReport(ref[1]!, ref[2], message);
  return { kind: PACK_RULE.test(line) || /corrupt/.test(line) ? 'corrupt' : 'other', message };
}

/** A ref to an object that is not there is a missing object; one without an id is a bad ref. */
function refReport(ref: string, pointer: string | undefined, message: string): FsckReport {
  if (pointer === undefined || /^0+$/.test(pointer)) return { kind: 'ref', ref, message };
  return { kind: 'missing', ref, oid: pointer, message };
}
