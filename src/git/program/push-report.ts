/** The lines of `git push --porcelain`: `<flag> TAB <from>:<to> TAB <summary>`. */
import type { RefUpdateResult } from '../ports.ts';

export interface PushLine {
  readonly remoteRef: string;
  readonly flag: string;
  readonly reason: string;
}

export function parsePushReport(stdout: string): readonly PushLine[] {
  return stdout.split('\n').flatMap((line) => {
    const [flag, refs, summary] = line.split('\t');
    if (flag?.length !== 1 || refs === undefined || summary === undefined) return [];
    return [{ flag, remoteRef: refs.slice(refs.lastIndexOf(':') + 1), reason: summary }];
  });
}

/** Status of one line; null when only the remote's ref can tell whether the lease was stale. */
export function statusOf(line: PushLine): RefUpdateResult['status'] | null {
  if (line.flag === '=') return 'up_to_date';
  if (line.flag !== '!') return 'ok';
  if (/stale info|fetch first|remote ref does not exist/.test(line.reason)) return 'stale';
  if (/non-fast-forward/.test(line.reason)) return 'non_fast_forward';
  return null;
}
