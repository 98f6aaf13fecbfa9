import { describe, expect, it } from 'vitest';
import {
  projectIdOfPath,
  projectIdOfRoot,
  subagentSessionId,
  TRACE_NAMESPACE,
  traceIdOf,
  traceSuffix,
  uuidV5,
} from '../../src/base/ids.ts';

/** Frozen: a change here breaks every bucket there is. */
describe('ids', () => {
  it('makes UUIDv5 as RFC 9562 appendix A.4 does', () => {
    expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
  });

  it('keeps the namespace of traces', () => {
    expect(TRACE_NAMESPACE).toBe('54f720ff-87d7-5a3f-8e6a-12f2200c6a6c');
    expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'git-ot.opentraces')).toBe(TRACE_NAMESPACE);
  });

  it('keeps trace ids', () => {
    expect(traceIdOf('claude-code', '3f0e7c52-8d14-4b6a-9c27-5a1d90e4b7f3')).toBe(FROZEN.session);
    const sub = subagentSessionId('3f0e7c52-8d14-4b6a-9c27-5a1d90e4b7f3', 'a21e2f5');
    expect(sub).toBe('3f0e7c52-8d14-4b6a-9c27-5a1d90e4b7f3/a21e2f5');
    expect(traceIdOf('claude-code', sub)).toBe(FROZEN.subagent);
    expect(traceSuffix(FROZEN.session)).toBe(FROZEN.session.slice(30));
  });

  it('keeps project ids', () => {
    expect(projectIdOfRoot('4b825dc642cb6eb9a060e54bf8d69288fbee4904')).toBe('g-4b825dc642cb');
    expect(projectIdOfPath('/home/dev/acme')).toBe(FROZEN.project);
  });
});

const FROZEN = {
  session: 'c0dd6a1a-db7b-567f-ba27-41246026484f',
  subagent: 'dd481f92-4156-5aa7-b5ae-ab2d452327b4',
  project: 'p-decceffad036',
};
