/** Programs that stand in for external detectors: shell scripts in a folder to put on the PATH. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tempDir } from './git-env.ts';

export type ToolName = 'gitleaks' | 'trufflehog';

/** A script body that finds every `CANARY-` word of stdin, in the form of the named program. */
const FINDERS: Readonly<Record<ToolName, string>> = {
  gitleaks: `grep -ao 'CANARY-[A-Za-z0-9]*' | sort -u |
    awk 'BEGIN{printf "["}{printf "%s{\\"RuleID\\":\\"canary-token\\",\\"Secret\\":\\"%s\\",\\"Line\\":1}", s, $0; s=","}END{print "]"}'`,
  trufflehog: `grep -ao 'CANARY-[A-Za-z0-9]*' | sort -u |
    sed 's/.*/{"DetectorName":"Canary","Raw":"&","RawV2":"","Verified":false}/'`,
};

/**
 * A PATH on which the named program is a script; `body` runs when it is asked to find something, stdin being the
 * text. Asked for its version it says `version`.
 */
export function pathWithTool(name: ToolName, body: string = FINDERS[name], version = '8.99.0'): string {
  const folder = tempDir('git-ot-tools-');
  mkdirSync(folder, { recursive: true });
  const script = `#!/bin/sh\ncase "$1" in version|--version) echo "${name} ${version}"; exit 0 ;; esac\n${body}\n`;
  writeFileSync(join(folder, name), script, { mode: 0o755 });
  return `${folder}${delimiter}${process.env.PATH ?? ''}`;
}

/** The PATH of the tests without folders that hold a real one of these programs. */
export function pathWithoutTools(has: (path: string) => boolean): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .filter((folder) => !['gitleaks', 'trufflehog'].some((name) => has(join(folder, name))))
    .join(delimiter);
}
