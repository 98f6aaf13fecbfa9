/** Secrets in files of a known form: manifests of Kubernetes, configuration of NuGet. */
import type { Span } from '../placeholder.ts';
import { type Rule, shape } from './rule.ts';

/** Farthest between the kind of a manifest and its data. */
const REACH = 400;
/** Lines `name: base64`, one below the other, or members of a JSON object. */
const DATA =
  /["']?(?:data|stringData)["']?:[ \t]{0,4}\{?[ \t]{0,4}(?:\r?\n)?((?:[ \t]{0,16}["']?[A-Za-z0-9._-]{1,80}["']?:[ \t]{0,4}["']?[A-Za-z0-9+/]{10,8192}={0,3}["']?,?[ \t]{0,4}(?:\r?\n|\}|$)){1,20})/dg;
/** What the manual prints. */
const PRINTED = /MWYyZDFlMmU2N2Rm/;

function matchSecretManifest(text: string, at: number): Span | null {
  const from = Math.max(0, at - REACH);
  const around = text.slice(from, at + REACH * 4);
  for (const found of around.matchAll(DATA)) {
    const [start, end] = found.indices![1]!;
    if (!PRINTED.test(found[1]!)) return { start: from + start, end: from + end };
  }
  return null;
}

/** Several forms of the same line: quoted or not. */
const KINDS = ['kind: secret', 'kind: "secret"', "kind: 'secret'", '"kind":"secret"', '"kind": "secret"'];

const NUGET =
  /key=\\{0,4}["'](?:ClearText)?Password\\{0,4}["'][ \t]{1,8}value=\\{0,4}["']([^"'\r\n\\%]{8,200})\\{0,4}["']/i;

export const MANIFEST_RULES: readonly Rule[] = [
  {
    name: 'kubernetes-secret',
    kind: 'secret',
    anchors: KINDS,
    certain: false,
    pattern: DATA,
    match: matchSecretManifest,
  },
  shape('nuget-password', 'password', ['key="password', 'key="cleartextpassword', 'key=\\"password'], NUGET),
];
