import { describe, expect, test } from 'vitest';
import { fromString, toText } from '../../src/security/byte-text.ts';
import type { Detector } from '../../src/security/contract.ts';
import { businessLogic } from '../../src/security/detectors/business-logic.ts';
import { entropyDetector } from '../../src/security/detectors/entropy.ts';
import { regexDetector } from '../../src/security/detectors/regex.ts';
import { draw } from './samples.ts';

function found(detector: Detector, text: string): string[] {
  const bytes = fromString(text);
  const findings = detector.detect(bytes, { key: null, opaque: false });
  return findings.map(({ kind, start, end }) => `${kind} ${toText(bytes.slice(start, end))}`);
}

describe('personal data', () => {
  test.each([
    ['mail jane.doe@acme.dev now', 'email jane.doe@acme.dev'],
    ['Author: José <josé@acme.dev>', 'email josé@acme.dev'],
    ['mailto:jane+x@mail.acme.co.uk.', 'email jane+x@mail.acme.co.uk'],
    ['https://acme.dev/u/jane@acme.dev', 'email jane@acme.dev'],
    ['from 93.184.216.34:443', 'ip_address 93.184.216.34'],
    ['2a02:8071:b80:4d00::1a2', 'ip_address 2a02:8071:b80:4d00::1a2'],
    ['call +49 30 9876543', 'phone +49 30 9876543'],
    ['call +1 (212) 664-7665', 'phone +1 (212) 664-7665'],
    ['(212) 664-7665', 'phone (212) 664-7665'],
    ['"phone": "+4915123457890"', 'phone +4915123457890'],
    ['card 4111 1111 1111 1111', 'card 4111 1111 1111 1111'],
    ['378282246310005', 'card 378282246310005'],
    ['5555-5555-5555-4444', 'card 5555-5555-5555-4444'],
    ['ssn 219-09-9999', 'national_id 219-09-9999'],
    ['529.982.247-25', 'national_id 529.982.247-25'],
    ['11010519491231002X', 'national_id 11010519491231002X'],
    ['IBAN DE89 3704 0044 0532 0130 00', 'account DE89 3704 0044 0532 0130 00'],
    ['NINO: QQ 12 34 56 C', 'national_id QQ 12 34 56 C'],
  ])('%j', (text, finding) => {
    expect(found(regexDetector, text)).toEqual([finding]);
  });

  test.each([
    'git@github.com:acme/x.git',
    'jane@example.com and 12+jane@users.noreply.github.com',
    'npm i left-pad@1.3.0 icon@2x.png @app.route("/")',
    'http://user:password@acme.dev/',
    'it took 1700000000000 ms, 1700000000000000 us',
    '4111 1111 1111 1112',
    '127.0.0.1 10.1.2.3 192.168.1.20 172.16.9.9 203.0.113.7 8.8.8.8',
    'v1.2.3.4 version 4.18.0.1 2.16.840.1.113883',
    '2001:db8::1 12:34:56 ::1',
    '000-12-3456 666-12-3456 2024-10-11 123-456-789',
    '529.982.247-26 DE89 3704 0044 0532 0130 01 110105194912310021',
    '+1700000000 -4 +12 34 a+49b',
  ])('nobody in %j', (text) => {
    expect(found(regexDetector, text)).toEqual([]);
  });
});

describe('business_logic', () => {
  test.each([
    ['curl https://ci.build.internal/x', 'host ci.build.internal'],
    ['db-1.prod.corp:5432', 'host db-1.prod.corp'],
    ['ssh web-3.acme.lan', 'host web-3.acme.lan'],
    ['lost db-01.eu.acme.internal again', 'host db-01.eu.acme.internal'],
    ['"tenantId": "8f14e45f-ceea-467f-9575-0f3e1b2c4d5e"', 'account 8f14e45f-ceea-467f-9575-0f3e1b2c4d5e'],
    ['https://acme.atlassian.net/browse/AB-1', 'url https://acme.atlassian.net/browse/AB-1'],
    [
      'see https://acme.slack.com/archives/C02ABCDEF/p17',
      'url https://acme.slack.com/archives/C02ABCDEF/p17',
    ],
    ['https://jira.acme.dev/browse/X-1', 'url https://jira.acme.dev/browse/X-1'],
    ['https://linear.app/acme/issue/AB-1/x', 'url https://linear.app/acme/issue/AB-1/x'],
    ['arn:aws:iam::482716350912:role/x', 'account 482716350912'],
    ['482716350912.dkr.ecr.us-east-1.amazonaws.com', 'account 482716350912.dkr.ecr.'],
    ['aws_account_id = "482716350912"', 'account 482716350912'],
    ['jdbc:oracle:thin:@db7.acme.dev:1521/x', 'host db7.acme.dev'],
  ])('%j', (text, finding) => {
    expect(found(businessLogic, text)).toEqual([finding]);
  });

  test.each([
    'chrome.storage.local module.internal this.private',
    '.env.local settings.local.json',
    'http://host.docker.internal:3000 http://metadata.google.internal',
    'arn:aws:iam::123456789012:role/x',
    'https://docs.slack.com/archives https://www.atlassian.com/software/jira',
  ])('nothing in %j', (text) => {
    expect(found(businessLogic, text)).toEqual([]);
  });
});

describe('entropy', () => {
  const value = draw(32);
  test.each([
    `ENCRYPTION_SEED=${value}`,
    `x-session: ${value}`,
    `--auth-key ${value} --verbose`,
    `{"licenseKey": "${value}"}`,
  ])('%j', (text) => {
    expect(found(entropyDetector, text)).toEqual([`secret ${value}`]);
  });

  test.each([
    `the value is ${value}`,
    `id: ${value}`,
    'key=AbstractFactoryBean2Builder3Impl4x5',
    'key: src/components/App2/Index3Page4.tsx',
    'cacheKey = 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'session: 123e4567-e89b-12d3-a456-426614174000',
    'ANY_KEY = c29tZSByZWFkYWJsZSB0ZXh0IGluIGl0Cg==',
    'key = xxxxxxxxxxXXXXXXXXXX1234567890',
  ])('nothing in %j', (text) => {
    expect(found(entropyDetector, text)).toEqual([]);
  });
});
