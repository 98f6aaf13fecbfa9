/** Files that people and agents have before git ot comes. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Settings of an agent with comments, trailing commas and hooks of their owner. */
export const SETTINGS = `{
    // mine
    "permissions": { "allow": ["Bash(ls:*)"] }, /* kept */
    "hooks": {
        "Stop": [
            { "hooks": [{ "type": "command", "command": "say done" }] }, // a bell
        ],
        "PreToolUse": [],
    },
    "model": "opus",
}
`;

/** Writes a file with this mode, and the folders it needs; gives its path. */
export function put(path: string, text: string, mode = 0o644): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}
