import { describe, expect, it } from 'vitest';
import { testResultOf, testRunnerOf } from '../../src/record/test-run.ts';

describe('testRunnerOf', () => {
  it.each([
    ['pytest -q', 'pytest'],
    ['cd app && CI=1 npx vitest run', 'vitest'],
    ['python3 -m unittest discover', 'unittest'],
    ['npm run test:unit -- --watch=false', 'npm test:unit'],
    ['npm t', 'npm t'],
    ['cargo +nightly t', 'cargo test'],
    ['yarn workspace app test', 'yarn test'],
    ['npm run unit-test', 'npm unit-test'],
    ['yarn test', 'yarn test'],
    ['cargo nextest run', 'nextest'],
    ['go test ./... -run TestX 2>&1 | head', 'go test'],
    ['./gradlew :app:testDebug', 'gradlew :app:testDebug'],
    ['make -j4 check', 'make check'],
    ['mise run test:ci', 'mise test:ci'],
    ['node --test', 'node --test'],
    ['mvn -q verify', 'mvn verify'],
    ['bundle exec rspec spec/a_spec.rb', 'rspec'],
  ])('%j runs %j', (line, runner) => {
    expect(testRunnerOf(line)).toBe(runner);
  });

  it.each([
    'grep -rn pytest .',
    'git commit -m "run pytest"',
    `cat > ci.sh <<'EOF'\nnpm test\nEOF`,
    'cargo check',
    'npm run check',
    'mise run fmt:check',
    'go build -o /tmp/my-test ./cmd',
    'bun add --test-id x',
    'npm install /tmp/x-test',
    'go vet test',
    'npm install --save-dev jest-extended',
    'ls test/',
    'go build ./...',
    'echo make test',
  ])('%j runs none', (line) => {
    expect(testRunnerOf(line)).toBeNull();
  });
});

describe('testResultOf', () => {
  const of = (output: string, error: string | null = null, command = 'x | tail'): unknown =>
    testResultOf({ command, output, error });

  it.each([
    ['== 3 failed, 10 passed in 0.5s ==', 'failed', 10, 3],
    ['Tests:       2 failed, 5 passed, 7 total', 'failed', 5, 2],
    ['      Tests  30 passed (30)', 'passed', 30, null],
    ['test result: ok. 12 passed; 0 failed; 0 ignored', 'passed', 12, 0],
    ['10 examples, 2 failures', 'failed', null, 2],
    ['Ran 5 tests in 0.1s\n\nFAILED (failures=1)', 'failed', null, 1],
    ['ok  \texample.com/a\t0.1s', 'passed', null, null],
    ['--- FAIL: TestX (0.00s)', 'failed', null, null],
    ['# pass 7\n# fail 0', 'passed', 7, 0],
    ['  12 passing (8ms)', 'passed', 12, null],
    ['nothing to see', 'unknown', null, null],
  ])('%j', (output, status, passed, failed) => {
    expect(of(output)).toEqual({ status, passed, failed });
  });

  it('lets the exit code decide where it is the one of the runner', () => {
    expect(of('', null, 'cd a && npm test 2>&1')).toMatchObject({ status: 'passed' });
    expect(of('', null, 'npm test; true')).toMatchObject({ status: 'unknown' });
    expect(of('', 'exit_code:1', 'npm test')).toMatchObject({ status: 'failed' });
    expect(of('5 passed', 'no_result')).toMatchObject({ status: 'unknown' });
  });

  it('stays linear', () => {
    const started = Date.now();
    of('1 '.repeat(500_000));
    of(`${' '.repeat(500_000)}x`);
    expect(Date.now() - started).toBeLessThan(1000);
  });
});
